"""Displays: they hold numbers, and draw them when asked.

As scikit-learn's: the constructor takes numbers, ``from_estimator`` computes them, and
``plot(ax=None)`` draws with matplotlib, which is imported only there (install
``skautoencoder[plot]``), and leaves ``ax_`` and ``figure_``.
"""

from __future__ import annotations

import numpy as np
from sklearn.utils import check_array, check_consistent_length

# Okabe & Ito (2008), without the yellow: told apart with any colour vision, and on white.
COLOURS = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000",
)  # fmt: skip
_MARKERS = "osD^vP*X"


class _Display:
    """What displays share: an axes to draw on."""

    def _start(self, ax, width=6.0, height=4.5):
        from matplotlib import pyplot as plt

        if ax is None:
            _, ax = plt.subplots(figsize=(width, height), layout="constrained")
        self.ax_, self.figure_ = ax, ax.figure
        return ax


class ReconstructionDisplay(_Display):
    """Originals above their reconstructions: images, or profiles of the columns.

    Parameters
    ----------
    originals, reconstructions : array-like of shape (n_rows, n_features)
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
        self.originals = check_array(originals)
        self.reconstructions = check_array(reconstructions)
        if self.originals.shape != self.reconstructions.shape:
            raise ValueError(
                f"originals have the shape {self.originals.shape}, reconstructions "
                f"{self.reconstructions.shape}: they must be rows of the same columns."
            )
        self.image_shape = _checked_shape(image_shape, self.originals.shape[1])

    @classmethod
    def from_estimator(cls, estimator, X, *, image_shape=None):
        """From a fitted transformer with an inverse, and rows."""
        X = check_array(X)
        rebuilt = estimator.inverse_transform(estimator.transform(X))
        return cls(X, rebuilt, image_shape=image_shape)

    def plot(self, ax=None):
        """Draw the rows side by side."""
        n_rows = len(self.originals)
        if self.image_shape is None:
            ax = self._start(ax, height=1.1 * n_rows + 1)
            gap = 1.2 * np.ptp(self.originals) or 1.0
            for i in range(n_rows):
                label = ("original", "reconstruction") if i == 0 else (None, None)
                ax.plot(self.originals[i] - i * gap, color="0.55", lw=2.5, label=label[0])
                ax.plot(self.reconstructions[i] - i * gap, color=COLOURS[0], label=label[1])
            ax.set(xlabel="column", yticks=[])
            ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False)
            return self
        ax = self._start(ax, width=max(3.0, 0.9 * n_rows), height=2.4)
        both = np.vstack([self.originals, self.reconstructions])
        _draw_images(ax, both, self.image_shape, n_rows, _limits(self.originals))
        height = self.image_shape[0] + 1
        ax.set_yticks([0.5 * height, 1.5 * height], ["original", "rebuilt"])
        ax.set_xticks([])
        return self


class CodeDisplay(_Display):
    """A map of codes: the first two components, coloured by what the rows are.

    Parameters
    ----------
    codes : array-like of shape (n_rows, n_components)
        At least two components.
    y : array-like of shape (n_rows,), default=None
        Up to 20 classes, named in a legend, or numbers, on a colour bar.
    thumbnails : array-like of shape (n_rows, n_features), default=None
        Rows to draw as images on the map, as many as find room.
    image_shape : tuple of int, default=None
        Of the thumbnails.
    """

    def __init__(self, codes, *, y=None, thumbnails=None, image_shape=None):
        self.codes = check_array(codes)
        if self.codes.shape[1] < 2:
            raise ValueError("codes need at least two components to be drawn as a map. Got one.")
        self.y = None if y is None else np.asarray(y)
        if self.y is not None:
            check_consistent_length(self.codes, self.y)
        self.thumbnails = None if thumbnails is None else check_array(thumbnails)
        if self.thumbnails is not None:
            check_consistent_length(self.codes, self.thumbnails)
            image_shape = _checked_shape(image_shape, self.thumbnails.shape[1], needed=True)
        self.image_shape = image_shape

    @classmethod
    def from_estimator(cls, estimator, X, *, y=None, thumbnails=False, image_shape=None):
        """From a fitted transformer and rows; ``thumbnails=True`` draws the rows as images."""
        X = check_array(X)
        images = X if thumbnails else None
        return cls(estimator.transform(X), y=y, thumbnails=images, image_shape=image_shape)

    def plot(self, ax=None):
        """Draw the map."""
        ax = self._start(ax, height=5)
        first, second = self.codes[:, 0], self.codes[:, 1]
        dots = {"s": 16, "alpha": 0.7, "linewidths": 0}
        classes = [] if self.y is None else np.unique(self.y)
        if self.y is None:
            ax.scatter(first, second, color=COLOURS[0], **dots)
        elif self.y.dtype.kind == "f" or len(classes) > 20:
            drawn = ax.scatter(first, second, c=self.y, cmap="viridis", **dots)
            self.figure_.colorbar(drawn, ax=ax, label="y")
        else:
            for i, name in enumerate(classes):
                here = self.y == name
                marker = _MARKERS[i % len(_MARKERS)]
                colour = COLOURS[i % len(COLOURS)]
                ax.scatter(
                    first[here], second[here], color=colour, marker=marker, label=name, **dots
                )
            ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, markerscale=1.5)
        if self.thumbnails is not None:
            self._draw_thumbnails(ax)
        ax.set(xlabel="component 0", ylabel="component 1")
        return self

    def _draw_thumbnails(self, ax, n_across=14):
        from matplotlib.offsetbox import AnnotationBbox, OffsetImage

        low, high = self.codes[:, :2].min(0), self.codes[:, :2].max(0)
        cells = ((self.codes[:, :2] - low) / np.where(high > low, high - low, 1) * n_across).round()
        _, chosen = np.unique(cells, axis=0, return_index=True)
        limits = _limits(self.thumbnails)
        for i in chosen:
            image = self.thumbnails[i].reshape(self.image_shape)
            picture = OffsetImage(image, cmap="gray_r", zoom=18 / max(image.shape[:2]))
            picture.image.set_clim(*limits)
            box = AnnotationBbox(picture, self.codes[i, :2], frameon=False, pad=0)
            ax.add_artist(box)


class LossCurveDisplay(_Display):
    """Training and validation loss against epochs, with the start's level as a line.

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
        """From a fitted autoencoder; one that started at PCA shows PCA's level."""
        held_out = estimator.validation_loss_curve_
        curve = held_out or estimator.loss_curve_
        level = curve[0] if estimator.init == "pca" else None
        return cls(estimator.loss_curve_, held_out, level=level)

    def plot(self, ax=None):
        """Draw the curves."""
        ax = self._start(ax)
        for curve, label, colour, style in (
            (self.loss_curve, "training", COLOURS[0], "-"),
            (self.validation_loss_curve, "held out", COLOURS[1], "--"),
        ):
            if len(curve):
                ax.plot(np.arange(len(curve)), curve, style, color=colour, label=label)
        if self.level is not None:
            ax.axhline(self.level, color="0.4", ls=":", label="PCA")
        ax.set(xlabel="epoch", ylabel="loss of a row")
        ax.legend(frameon=False)
        return self


class ComparisonDisplay(_Display):
    """A measure against the number of components, a line for each transformer.

    Parameters
    ----------
    frame : pandas.DataFrame
        As from :meth:`~skautoencoder.Comparison.to_frame`.
    measure : str, default="squared_error"
    """

    _LABELS = {
        "squared_error": "squared error of a held-out row",
        "explained_variance": "share of variance explained",
        "linear_score": "score of a linear model",
        "knn_score": "score of 5 nearest neighbours",
        "network_score": "score of a small network",
    }

    def __init__(self, frame, *, measure="squared_error"):
        if measure not in frame:
            known = [name for name in frame if f"{name}_se" in frame]
            raise ValueError(f"measure={measure!r} was not compared; these were: {known}.")
        self.frame, self.measure = frame, measure

    @classmethod
    def from_comparison(cls, comparison, *, measure="squared_error"):
        """From what :func:`~skautoencoder.compare_transformers` returned."""
        return cls(comparison.to_frame(), measure=measure)

    def plot(self, ax=None):
        """Draw the lines, with bars of one standard error to both sides."""
        ax = self._start(ax)
        shown = self.frame[self.frame[self.measure].notna()]
        sizes = sorted(
            size for name, rows in shown.groupby("transformer") if len(rows) > 1
            for size in rows["n_components"].unique()
        )  # fmt: skip
        for i, (name, rows) in enumerate(shown.groupby("transformer", sort=False)):
            colour, marker = COLOURS[i % len(COLOURS)], _MARKERS[i % len(_MARKERS)]
            values, errors = rows[self.measure], rows[f"{self.measure}_se"]
            if len(rows) == 1 and len(sizes) > 1:  # as it is, whatever the size
                ax.axhline(values.iloc[0], color=colour, ls=":", label=name)
                continue
            ax.errorbar(
                rows["n_components"],
                values,
                errors,
                color=colour,
                marker=marker,
                capsize=3,
                label=name,
            )
        ax.set_xscale("log", base=2)
        ax.set_xticks(sorted(set(sizes)), [str(size) for size in sorted(set(sizes))])
        ax.minorticks_off()
        ax.set(xlabel="components", ylabel=self._LABELS.get(self.measure, self.measure))
        ax.legend(frameon=False)
        return self


class DecoderDisplay(_Display):
    """What a grid of points over the plane of two components decodes to.

    Parameters
    ----------
    decoded : array-like of shape (n_down * n_across, n_features)
        Rows from the top left.
    limits : tuple of float
        Left, right, bottom and top of the plane.
    n_across : int
    image_shape : tuple of int, default=None
        None draws profiles.
    """

    def __init__(self, decoded, limits, *, n_across, image_shape=None):
        self.decoded, self.limits, self.n_across = check_array(decoded), limits, n_across
        self.image_shape = _checked_shape(image_shape, self.decoded.shape[1])

    @classmethod
    def from_estimator(cls, estimator, X, *, n_across=15, image_shape=None):
        """From a fitted transformer of two components, over the middle 96 % of the codes of X."""
        codes = estimator.transform(check_array(X))
        if codes.shape[1] != 2:
            raise ValueError(
                f"the decoded plane needs n_components=2. Got codes of {codes.shape[1]} columns."
            )
        (left, bottom), (right, top) = np.quantile(codes, [0.02, 0.98], axis=0)
        across, up = np.linspace(left, right, n_across), np.linspace(top, bottom, n_across)
        plane = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
        decoded = estimator.inverse_transform(plane)
        return cls(decoded, (left, right, bottom, top), n_across=n_across, image_shape=image_shape)

    def plot(self, ax=None):
        """Draw the decoded points where they lie."""
        ax = self._start(ax, width=6, height=6)
        n_down = len(self.decoded) // self.n_across
        if self.image_shape is None:
            low, high = _limits(self.decoded)
            cell = (self.decoded - low) / ((high - low) or 1.0)
            along = np.linspace(0.08, 0.92, self.decoded.shape[1])
            for i, profile in enumerate(cell):
                down, across = divmod(i, self.n_across)
                ax.plot(
                    across + along, n_down - down - 1 + 0.1 + 0.8 * profile, color=COLOURS[0], lw=1
                )
            ax.set(xlim=(0, self.n_across), ylim=(0, n_down))
            width, height = self.n_across, n_down
            bottom_up = True
        else:
            limits = tuple(np.quantile(self.decoded, [0.01, 0.99]))  # the rim goes astray
            _draw_images(ax, self.decoded, self.image_shape, self.n_across, limits)
            width = self.n_across * (self.image_shape[1] + 1)
            height = n_down * (self.image_shape[0] + 1)
            bottom_up = False
        left, right, bottom, top = self.limits
        places = np.array([0.03, 0.5, 0.97])
        ups = places if bottom_up else 1 - places
        ax.set_xticks(places * width, [f"{left + p * (right - left):.2g}" for p in places])
        ax.set_yticks(ups * height, [f"{bottom + p * (top - bottom):.2g}" for p in places])
        ax.set(xlabel="component 0", ylabel="component 1")
        return self


def _checked_shape(image_shape, n_features, needed=False):
    if image_shape is None and not needed:
        return None
    shape = tuple(image_shape or ())
    if len(shape) not in (2, 3) or np.prod(shape) != n_features:
        raise ValueError(
            "image_shape must be (height, width) or (height, width, channels), with a product "
            f"of {n_features}, the number of columns. Got {image_shape!r} instead."
        )
    return shape


def _limits(rows):
    return float(np.min(rows)), float(np.max(rows))


def _draw_images(ax, rows, image_shape, n_across, limits):
    """The rows as one picture of many images, a pixel apart."""
    height, width, *channels = image_shape
    low, high = limits
    n_down = -(-len(rows) // n_across)
    sheet = np.full((n_down * (height + 1), n_across * (width + 1), *channels), np.nan)
    for i, row in enumerate(rows):
        down, across = divmod(i, n_across)
        top, left = down * (height + 1), across * (width + 1)
        sheet[top : top + height, left : left + width] = row.reshape(image_shape)
    if channels:
        sheet = np.nan_to_num(((sheet - low) / ((high - low) or 1.0)).clip(0, 1), nan=1.0)
    ax.imshow(
        sheet, cmap="gray_r", vmin=low, vmax=high, interpolation="nearest",
        extent=(0, sheet.shape[1], sheet.shape[0], 0),
    )  # fmt: skip
    ax.set_frame_on(False)
    ax.tick_params(length=0)
