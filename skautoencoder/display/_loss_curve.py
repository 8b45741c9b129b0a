"""The losses of a fit, epoch by epoch."""

from __future__ import annotations

import numpy as np

from skautoencoder.display._colours import COLOURS
from skautoencoder.display._display import Display, styled
from skautoencoder.display._legend import add_legend
from skautoencoder.display._within import last_within
from skautoencoder.objectives import Objective


class LossCurveDisplay(Display):
    """Training and validation loss against epochs, with PCA's level as a line.

    Parameters
    ----------
    loss_curve, validation_loss_curve : array-like of float
        Entry 0 is the start. The second may be empty.
    level : float, default=None
        Drawn as a line: PCA's loss on the same rows.
    """

    def __init__(self, loss_curve, validation_loss_curve=(), *, level=None):
        self.loss_curve = np.asarray(loss_curve, float)
        self.validation_loss_curve = np.asarray(validation_loss_curve, float)
        self.level = level

    @classmethod
    def from_estimator(cls, estimator):
        """From a fitted autoencoder, with PCA's level where its curves start at it.

        That is where the fit started at PCA, not at earlier weights, and the objective's
        loss of the start is that of its reconstruction.

        Parameters
        ----------
        estimator : autoencoder, Pipeline or search
            Of a pipeline the last autoencoder in it is taken, of a fitted search that of its
            best estimator.

        Raises
        ------
        AttributeError
            If there is no fitted autoencoder in it.
        """
        estimator = last_within(estimator, "validation_loss_curve_")
        held_out = estimator.validation_loss_curve_
        curve = held_out or estimator.loss_curve_
        level = curve[0] if _starts_at_pca(estimator) else None
        return cls(estimator.loss_curve_, held_out, level=level)

    def plot(self, ax=None, **kwargs):
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
        **kwargs : dict
            To matplotlib's `plot`, of each curve.

        Returns
        -------
        self : LossCurveDisplay

        Raises
        ------
        ImportError
            If there is no matplotlib.
        """
        ax = self._start(ax)
        from matplotlib.lines import Line2D

        drawn = {}
        for curve, label, colour, style in (
            (self.loss_curve, "training", COLOURS[0], "-"),
            (self.validation_loss_curve, "held out", COLOURS[1], "--"),
        ):
            if len(curve):
                marker = "." if len(curve) == 1 else ""  # no line from it
                look = styled(Line2D, kwargs, color=colour, linestyle=style, marker=marker)
                (drawn[label],) = ax.plot(np.arange(len(curve)), curve, **look)
        if self.level is not None:
            drawn["PCA"] = ax.axhline(self.level, color="0.4", ls=":")
        ax.set(xlabel="epoch", ylabel="loss of a row")
        add_legend(ax, drawn)
        return self


def _starts_at_pca(estimator):
    """Whether entry 0 of the loss curves is PCA's loss."""
    objective = type(estimator._objective)
    as_it_is = all(
        getattr(objective, n) is getattr(Objective, n) for n in ("validation_loss", "code")
    )
    return as_it_is and getattr(estimator, "_started_at_pca", False)
