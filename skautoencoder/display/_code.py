"""A map of codes."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_consistent_length

from skautoencoder.comparison._inverse import as_numbers
from skautoencoder.display._colours import COLOURS, GREY, MARKERS
from skautoencoder.display._display import Display, styled
from skautoencoder.display._images import checked_shape, limits_of
from skautoencoder.display._labels import read_labels
from skautoencoder.display._legend import add_legend
from skautoencoder.display._within import transformer_within

# Classes told apart by colour and marker; the rest are drawn in grey.
_MOST_CLASSES = len(COLOURS) * len(MARKERS)
_LINES_OF_A_LEGEND = 20
_MAPPING = ("c", "cmap", "norm", "vmin", "vmax", "plotnonfinite")  # of numbers to colors
_DOTS = {"s": 16, "alpha": 0.7, "linewidth": 0}


class CodeDisplay(Display):
    """A map of codes: the first two components, coloured by what the rows are.

    A single component is drawn as a band of points, spread upwards at random.

    Parameters
    ----------
    codes : array-like of shape (n_rows, n_components)
    y : array-like of shape (n_rows,), default=None
        Classes, named in a legend: text, truth values, or up to 20 whole numbers. Else
        numbers or dates, on a colour bar. What is missing (None, NaN, NaT) is drawn in grey, and
        of more than 56 classes the rarest are, as one.
    thumbnails : array-like of shape (n_rows, n_features), default=None
        Rows to draw as images on the map, as many as find room.
    image_shape : tuple of int, default=None
        Of the thumbnails.
    """

    def __init__(self, codes, *, y=None, thumbnails=None, image_shape=None):
        self.codes = as_numbers(codes)
        self.y: Any = y
        self._labels: Any = None if y is None else read_labels(y)
        if y is not None:
            check_consistent_length(self.codes, y)
        self.thumbnails: Any = None if thumbnails is None else as_numbers(thumbnails)
        if self.thumbnails is not None:
            check_consistent_length(self.codes, self.thumbnails)
            image_shape = checked_shape(image_shape, self.thumbnails.shape[1], needed=True)
        self.image_shape = image_shape

    @classmethod
    def from_estimator(cls, estimator, X, *, y=None, thumbnails=False, image_shape=None):
        """From a fitted transformer and rows, which go to it as they are.

        Parameters
        ----------
        estimator : transformer, Pipeline or search
            Of a pipeline that ends in a classifier, say, the steps before that are taken; of a
            fitted search its best estimator.
        X : array-like, data frame or sparse matrix of shape (n_rows, n_features)
        y, image_shape
            As in the constructor.
        thumbnails : bool, default=False
            Whether the rows are drawn as images.

        Raises
        ------
        TypeError
            If nothing in the estimator transforms.
        """
        images = X if thumbnails else None
        codes = transformer_within(estimator).transform(X)
        return cls(codes, y=y, thumbnails=images, image_shape=image_shape)

    def _figure_size(self):
        names = None if self._labels is None else self._labels.names
        n_columns = 1 if names is None else -(-len(names) // _LINES_OF_A_LEGEND)
        return 4.0 + 2.0 * min(n_columns, -(-_MOST_CLASSES // _LINES_OF_A_LEGEND)), 5.0

    def plot(self, ax=None, **kwargs):
        """Draw the map.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
        **kwargs : dict
            To matplotlib's `scatter`, of all points: ``s``, ``alpha``, ``cmap``, ...

        Returns
        -------
        self : CodeDisplay

        Raises
        ------
        ImportError
            If there is no matplotlib.
        """
        ax = self._start(ax)
        if self._labels is None:
            self._scatter(slice(None), kwargs, color=COLOURS[0])
        elif self._labels.names is None:
            self._draw_numbers(kwargs)
        else:
            self._draw_classes(kwargs)
        if self.thumbnails is not None:
            self._draw_thumbnails(ax)
        ax.set(xlabel="component 0", ylabel="component 1")
        if self.codes.shape[1] == 1:
            ax.set(ylabel="", yticks=[])
        return self

    @property
    def _places(self):
        """Where the points are drawn."""
        if self.codes.shape[1] > 1:
            return self.codes[:, :2]
        spread = np.random.default_rng(0).uniform(size=len(self.codes))
        return np.column_stack([self.codes[:, 0], spread])

    def _scatter(self, rows, kwargs, **own):
        from matplotlib.collections import PathCollection

        style = styled(PathCollection, kwargs, **{**_DOTS, **own})
        return self.ax_.scatter(*self._places[rows].T, **style)

    def _draw_numbers(self, kwargs):
        values = self._labels.values
        if self._labels.are_dates:
            values = values + _epoch()
        known = np.isfinite(values)
        if not known.all():
            plain = {name: value for name, value in kwargs.items() if name not in _MAPPING}
            self._scatter(~known, plain, color=GREY)
        if known.any():
            drawn = self._scatter(known, kwargs, c=values[known], cmap="viridis")
            bar = self.figure_.colorbar(drawn, ax=self.ax_, label="y")
            if self._labels.are_dates:
                _name_dates(bar.ax.yaxis)

    def _draw_classes(self, kwargs):
        names, number = self._labels.names, self._labels.number
        drawn = {}
        n_rows = np.bincount(number[number >= 0], minlength=len(names))
        common = np.sort(np.argsort(-n_rows, kind="stable")[:_MOST_CLASSES])
        rare, missing = ~np.isin(number, [*common, -1]), number == -1
        if missing.any():
            gone = self._scatter(missing, kwargs, color=GREY, marker="x", linewidth=0.8)
        if rare.any():
            rest = self._scatter(rare, kwargs, color=GREY)
        for i, k in enumerate(common):
            drawn[names[k]] = self._scatter(
                number == k,
                kwargs,
                color=COLOURS[i % len(COLOURS)],
                marker=MARKERS[i % len(MARKERS)],
            )
        if rare.any():
            drawn[f"{len(names) - len(common)} more"] = rest
        if missing.any():
            drawn["missing"] = gone
        n_columns = -(-len(drawn) // _LINES_OF_A_LEGEND)
        add_legend(
            self.ax_, drawn,
            loc="center left", bbox_to_anchor=(1, 0.5), ncols=n_columns, markerscale=1.5,
        )  # fmt: skip

    def _draw_thumbnails(self, ax, n_across=14):
        from matplotlib.offsetbox import AnnotationBbox, OffsetImage

        places = self._places
        low, high = places.min(0), places.max(0)
        cells = ((places - low) / np.where(high > low, high - low, 1) * n_across).round()
        _, chosen = np.unique(cells, axis=0, return_index=True)
        limits = limits_of(self.thumbnails)
        for i in chosen:
            image = self.thumbnails[i].reshape(self.image_shape)
            picture = OffsetImage(image, cmap="gray_r", zoom=18 / max(image.shape[:2]))
            picture.image.set_clim(*limits)
            box = AnnotationBbox(picture, places[i], frameon=False, pad=0)
            ax.add_artist(box)


def _epoch():
    """What matplotlib takes 1970 for."""
    from matplotlib import dates

    return dates.date2num(np.datetime64("1970-01-01"))


def _name_dates(axis):
    """Have an axis of matplotlib's dates show them."""
    from matplotlib import dates

    locator = dates.AutoDateLocator()
    axis.set_major_locator(locator)
    axis.set_major_formatter(dates.ConciseDateFormatter(locator))
