"""Originals and what was rebuilt of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from skautoencoder.comparison._inverse import as_numbers
from skautoencoder.display._colours import COLOURS
from skautoencoder.display._display import Display, styled
from skautoencoder.display._images import checked_shape, draw_images, limits_of
from skautoencoder.display._legend import add_legend, short_names
from skautoencoder.display._within import rows_and_rebuilt, transformer_within

_MOST_NAMES = 20
_ONE_UNIT = 10  # times the median spread of columns that may be drawn on one scale
_LETTER = 0.085  # in inches


class ReconstructionDisplay(Display):
    """Originals above their reconstructions: images, or profiles of the columns.

    Parameters
    ----------
    originals, reconstructions : array-like of shape (n_rows, n_features)
        Originals may have gaps (NaN).
    image_shape : tuple of int, default=None
        Height and width, and channels where there are some; None draws profiles.
    feature_names : array-like of str of shape (n_features,), default=None
        Of the columns of profiles. None numbers them, as where there are more than 20. Named
        columns of which one spreads far more than the others have scales of their own.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        After `plot`.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.decomposition import PCA
    >>> from skautoencoder.display import ReconstructionDisplay
    >>> X = load_digits().data
    >>> ReconstructionDisplay.from_estimator(
    ...     PCA(8).fit(X), X[:10], image_shape=(8, 8)
    ... ).reconstructions.shape
    (10, 64)
    """

    def __init__(self, originals, reconstructions, *, image_shape=None, feature_names=None):
        self.originals = as_numbers(originals, ensure_all_finite="allow-nan")
        self.reconstructions = as_numbers(reconstructions)
        if self.originals.shape != self.reconstructions.shape:
            raise ValueError(
                f"originals have the shape {self.originals.shape}, reconstructions "
                f"{self.reconstructions.shape}: they must be rows of the same columns."
            )
        self.image_shape = checked_shape(image_shape, self.originals.shape[1])
        names = feature_names if feature_names is None else list(map(str, feature_names))
        self.feature_names: Any = names
        n_columns = self.originals.shape[1]
        if self.feature_names is not None and len(self.feature_names) != n_columns:
            raise ValueError(
                f"feature_names has {len(self.feature_names)} names, but rows have {n_columns} "
                "columns."
            )

    @classmethod
    def from_estimator(cls, estimator, X, *, image_shape=None):
        """From a fitted transformer with an inverse, and rows, which go to it as they are.

        Where the first steps of a pipeline cannot be undone to numbers (a ColumnTransformer,
        say), what they make of the rows stands in the place of the rows; of
        :class:`~skautoencoder.TableAutoencoderTransformer` it is the encoded table.

        Parameters
        ----------
        estimator : transformer, Pipeline or search
            Of a pipeline that ends in a classifier, say, the steps before that are taken; of a
            fitted search its best estimator.
        X : array-like, data frame or sparse matrix of shape (n_rows, n_features)
        image_shape : tuple of int, default=None
            As in the constructor.

        Raises
        ------
        TypeError
            If nothing in the estimator transforms.
        """
        rows, rebuilt, names = rows_and_rebuilt(transformer_within(estimator), X)
        return cls(rows, rebuilt, image_shape=image_shape, feature_names=names)

    def _figure_size(self):
        n_rows = len(self.originals)
        if self.image_shape is not None:
            return max(3.0, 0.9 * n_rows), 2.4
        names = short_names(self.feature_names) if self._names_columns() else [""]
        return 6.0, 1.1 * n_rows + 1 + _LETTER * max(map(len, names))

    def _names_columns(self):
        return self.feature_names is not None and len(self.feature_names) <= _MOST_NAMES

    def plot(self, ax=None, **kwargs):
        """Draw the rows side by side.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
        **kwargs : dict
            To matplotlib's `imshow` of images, to `plot` of the reconstructions' profiles.

        Returns
        -------
        self : ReconstructionDisplay

        Raises
        ------
        ImportError
            If there is no matplotlib.
        """
        ax = self._start(ax)
        if self.image_shape is None:
            self._draw_profiles(ax, kwargs)
        else:
            self._draw_images(ax, kwargs)
        return self

    def _draw_profiles(self, ax, kwargs):
        from matplotlib.lines import Line2D

        alone = {"marker": "." if self.originals.shape[1] == 1 else ""}  # no line from it
        originals, reconstructions, label = self._drawn()
        low, high = limits_of(originals)
        gap = 1.2 * (high - low) or 1.0
        for i, (original, rebuilt) in enumerate(zip(originals, reconstructions, strict=True)):
            ax.plot(original - i * gap, color="0.55", lw=2.5, **alone)
            ax.plot(rebuilt - i * gap, **styled(Line2D, kwargs, color=COLOURS[0], **alone))
        ax.set(xlabel=label, yticks=[])
        self._name_columns(ax)
        pair = dict(zip(("original", "reconstruction"), ax.lines[-2:], strict=True))
        add_legend(ax, pair, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)

    def _drawn(self):
        """Both kinds of rows as they are drawn, and what the columns are to be called."""
        both = self.originals, self.reconstructions
        low, high = np.nanmin(np.vstack(both), axis=0), np.nanmax(np.vstack(both), axis=0)
        spread = high - low
        if self.feature_names is None or spread.max() <= _ONE_UNIT * np.median(spread):
            return *both, "column"
        scale = np.where(spread > 0, spread, 1.0)
        label = "column, each from its lowest to its highest value"
        return *((rows - low) / scale for rows in both), label

    def _name_columns(self, ax):
        if self._names_columns():
            ax.set_xticks(range(len(self.feature_names)))
            ax.set_xticklabels(short_names(self.feature_names), rotation=90, parse_math=False)

    def _draw_images(self, ax, kwargs):
        both = np.vstack([self.originals, self.reconstructions])
        limits = limits_of(self.originals)
        draw_images(ax, both, self.image_shape, len(self.originals), limits, **kwargs)
        height = self.image_shape[0] + 1
        ax.set_yticks([0.5 * height, 1.5 * height], ["original", "rebuilt"])
        ax.set_xticks([])
