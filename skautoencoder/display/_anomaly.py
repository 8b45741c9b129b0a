"""Why rows are unusual: which columns make them so."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from skautoencoder.comparison._inverse import as_numbers
from skautoencoder.comparison._targets import is_missing
from skautoencoder.display._colours import COLOURS
from skautoencoder.display._display import Display, styled
from skautoencoder.display._legend import short_name, short_names
from skautoencoder.display._within import names_within
from skautoencoder.display._wording import worded_pair

_MOST_BARS, _MOST_COLUMNS, _MOST_ROWS = 15, 20, 30
_LETTERS_OF_A_VALUE, _LETTERS_OF_A_ROW = 20, 20
_LETTERS_ACROSS = 3  # names of columns that are no longer than that stand upright
_LEAST_UPPER, _MOST_LINEAR = 0.1, 3.0  # where colours end: at least, and on a linear scale
_MOST_POWERS = 3  # of ten that are named on a scale
_LEAST_HEIGHT = 2.0  # of a heat map, whose scale has numbers
_LETTER, _LINE = 0.085, 0.3  # in inches


class AnomalyDisplay(Display):
    """Which columns make rows unusual, and how much: bars for one row, a heat map for many.

    Parameters
    ----------
    contributions : array-like of shape (n_rows, n_features)
        Shares of the columns in each row's score, as from
        :meth:`~skautoencoder.AutoencoderDetector.feature_scores`. They add up to the score.
    feature_names : array-like of str of shape (n_features,), default=None
        None numbers them. Long names are cut short, with their numbers where that makes them alike.
    row_names : array-like of shape (n_rows,), default=None
        None numbers them.
    values, expected : array-like of shape (n_features,), default=None
        Of one row: what it has, and what was expected. Written beside the bars.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        After `plot`.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from skautoencoder import AutoencoderDetector
    >>> from skautoencoder.display import AnomalyDisplay
    >>> X = load_wine().data
    >>> detector = AutoencoderDetector(method="kernel", random_state=0).fit(X)
    >>> AnomalyDisplay.from_estimator(detector, X[:5]).contributions.shape
    (5, 13)
    """

    def __init__(
        self, contributions, *, feature_names=None, row_names=None, values=None, expected=None
    ):
        self.contributions = as_numbers(contributions)
        n_rows, n_features = self.contributions.shape
        self.feature_names = _checked("feature_names", feature_names, n_features)
        self.row_names = _checked("row_names", row_names, n_rows)
        self.values: Any = None if values is None else _checked("values", values, n_features)
        self.expected: Any = (
            None if expected is None else _checked("expected", expected, n_features)
        )
        if (values is None) != (expected is None) or (values is not None and n_rows > 1):
            raise ValueError("values and expected must be given together, and of one row.")
        self._most = (None, None)

    @classmethod
    def from_estimator(cls, detector, X):
        """From a fitted detector, a pipeline that ends in one, or a search over such, and rows.

        Parameters
        ----------
        detector : AutoencoderDetector or Pipeline
            With ``feature_scores`` and ``explain``. In a pipeline columns are those that its
            first steps give.
        X : array-like or data frame of shape (n_rows, n_features)
            Of a pandas frame the index names the rows.

        Raises
        ------
        AttributeError
            If the detector gives no reasons.
        """
        detector = getattr(detector, "best_estimator_", detector)
        last, rows = detector, X
        if isinstance(detector, Pipeline):
            last = detector[-1]
            rows = detector[:-1].transform(X) if len(detector) > 1 else X
        names = names_within(detector)
        row_names = X.index if hasattr(X, "iloc") else None
        contributions = last.feature_scores(rows)
        of_one = {}
        if len(contributions) == 1:
            own_names = getattr(last, "feature_names_in_", None)
            of_one = _of_one_row(last.explain(rows), contributions.shape[1], own_names)
        return cls(contributions, feature_names=names, row_names=row_names, **of_one)

    def plot(self, ax=None, *, max_features=None, max_rows=None, **kwargs):
        """Draw the contributions.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
        max_features : int, default=None
            Of more columns, those that contribute most are drawn. Default: 15 bars, or 20
            columns of a heat map.
        max_rows : int, default=None
            Of more rows, the strangest are drawn. Default: 30.
        **kwargs : dict
            To matplotlib's `barh` for one row, to `imshow` for many.

        Returns
        -------
        self : AnomalyDisplay

        Raises
        ------
        ImportError
            If there is no matplotlib.
        """
        self._most = (max_features, max_rows)
        ax = self._start(ax)
        if len(self.contributions) == 1:
            self._draw_bars(ax, kwargs)
        else:
            self._draw_heatmap(ax, kwargs)
        return self

    def _chosen(self):
        """Numbers of the rows and columns that are drawn, the strangest first."""
        n_features, n_rows = self._most
        one = len(self.contributions) == 1
        n_features = n_features or (_MOST_BARS if one else _MOST_COLUMNS)
        score = self.contributions.sum(axis=1)
        rows = np.argsort(-score, kind="stable")[: n_rows or _MOST_ROWS]
        total = self.contributions[rows].sum(axis=0)
        columns = np.argsort(-total, kind="stable")
        known = np.isin(columns, self._known())
        return rows, columns[known][:n_features]

    def _known(self):
        """Numbers of the columns of which something is said: not of those that were set aside."""
        every = np.arange(self.contributions.shape[1])
        if self.expected is None:
            return every
        known = [not is_missing(value) for value in self.expected] | (self.contributions[0] > 0)
        return every[known] if known.any() else every

    def _names(self, columns):
        """Names in short, with their numbers where they would be the same."""
        return short_names([str(self.feature_names[i]) for i in columns], columns)

    def _figure_size(self):
        """As much room as the names and values that are drawn take."""
        rows, columns = self._chosen()
        names = max(map(len, self._names(columns)))
        if len(self.contributions) == 1:
            beside = 0 if self.values is None else max(map(len, self._said(columns)))
            return 4.0 + _LETTER * (names + beside), 1.4 + _LINE * len(columns)
        across = _LETTER * max(len(name) for name in self._rows_named(rows))
        height = 1.4 + (_LETTER * names if names > _LETTERS_ACROSS else 0)
        return (
            max(2.2 + across + _LINE * len(columns), 5.0),
            height + max(_LINE * len(rows), _LEAST_HEIGHT),
        )

    def _said(self, columns):
        """What the row has in each column, and what was expected."""
        pairs = (worded_pair(self.values[i], self.expected[i]) for i in columns)
        return [
            f"{short_name(value, _LETTERS_OF_A_VALUE)}, expected "
            f"{short_name(expected, _LETTERS_OF_A_VALUE)}"
            for value, expected in pairs
        ]

    def _rows_named(self, rows):
        return [short_name(str(self.row_names[i]), _LETTERS_OF_A_ROW) for i in rows]

    def _draw_bars(self, ax, kwargs):
        from matplotlib.patches import Rectangle

        _, columns = self._chosen()
        columns = columns[::-1]  # from below
        places = np.arange(len(columns))
        style = styled(Rectangle, kwargs, color=COLOURS[0])
        ax.barh(places, self.contributions[0, columns], **style)
        ax.set_yticks(places)
        ax.set_yticklabels(self._names(columns), parse_math=False)
        ax.set_ylim(-0.6, len(columns) - 0.4)
        ax.set(xlabel=f"contribution, to a score of {self.contributions.sum():.3g} in all")
        if self.values is not None:
            beside = ax.secondary_yaxis("right")
            beside.set_yticks(places)
            beside.set_yticklabels(self._said(columns), parse_math=False)
            beside.tick_params(length=0)
        n_all = len(self._known())
        if len(columns) < n_all:
            ax.set_title(f"{len(columns)} of {n_all} columns, which contribute most", fontsize=10)

    def _draw_heatmap(self, ax, kwargs):
        from matplotlib.image import AxesImage

        rows, columns = self._chosen()
        shown, names = self.contributions[np.ix_(rows, columns)], self._names(columns)
        norm, ticks = _colour_scale(max(shown.max(), _LEAST_UPPER))
        drawn = ax.imshow(
            shown, **styled(AxesImage, kwargs, cmap="Blues", norm=norm, aspect="auto")
        )
        bar = self.figure_.colorbar(drawn, ax=ax, label="contribution")
        if ticks is not None and drawn.norm is norm:
            bar.set_ticks(ticks, labels=[f"{tick:g}" for tick in ticks])
            bar.minorticks_off()
        upright = max(map(len, names)) <= _LETTERS_ACROSS
        ax.set_xticks(range(len(columns)))
        ax.set_xticklabels(names, parse_math=False, rotation=0 if upright else 90)
        ax.set_yticks(range(len(rows)))
        ax.set_yticklabels(self._rows_named(rows), parse_math=False)
        n_rows, n_columns = self.contributions.shape
        ax.set(
            xlabel=_some("column", len(columns), n_columns, "contribute most"),
            ylabel=_some("row", len(rows), n_rows, "are strangest"),
        )


def _colour_scale(upper):
    """A norm from 0 to the largest contribution, and ticks, or None for matplotlib's own.

    One row may be a hundred times as strange as the next: then colours are logarithmic far up.
    """
    from matplotlib.colors import AsinhNorm, Normalize

    if upper <= _MOST_LINEAR:
        return Normalize(0, upper), None
    n_powers = np.log10(upper)
    if n_powers < _MOST_POWERS:
        ticks = np.outer(10.0 ** np.arange(n_powers), [1, 3]).ravel()
    else:
        ticks = 10.0 ** np.arange(0, n_powers, n_powers // _MOST_POWERS)[1:]
    return AsinhNorm(linear_width=1.0, vmin=0, vmax=upper), [0, *ticks[ticks <= upper]]


def _checked(name, given, n_wanted):
    """Names or values as a list; None stands for numbers.

    Raises
    ------
    ValueError
        If there are not so many.
    """
    found = list(range(n_wanted) if given is None else given)
    if len(found) != n_wanted:
        raise ValueError(
            f"{name} must have {n_wanted} entries, as contributions. Got {len(found)}."
        )
    return found


def _of_one_row(reasons, n_features, names):
    """What a detector explains of one row, by the numbers of its columns."""
    number = {name: i for i, name in enumerate(range(n_features) if names is None else names)}
    numbers = [number[name] for name in reasons["column"]]
    found = {}
    for which, explained in (("values", reasons["value"]), ("expected", reasons["expected"])):
        found[which] = [None] * n_features
        for i, value in zip(numbers, explained, strict=True):
            found[which][i] = value
    return found


def _some(what, n_shown, n_all, why):
    return what if n_shown == n_all else f"{n_shown} of {n_all} {what}s, which {why}"
