"""Displays: they hold numbers, and draw them when asked.

As scikit-learn's: the constructor takes numbers, ``from_estimator`` computes them, and
``plot(ax=None)`` draws with matplotlib, which is imported only there (install
``skautoencoder[plot]``), and leaves ``ax_`` and ``figure_``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_consistent_length

from skautoencoder.comparison._inverse import as_numbers, undo
from skautoencoder.comparison._targets import names_of, plain_values
from skautoencoder.objectives import Objective

# Okabe & Ito (2008), without the yellow: told apart with any colour vision, and on white.
COLOURS = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000",
)  # fmt: skip
_MARKERS = "osD^vP*X"
_GREY = "0.7"

# Classes told apart by colour and marker; the rest are drawn in grey.
_MOST_CLASSES = len(COLOURS) * len(_MARKERS)
_LINES_OF_A_LEGEND, _LETTERS_OF_A_NAME = 20, 30
_DOTS = {"s": 16, "alpha": 0.7, "linewidths": 0}


class _Display:
    """What displays share: an axes to draw on, and how large a figure of their own is."""

    def _figure_size(self):
        """Width and height in inches."""
        return 6.0, 4.5

    def _start(self, ax):
        if ax is None:
            from matplotlib import pyplot as plt

            _, ax = plt.subplots(figsize=self._figure_size(), layout="constrained")
        self.ax_, self.figure_ = ax, ax.figure
        return ax


class ReconstructionDisplay(_Display):
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
        self.image_shape = _checked_shape(image_shape, self.originals.shape[1])

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
        n_rows = len(self.originals)
        ax = self._start(ax)
        if self.image_shape is None:
            alone = {"marker": "." if self.originals.shape[1] == 1 else ""}  # no line from it
            low, high = _limits(self.originals)
            gap = 1.2 * (high - low) or 1.0
            for i in range(n_rows):
                ax.plot(self.originals[i] - i * gap, color="0.55", lw=2.5, **alone)
                ax.plot(self.reconstructions[i] - i * gap, color=COLOURS[0], **alone)
            ax.set(xlabel="column", yticks=[])
            pair = dict(zip(("original", "reconstruction"), ax.lines[-2:], strict=True))
            _legend(ax, pair, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
            return self
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
            image_shape = _checked_shape(image_shape, self.thumbnails.shape[1], needed=True)
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
            ax.scatter(first[~known], second[~known], color=_GREY, **_DOTS)
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
            rest = ax.scatter(*self.codes[rare, :2].T, color=_GREY, **_DOTS)
        for i, k in enumerate(common):
            drawn[names[k]] = ax.scatter(
                *self.codes[number == k, :2].T,
                color=COLOURS[i % len(COLOURS)],
                marker=_MARKERS[i % len(_MARKERS)],
                **_DOTS,
            )
        if rare.any():
            drawn[f"{len(names) - len(common)} more"] = rest
        n_columns = -(-len(drawn) // _LINES_OF_A_LEGEND)
        _legend(
            ax, drawn, loc="center left", bbox_to_anchor=(1, 0.5), ncols=n_columns, markerscale=1.5
        )

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
        """
        held_out = estimator.validation_loss_curve_
        curve = held_out or estimator.loss_curve_
        level = curve[0] if _starts_at_pca(estimator) else None
        return cls(estimator.loss_curve_, held_out, level=level)

    def plot(self, ax=None):
        """Draw the curves."""
        ax = self._start(ax)
        drawn = {}
        for curve, label, colour, style in (
            (self.loss_curve, "training", COLOURS[0], "-"),
            (self.validation_loss_curve, "held out", COLOURS[1], "--"),
        ):
            if len(curve):
                marker = "." if len(curve) == 1 else ""  # no line from it
                (drawn[label],) = ax.plot(
                    np.arange(len(curve)), curve, style, color=colour, marker=marker
                )
        if self.level is not None:
            drawn["PCA"] = ax.axhline(self.level, color="0.4", ls=":")
        ax.set(xlabel="epoch", ylabel="loss of a row")
        _legend(ax, drawn)
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
        from skautoencoder.comparison import RAW  # late: it needs much of scikit-learn

        drawn: dict = {}
        shown = self.frame[self.frame[self.measure].notna()]
        for i, (name, rows) in enumerate(shown.groupby("transformer", sort=False, dropna=False)):
            colour, marker = COLOURS[i % len(COLOURS)], _MARKERS[i % len(_MARKERS)]
            values, errors = rows[self.measure], rows[f"{self.measure}_se"]
            if name == RAW:  # as it is, whatever the size
                drawn = {name: ax.axhline(values.iloc[0], color=colour, ls=":")} | drawn
                continue
            drawn[name] = ax.errorbar(
                rows["n_components"], values, errors, color=colour, marker=marker, capsize=3
            )
        sizes = sorted(set(shown.loc[shown["transformer"] != RAW, "n_components"]))
        ax.set_xscale("log", base=2)
        ax.set_xticks(sizes, [f"{size:.12g}" for size in sizes])
        ax.minorticks_off()
        ax.set(xlabel="components")
        ax.set_ylabel(self._LABELS.get(self.measure, self.measure), parse_math=False)
        _legend(ax, drawn)
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
        self.decoded, self.limits, self.n_across = as_numbers(decoded), limits, n_across
        self.image_shape = _checked_shape(image_shape, self.decoded.shape[1])

    @classmethod
    def from_estimator(cls, estimator, X, *, n_across=15, image_shape=None):
        """From a fitted transformer of two components, over the middle 96 % of the codes of X.

        Where the first steps of a pipeline cannot be undone to numbers, what they would make
        of rows is drawn.
        """
        codes = as_numbers(estimator.transform(X))
        if codes.shape[1] != 2:
            raise ValueError(
                f"the decoded plane needs n_components=2. Got codes of {codes.shape[1]} columns."
            )
        (left, bottom), (right, top) = np.quantile(codes, [0.02, 0.98], axis=0)
        across, up = np.linspace(left, right, n_across), np.linspace(top, bottom, n_across)
        plane = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
        _, decoded = undo(estimator, plane)
        return cls(decoded, (left, right, bottom, top), n_across=n_across, image_shape=image_shape)

    def _figure_size(self):
        return 6.0, 6.0

    def plot(self, ax=None):
        """Draw the decoded points where they lie."""
        ax = self._start(ax)
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
    known = rows[~np.isnan(rows)]
    return (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)


def _starts_at_pca(estimator):
    """Whether entry 0 of the loss curves is PCA's loss."""
    objective = type(estimator._objective)
    as_it_is = all(
        getattr(objective, n) is getattr(Objective, n) for n in ("validation_loss", "code")
    )
    return as_it_is and getattr(estimator, "_started_at_pca", False)


def _legend(ax, drawn, **options):
    """A legend of artists by name, that shows any name as it is; none if there are none."""
    if not drawn:
        return
    # The texts come in later: matplotlib would leave out those that begin with "_"
    legend = ax.legend(list(drawn.values()), ["name"] * len(drawn), frameon=False, **options)
    for text, (name, artist) in zip(legend.get_texts(), drawn.items(), strict=True):
        text.set_parse_math(False)  # "$" is a dollar
        text.set_text(_short(str(name)))
        artist.set_label(str(name))  # for a legend of the user's own


def _short(name):
    line = name.replace("\n", " ")
    return line if len(line) <= _LETTERS_OF_A_NAME else line[: _LETTERS_OF_A_NAME - 1] + "…"


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
