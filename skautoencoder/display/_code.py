"""A map of codes."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_consistent_length

from skautoencoder.comparison._inverse import as_numbers
from skautoencoder.comparison._targets import names_of, plain_values
from skautoencoder.display._colours import COLOURS, GREY, MARKERS
from skautoencoder.display._display import Display
from skautoencoder.display._images import checked_shape, limits_of
from skautoencoder.display._legend import add_legend

# Classes told apart by colour and marker; the rest are drawn in grey.
_MOST_CLASSES = len(COLOURS) * len(MARKERS)
_LINES_OF_A_LEGEND = 20
_DOTS = {"s": 16, "alpha": 0.7, "linewidths": 0}


class CodeDisplay(Display):
    """A map of codes: the first two components, coloured by what the rows are.

    Parameters
    ----------
    codes : array-like of shape (n_rows, n_components)
        At least two components.
    y : array-like of shape (n_rows,), default=None
        Classes, named in a legend: text, truth values, or up to 20 whole numbers. Else
        numbers, on a colour bar, in grey where they are missing. Of more than 56 classes,
        the rarest are drawn in grey, as one.
    thumbnails : array-like of shape (n_rows, n_features), default=None
        Rows to draw as images on the map, as many as find room.
    image_shape : tuple of int, default=None
        Of the thumbnails.
    """

    def __init__(self, codes, *, y=None, thumbnails=None, image_shape=None):
        self.codes = as_numbers(codes)
        if self.codes.shape[1] < 2:
            raise ValueError("codes need at least two components to be drawn as a map. Got one.")
        self.y: Any = None if y is None else plain_values(y)
        if self.y is not None:
            check_consistent_length(self.codes, self.y)
        self.thumbnails: Any = None if thumbnails is None else as_numbers(thumbnails)
        if self.thumbnails is not None:
            check_consistent_length(self.codes, self.thumbnails)
            image_shape = checked_shape(image_shape, self.thumbnails.shape[1], needed=True)
        self.image_shape = image_shape

    @classmethod
    def from_estimator(cls, estimator, X, *, y=None, thumbnails=False, image_shape=None):
        """From a fitted transformer and rows, which go to it as they are.

        With ``thumbnails=True`` the rows are drawn as images.
        """
        images = X if thumbnails else None
        return cls(estimator.transform(X), y=y, thumbnails=images, image_shape=image_shape)

    def _figure_size(self):
        classes = None if self.y is None else names_of(self.y)
        n_columns = 1 if classes is None else -(-len(classes[0]) // _LINES_OF_A_LEGEND)
        return 4.0 + 2.0 * min(n_columns, -(-_MOST_CLASSES // _LINES_OF_A_LEGEND)), 5.0

    def plot(self, ax=None):
        """Draw the map."""
        ax = self._start(ax)
        first, second = self.codes[:, 0], self.codes[:, 1]
        classes = None if self.y is None else names_of(self.y)
        if self.y is None:
            ax.scatter(first, second, color=COLOURS[0], **_DOTS)
        elif classes is None:
            self._draw_numbers(ax)
        else:
            self._draw_classes(ax, *classes)
        if self.thumbnails is not None:
            self._draw_thumbnails(ax)
        ax.set(xlabel="component 0", ylabel="component 1")
        return self

    def _draw_numbers(self, ax):
        first, second = self.codes[:, 0], self.codes[:, 1]
        known = np.isfinite(self.y)
        if not known.all():
            ax.scatter(first[~known], second[~known], color=GREY, **_DOTS)
        if known.any():
            drawn = ax.scatter(
                first[known], second[known], c=self.y[known], cmap="viridis", **_DOTS
            )
            self.figure_.colorbar(drawn, ax=ax, label="y")

    def _draw_classes(self, ax, names, number):
        drawn = {}
        n_rows = np.bincount(number, minlength=len(names))
        common = np.sort(np.argsort(-n_rows, kind="stable")[:_MOST_CLASSES])
        rare = ~np.isin(number, common)
        if rare.any():
            rest = ax.scatter(*self.codes[rare, :2].T, color=GREY, **_DOTS)
        for i, k in enumerate(common):
            drawn[names[k]] = ax.scatter(
                *self.codes[number == k, :2].T,
                color=COLOURS[i % len(COLOURS)],
                marker=MARKERS[i % len(MARKERS)],
                **_DOTS,
            )
        if rare.any():
            drawn[f"{len(names) - len(common)} more"] = rest
        n_columns = -(-len(drawn) // _LINES_OF_A_LEGEND)
        add_legend(
            ax, drawn, loc="center left", bbox_to_anchor=(1, 0.5), ncols=n_columns, markerscale=1.5
        )

    def _draw_thumbnails(self, ax, n_across=14):
        from matplotlib.offsetbox import AnnotationBbox, OffsetImage

        low, high = self.codes[:, :2].min(0), self.codes[:, :2].max(0)
        cells = ((self.codes[:, :2] - low) / np.where(high > low, high - low, 1) * n_across).round()
        _, chosen = np.unique(cells, axis=0, return_index=True)
        limits = limits_of(self.thumbnails)
        for i in chosen:
            image = self.thumbnails[i].reshape(self.image_shape)
            picture = OffsetImage(image, cmap="gray_r", zoom=18 / max(image.shape[:2]))
            picture.image.set_clim(*limits)
            box = AnnotationBbox(picture, self.codes[i, :2], frameon=False, pad=0)
            ax.add_artist(box)
