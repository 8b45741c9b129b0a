"""The plane of two components, or the line of one, decoded."""

from __future__ import annotations

import numpy as np

from skautoencoder.comparison._inverse import as_numbers
from skautoencoder.display._colours import COLOURS
from skautoencoder.display._display import Display, styled
from skautoencoder.display._images import checked_shape, draw_images, limits_of
from skautoencoder.display._within import decoded_rows, transformer_within


class DecoderDisplay(Display):
    """What a grid of points over the plane of two components, or a line of one, decodes to.

    Parameters
    ----------
    decoded : array-like of shape (n_down * n_across, n_features)
        Rows from the top left.
    limits : tuple of float
        Left, right, bottom and top of the plane; of a line the last two are equal.
    n_across : int
    image_shape : tuple of int, default=None
        None draws profiles.
    """

    def __init__(self, decoded, limits, *, n_across, image_shape=None):
        self.decoded, self.limits, self.n_across = as_numbers(decoded), limits, n_across
        self.image_shape = checked_shape(image_shape, self.decoded.shape[1])

    @classmethod
    def from_estimator(cls, estimator, X, *, n_across=15, image_shape=None):
        """From a fitted transformer of one or two components, over the middle 96 % of X's codes.

        Where the first steps of a pipeline cannot be undone to numbers, what they would make
        of rows is drawn.

        Parameters
        ----------
        estimator : transformer, Pipeline or search
            Of a pipeline that ends in a classifier, say, the steps before that are taken; of a
            fitted search its best estimator.
        X : array-like, data frame or sparse matrix of shape (n_rows, n_features)
        n_across : int, default=15
            Points along each component.
        image_shape : tuple of int, default=None
            As in the constructor.

        Raises
        ------
        ValueError
            If there are more than two components.
        TypeError
            If nothing in the estimator transforms.
        """
        estimator = transformer_within(estimator)
        codes = as_numbers(estimator.transform(X))
        n_components = codes.shape[1]
        if n_components > 2:
            raise ValueError(
                "the decoded plane needs n_components=2, or 1. Got codes of "
                f"{n_components} columns."
            )
        (left, *bottom), (right, *top) = np.quantile(codes, [0.02, 0.98], axis=0)
        across, (low, high) = np.linspace(left, right, n_across), (*bottom, *top) or (0.0, 0.0)
        up = np.linspace(high, low, n_across if n_components == 2 else 1)
        plane = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)[:, :n_components]
        decoded = decoded_rows(estimator, plane)
        return cls(decoded, (left, right, low, high), n_across=n_across, image_shape=image_shape)

    def _figure_size(self):
        return 6.0, 6.0 if len(self.decoded) > self.n_across else 1.8

    def plot(self, ax=None, **kwargs):
        """Draw the decoded points where they lie.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
        **kwargs : dict
            To matplotlib's `imshow` of images, to `plot` of each profile.

        Returns
        -------
        self : DecoderDisplay

        Raises
        ------
        ImportError
            If there is no matplotlib.
        """
        ax = self._start(ax)
        n_down = len(self.decoded) // self.n_across
        if self.image_shape is None:
            self._draw_profiles(ax, n_down, kwargs)
            width, height = self.n_across, n_down
        else:
            limits = tuple(np.quantile(self.decoded, [0.01, 0.99]))  # the rim goes astray
            draw_images(ax, self.decoded, self.image_shape, self.n_across, limits, **kwargs)
            width = self.n_across * (self.image_shape[1] + 1)
            height = n_down * (self.image_shape[0] + 1)
        left, right, bottom, top = self.limits
        places = np.array([0.03, 0.5, 0.97])
        ups = places if self.image_shape is None else 1 - places  # images go down from the top
        ax.set_xticks(places * width, [f"{left + p * (right - left):.2g}" for p in places])
        ax.set_yticks(ups * height, [f"{bottom + p * (top - bottom):.2g}" for p in places])
        ax.set(xlabel="component 0", ylabel="component 1")
        if bottom == top:
            ax.set(ylabel="", yticks=[])
        return self

    def _draw_profiles(self, ax, n_down, kwargs):
        from matplotlib.lines import Line2D

        low, high = limits_of(self.decoded)
        profiles = (self.decoded - low) / ((high - low) or 1.0)
        along = np.linspace(0.08, 0.92, self.decoded.shape[1])
        for i, profile in enumerate(profiles):
            down, across = divmod(i, self.n_across)
            up = n_down - down - 1 + 0.1 + 0.8 * profile
            ax.plot(across + along, up, **styled(Line2D, kwargs, color=COLOURS[0], linewidth=1))
        ax.set(xlim=(0, self.n_across), ylim=(0, n_down))
