"""Originals and what was rebuilt of them."""

from __future__ import annotations

import numpy as np

from skautoencoder.comparison._inverse import as_numbers, undo
from skautoencoder.display._colours import COLOURS
from skautoencoder.display._display import Display
from skautoencoder.display._images import checked_shape, draw_images, limits_of
from skautoencoder.display._legend import add_legend


class ReconstructionDisplay(Display):
    """Originals above their reconstructions: images, or profiles of the columns.

    Parameters
    ----------
    originals, reconstructions : array-like of shape (n_rows, n_features)
        Originals may have gaps (NaN).
    image_shape : tuple of int, default=None
        Height and width, and channels where there are some; None draws profiles.

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

    def __init__(self, originals, reconstructions, *, image_shape=None):
        self.originals = as_numbers(originals, ensure_all_finite="allow-nan")
        self.reconstructions = as_numbers(reconstructions)
        if self.originals.shape != self.reconstructions.shape:
            raise ValueError(
                f"originals have the shape {self.originals.shape}, reconstructions "
                f"{self.reconstructions.shape}: they must be rows of the same columns."
            )
        self.image_shape = checked_shape(image_shape, self.originals.shape[1])

    @classmethod
    def from_estimator(cls, estimator, X, *, image_shape=None):
        """From a fitted transformer with an inverse, and rows, which go to it as they are.

        Where the first steps of a pipeline cannot be undone to numbers (a ColumnTransformer,
        say), what they make of the rows stands in the place of the rows.
        """
        first_steps, rebuilt = undo(estimator, estimator.transform(X))
        originals = X if first_steps is None else first_steps.transform(X)
        return cls(originals, rebuilt, image_shape=image_shape)

    def _figure_size(self):
        n_rows = len(self.originals)
        return (
            (6.0, 1.1 * n_rows + 1) if self.image_shape is None else (max(3.0, 0.9 * n_rows), 2.4)
        )

    def plot(self, ax=None):
        """Draw the rows side by side."""
        ax = self._start(ax)
        if self.image_shape is None:
            self._draw_profiles(ax)
        else:
            self._draw_images(ax)
        return self

    def _draw_profiles(self, ax):
        alone = {"marker": "." if self.originals.shape[1] == 1 else ""}  # no line from it
        low, high = limits_of(self.originals)
        gap = 1.2 * (high - low) or 1.0
        for i, (original, rebuilt) in enumerate(
            zip(self.originals, self.reconstructions, strict=True)
        ):
            ax.plot(original - i * gap, color="0.55", lw=2.5, **alone)
            ax.plot(rebuilt - i * gap, color=COLOURS[0], **alone)
        ax.set(xlabel="column", yticks=[])
        pair = dict(zip(("original", "reconstruction"), ax.lines[-2:], strict=True))
        add_legend(ax, pair, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)

    def _draw_images(self, ax):
        both = np.vstack([self.originals, self.reconstructions])
        limits = limits_of(self.originals)
        draw_images(ax, both, self.image_shape, len(self.originals), limits)
        height = self.image_shape[0] + 1
        ax.set_yticks([0.5 * height, 1.5 * height], ["original", "rebuilt"])
        ax.set_xticks([])
