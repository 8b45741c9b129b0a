"""A comparison as a table of texts: measures as rows, transformers and their sizes as columns."""

from __future__ import annotations

from math import floor, inf, isfinite, log10
from typing import NamedTuple

import numpy as np

from skautoencoder.comparison._comparison import (
    LARGER_IS_BETTER,
    standard_error,
    usual_reference,
)

_LEAST_SECONDS = 0.1  # shorter times are in milliseconds
_PLAIN = (1e-4, 1e6)  # sizes that are written without an exponent
_MARKS = {"better": "+", "worse": "\N{MINUS SIGN}", "no difference shown": ""}
_DIRECTIONS = {True: "higher is better", False: "lower is better", None: ""}

_LABELS = {
    "squared_error": "squared error of a row",
    "explained_variance": "variance explained",
    "knn_recall": "nearest neighbors kept",
    "linear_score": "linear model",
    "knn_score": "5 nearest neighbors",
    "davies_bouldin": "Davies-Bouldin index",
    "network_score": "small network",
    "network_seconds": "small network, time to fit",
    "adjusted_rand": "adjusted Rand index of k-means",
    "fit_seconds": "time to fit",
    "compile_seconds": "time to compile",
    "transform_seconds": "time to transform",
    "peak_mib": "peak of memory",
    "code_share": "size of the code",
}
_SCORES = {"linear_score", "knn_score", "network_score"}
_SHARES = {"explained_variance", "trustworthiness", "continuity", "knn_recall", "code_share"}


class Cell(NamedTuple):
    """One figure as texts; all are empty where there is none.

    Attributes
    ----------
    value : str
        The mean over the folds.
    error : str
        Its standard error; empty where it would be written as zero.
    unit : str
        That of both; empty where they have none.
    verdict : str
        "better", "worse", or "no difference shown", as `Comparison.verdict` says.
    mark : str
        A plus for better, a minus sign for worse, else empty.
    """

    value: str = ""
    error: str = ""
    unit: str = ""
    verdict: str = ""
    mark: str = ""

    @property
    def text(self):
        """Value, standard error and unit."""
        both = f"{self.value} ± {self.error}" if self.error else self.value
        return f"{both} {self.unit}".rstrip()


class Row(NamedTuple):
    """A measure, what to call it, which way is better ("" where neither is), and its cells."""

    measure: str
    label: str
    direction: str
    cells: tuple


class ComparisonTable(NamedTuple):
    """A comparison in texts, none of them escaped.

    Attributes
    ----------
    columns : tuple of (str, str)
        The transformer and its number of components, of each column.
    rows : tuple of Row
    problems : tuple of str
        Why numbers are missing, a sentence each.
    against : str
        The transformer that verdicts set the others beside.
    """

    columns: tuple
    rows: tuple
    problems: tuple
    against: str

    @property
    def groups(self):
        """Each transformer and its columns' numbers of components."""
        found: dict = {}
        for transformer, size in self.columns:
            found.setdefault(transformer, []).append(size)
        return found


def table_of(comparison, against=None):
    """The :class:`ComparisonTable` of a comparison.

    Parameters
    ----------
    comparison : Comparison
    against : str, default=None
        The transformer that verdicts set the others beside. None takes PCA, or else the first,
        as `Comparison.summary` does.

    Raises
    ------
    ValueError
        If it was not compared.
    """
    pairs = [(name, size) for name in comparison.transformers for size in comparison.sizes(name)]
    if against is None:
        against = usual_reference(comparison)
    rows = (
        Row(
            measure,
            label_of(measure, comparison.task),
            _DIRECTIONS[LARGER_IS_BETTER[measure]],
            tuple(_cell(comparison, *pair, measure, against) for pair in pairs),
        )
        for measure in comparison.measures
    )
    problems = (
        f"{name}, {size} components: {error}"
        for name, size in pairs
        if (error := comparison.error(name, size))
    )
    columns = tuple((name, f"{size:.12g}") for name, size in pairs)
    return ComparisonTable(columns, tuple(rows), tuple(problems), against)


def label_of(measure, task=None):
    """What to call a measure, the score included that ``task`` gives models of y."""
    label = _LABELS.get(measure, measure.replace("_", " "))
    if measure not in _SCORES or task is None:
        return label
    score = {"classification": "accuracy", "regression": "R\N{SUPERSCRIPT TWO}"}[task]
    return f"{score} of {'a ' if measure != 'knn_score' else ''}{label}"


def _cell(comparison, transformer, size, measure, against):
    values = comparison.values(transformer, size, measure)
    if not np.isfinite(values).all():
        return Cell()
    verdict = comparison.verdict(transformer, size, measure, against)
    mean = float(values.mean())
    unit = _unit_of(measure, comparison.task, mean)
    value, error = _worded(unit.factor * mean, unit.factor * float(standard_error(values)), unit)
    return Cell(value, error, unit.name, verdict, _MARKS[verdict])


class _Unit(NamedTuple):
    """What a figure is written in: what it is multiplied by, and how it is rounded."""

    name: str = ""
    factor: float = 1.0
    digits: int = 3
    most_places: float = inf


def _unit_of(measure, task, mean):
    """The unit of a measure; of times that which suits the mean."""
    if measure in _SHARES or (measure in _SCORES and task == "classification"):
        return _Unit("%", 100.0, 4, 1)
    if measure.endswith("_seconds"):
        return _Unit("s", digits=2) if mean >= _LEAST_SECONDS else _Unit("ms", 1e3, 2, 1)
    return _Unit("MiB", digits=2, most_places=1) if measure == "peak_mib" else _Unit()


def _worded(mean, error, unit):
    """A mean and its standard error, rounded to the same place; no error that rounds to zero."""
    size = max(abs(mean), error if isfinite(error) else 0.0)
    if size == 0:
        return "0", ""
    if unit.most_places == inf and not _PLAIN[0] <= size < _PLAIN[1]:
        return f"{mean:.{unit.digits}g}", f"{error:.1g}" if error > 0 else ""
    n_places = int(min(max(0, unit.digits - 1 - floor(log10(size))), unit.most_places))
    value, beside = (f"{round(x, n_places) + 0.0:,.{n_places}f}" for x in (mean, error))
    says_nothing = not isfinite(error) or not beside.strip("0.")
    return (value.removesuffix(".0"), "") if says_nothing else (value, beside)
