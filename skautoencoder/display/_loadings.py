"""Loadings: which columns go with which component, and which way."""

from __future__ import annotations

import numpy as np

from skautoencoder.comparison._inverse import as_numbers
from skautoencoder.display._code import CodeDisplay
from skautoencoder.display._display import Display, styled
from skautoencoder.display._images import checked_shape, draw_images
from skautoencoder.display._legend import short_names
from skautoencoder.display._within import last_step, names_within, transformer_within

_ARROW = "0.15"
_HEATMAP, _BIPLOT = "heatmap", "biplot"
_MOST_FEATURES = {_HEATMAP: 20, _BIPLOT: 10}
_MOST_NUMBERS = 12  # components whose loadings are written into the heatmap
_SIGNED = "RdBu_r"
_LABEL_GAP = 0.05  # share of the axis
_LETTERS = 20
_PASSES = 3  # to make room for names: the more room there is, the larger they are in its units
_REACH = 0.75  # of the codes' own extent, that the longest arrow has


class LoadingsDisplay(Display):
    """Loadings: of PCA's components, or of an autoencoder's in PCA's place.

    A loading is an entry of ``components_`` times ``sqrt(explained_variance_)``: how far the column
    goes, in its own units, where the component goes by one standard deviation. Of standardized
    columns PCA's are the correlations of columns and components.

    Parameters
    ----------
    loadings : array-like of shape (n_components, n_features)
    feature_names : array-like of str of shape (n_features,), default=None
        None numbers them.
    codes : array-like of shape (n_rows, n_components), default=None
        What a biplot draws as points.
    y : array-like of shape (n_rows,), default=None
        Classes or numbers that colour the points, as in :class:`CodeDisplay`.
    image_shape : tuple of int, default=None
        Where columns are pixels, loadings are drawn as images instead of a heatmap.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        After `plot`.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from sklearn.decomposition import PCA
    >>> from sklearn.preprocessing import scale
    >>> from skautoencoder.display import LoadingsDisplay
    >>> X = scale(load_wine().data)
    >>> display = LoadingsDisplay.from_estimator(PCA(2).fit(X), X)
    >>> display.loadings.shape, display.codes.shape
    ((2, 13), (178, 2))
    """

    def __init__(self, loadings, *, feature_names=None, codes=None, y=None, image_shape=None):
        self.loadings = as_numbers(loadings)
        n_components, n_features = self.loadings.shape
        names = range(n_features) if feature_names is None else feature_names
        self.feature_names = [str(name) for name in names]
        if len(self.feature_names) != n_features:
            raise ValueError(
                f"feature_names has {len(self.feature_names)} names, but loadings have "
                f"{n_features} columns."
            )
        self.codes = None if codes is None else as_numbers(codes)
        if self.codes is not None and self.codes.shape[1] != n_components:
            raise ValueError(
                f"codes have {self.codes.shape[1]} columns, but loadings have {n_components} rows: "
                "both must be of the same components."
            )
        self.y = y
        self.image_shape = checked_shape(image_shape, n_features)

    @classmethod
    def from_estimator(cls, estimator, X=None, *, y=None, image_shape=None):
        """From a fitted PCA or autoencoder, or a pipeline that ends in one.

        Parameters
        ----------
        estimator : transformer, Pipeline or search
            With ``components_`` and ``explained_variance_``. Features are named as those that
            it was fitted to, in a pipeline as those that its first steps give; of a table's
            transformer they are the encoded columns. Of a pipeline that ends in a classifier,
            say, the steps before that are taken; of a fitted search its best estimator.
        X : array-like of shape (n_rows, n_features), default=None
            Rows for a biplot.
        y, image_shape
            As in the constructor.

        Raises
        ------
        AttributeError
            If the estimator has no ``components_`` or no ``explained_variance_``.
        """
        estimator = transformer_within(estimator)
        last = last_step(estimator)
        loadings = last.components_ * np.sqrt(last.explained_variance_)[:, None]
        return cls(
            loadings,
            feature_names=names_within(estimator),
            codes=None if X is None else estimator.transform(X),
            y=y,
            image_shape=image_shape,
        )

    def plot(self, ax=None, *, kind=_HEATMAP, max_features=None, **kwargs):
        """Draw the loadings.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
        kind : {"heatmap", "biplot"}, default="heatmap"
            "biplot" draws codes as points and features as arrows, over the first two components;
            the axis above is that of the arrows [1]_.
        max_features : int, default=None
            Of more, those with the largest loadings are drawn. Default: 20 in a heatmap, 10 in
            a biplot. Images have all.
        **kwargs : dict
            To matplotlib's `imshow`, of a biplot to `scatter` of the points.

        Returns
        -------
        self : LoadingsDisplay

        Raises
        ------
        ValueError
            If ``kind`` is none of these, or a biplot lacks codes or a second component.
        ImportError
            If there is no matplotlib.

        References
        ----------
        .. [1] Gabriel, K. R. (1971). The biplot graphic display of matrices with application to
           principal component analysis. Biometrika, 58(3), 453-467.
        """
        if kind not in _MOST_FEATURES:
            raise ValueError(f"kind must be 'heatmap' or 'biplot'. Got {kind!r} instead.")
        n_features = max_features or _MOST_FEATURES[kind]
        if kind == _BIPLOT:
            self._draw_biplot(ax, n_features, kwargs)
        elif self.image_shape is not None:
            self._draw_images(ax, kwargs)
        else:
            self._draw_heatmap(ax, n_features, kwargs)
        return self

    def _strongest(self, loadings, n_features):
        """Numbers of the features with the largest loadings, in their own order."""
        strength = np.sum(loadings**2, axis=0)
        return np.sort(np.argsort(-strength, kind="stable")[:n_features])

    def _draw_heatmap(self, ax, n_features, kwargs):
        chosen = self._strongest(self.loadings, n_features)
        shown = self.loadings[:, chosen].T
        names = short_names([self.feature_names[i] for i in chosen], chosen)
        width = 2.0 + 0.08 * max(map(len, names)) + np.clip(0.55 * shown.shape[1], 2.0, 9.0)
        self._size = (width, 1.2 + 0.28 * len(chosen))
        ax = self._start(ax)
        from matplotlib.image import AxesImage

        limit = np.abs(shown).max() or 1.0
        style = {"cmap": _SIGNED, "vmin": -limit, "vmax": limit, "aspect": "auto"}
        drawn = ax.imshow(shown, **styled(AxesImage, kwargs, **style))
        if shown.shape[1] <= _MOST_NUMBERS:
            self._write_numbers(ax, shown, limit)
        self.figure_.colorbar(drawn, ax=ax, label="loading")
        ax.set_yticks(range(len(chosen)))
        ax.set_yticklabels(names, parse_math=False)
        _number_components(ax, shown.shape[1])
        n_all = self.loadings.shape[1]
        ax.set(xlabel="component")
        if len(chosen) < n_all:
            ax.set_ylabel(f"{len(chosen)} of {n_all} features, with the largest loadings")

    def _write_numbers(self, ax, shown, limit):
        digits = max(0, 1 - int(np.floor(np.log10(limit))))  # two of the largest
        plain = digits <= 3 and limit < 1e4
        for (i, k), value in np.ndenumerate(shown):
            # adding zero takes the sign of a rounded one away
            text = f"{round(value, digits) + 0.0:.{digits}f}" if plain else f"{value:.1e}"
            colour = "white" if abs(value) > 0.6 * limit else "black"
            ax.text(k, i, text, ha="center", va="center", color=colour, fontsize=7)

    def _draw_images(self, ax, kwargs):
        n_components = len(self.loadings)
        n_across = min(n_components, 8)
        n_down = -(-n_components // n_across)
        self._size = (1.0 + 1.1 * max(n_across, 2), 0.6 + 1.1 * n_down)
        ax = self._start(ax)
        limit = np.abs(self.loadings).max() or 1.0
        style = {"cmap": _SIGNED, **kwargs}
        draw_images(ax, self.loadings, self.image_shape, n_across, (-limit, limit), **style)
        if len(self.image_shape) == 2:
            self.figure_.colorbar(ax.images[-1], ax=ax, label="loading")
        height, width = self.image_shape[0] + 1, self.image_shape[1] + 1
        ax.set_xticks((np.arange(n_across) + 0.5) * width, range(n_across))
        firsts = [f"{down * n_across}" for down in range(n_down)]
        ax.set_yticks((np.arange(n_down) + 0.5) * height, firsts if n_down > 1 else [""])
        ax.set(xlabel="component")

    def _draw_biplot(self, ax, n_features, kwargs):
        if self.codes is None:
            raise ValueError("a biplot needs codes: give rows, as in from_estimator(pca, X).")
        if len(self.loadings) == 1:
            raise ValueError("loadings need at least two components for a biplot. Got one.")
        points = CodeDisplay(self.codes, y=self.y)
        width, height = points._figure_size()
        self._size = (width + 2.0, height + 1.0)  # room for names
        ax = points.plot(self._start(ax), **kwargs).ax_
        first_two = self.loadings[:2]
        chosen = self._strongest(first_two, n_features)
        arrows = first_two[:, chosen].T
        length = np.linalg.norm(arrows, axis=1).max() or 1.0
        factor = _REACH * np.abs(self.codes[:, :2]).max() / length
        tips = arrows * factor
        for tip in tips:
            ax.annotate(
                "", tip, (0, 0), arrowprops={"arrowstyle": "->", "color": _ARROW, "shrinkB": 0}
            )
        ax.update_datalim(tips)
        ax.margins(0.05)
        ax.set_aspect("equal", adjustable="datalim")
        ax.autoscale_view()
        self.figure_.draw_without_rendering()
        names = short_names([self.feature_names[i] for i in chosen], chosen, _LETTERS)
        _label(ax, tips, names)
        there_and_back = (lambda x: x / factor, lambda x: x * factor)
        above = ax.secondary_xaxis("top", functions=there_and_back)
        above.set_xlabel("loading")

    def _figure_size(self):
        return self._size


def _number_components(ax, n_components):
    ticks = np.arange(0, n_components, max(1, -(-n_components // 16)))
    ax.set_xticks(ticks, [str(k) for k in ticks])


def _label(ax, tips, names):
    """Names beside the tips of arrows, apart from each other, inside the axes."""
    for _ in range(_PASSES):
        labels = _placed(ax, tips, names)
        ax.figure.draw_without_rendering()  # sizes in the units of the data are known after that
        corners = [label.get_bbox_patch().get_window_extent().get_points() for label in labels]
        ax.update_datalim(ax.transData.inverted().transform(np.concatenate(corners)))
        ax.autoscale_view()
        for label in labels:
            label.remove()
    ax.figure.draw_without_rendering()
    _placed(ax, tips, names)


def _placed(ax, tips, names):
    """The names where they are to be, by the limits of the axes as they are."""
    gap = _LABEL_GAP * np.ptp(ax.get_ylim())
    side = np.where(tips[:, 0] < 0, -1, 1)
    heights = tips[:, 1].copy()
    for each in (-1, 1):
        index = np.flatnonzero(side == each)
        index = index[np.argsort(heights[index], kind="stable")]
        heights[index] = _apart(heights[index], gap)
    moved = ax.transData.transform(np.column_stack([tips[:, 0], heights]))[:, 1]
    moved = (moved - ax.transData.transform(tips)[:, 1]) * 72 / ax.figure.dpi
    line = {"arrowstyle": "-", "color": _ARROW, "lw": 0.5, "shrinkA": 0, "shrinkB": 0}
    return [
        ax.annotate(
            name, tip, (6 * towards, up), textcoords="offset points", va="center",
            ha="left" if towards > 0 else "right", fontsize=8, color=_ARROW, parse_math=False,
            bbox={"facecolor": "white", "alpha": 0.6, "linewidth": 0, "pad": 0.5},
            arrowprops={**line, "relpos": (0 if towards > 0 else 1, 0.5)} if abs(up) > 4 else None,
        )
        for name, tip, up, towards in zip(names, tips, moved, side, strict=True)
    ]  # fmt: skip


def _apart(heights, gap):
    """Sorted heights, moved as little as need be to be so far apart: groups keep their mean."""
    groups: list[list[float]] = []  # of how many, and their mean
    for height in heights:
        groups.append([1, float(height)])
        while len(groups) > 1:
            (n, below), (m, above) = groups[-2:]
            if above - below >= gap * (n + m) / 2:
                break
            groups[-2:] = [[n + m, (n * below + m * above) / (n + m)]]
    return np.concatenate(
        [mean + gap * (np.arange(n) - (n - 1) / 2) for n, mean in groups] or [np.empty(0)]
    )
