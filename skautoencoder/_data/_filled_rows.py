"""Rows with gaps, filled, that know which entries were seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from skautoencoder._data._chunks import by_chunks
from skautoencoder._data._filling import Filling, filling_of_path
from skautoencoder._data._moments import column_moments, weighted_chunks
from skautoencoder._data._rows import Rows, dense, slices
from skautoencoder._data._source import Source

_CHUNK_VALUES = 1_048_576


@dataclass(frozen=True)
class FilledRows(Rows):
    """Rows whose gaps are filled: training learns from what was seen.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_samples, n_features)
        Without gaps.
    weight : ndarray of shape (n_samples,)
    given : ndarray, memory map or CSR matrix of shape (n_samples, n_features)
        With gaps (NaN).
    filling : Filling
        What filled them.
    """

    given: Any
    filling: Filling

    def as_given(self) -> Rows:
        """The rows before their gaps were filled."""
        return Rows(self.given, self.weight)

    def seen(self, index: np.ndarray) -> np.ndarray:
        """Which entries of the rows at ``index`` are there."""
        return ~np.isnan(dense(self.given[index]))

    def hidden_covariance(self, index: np.ndarray, unit: float) -> np.ndarray:
        """The covariance of what gaps hold around what fills them, in the mean of the rows."""
        share = self.weight[index] / self.weight[index].sum()
        total = np.zeros((self.n_features,) * 2)
        for some in _chunks(len(index), self.n_features):
            total += self.filling.hidden_covariance(self.seen(index[some]), share[some], unit)
        return total


def n_seen(X: Any) -> np.ndarray:
    """How many entries of each row are there."""
    return by_chunks(lambda x: (~np.isnan(x)).sum(axis=1), X, 1024, int)


def seen_columns(rows: Source) -> np.ndarray:
    """Which columns have an entry in some row with a weight."""
    seen = np.zeros(rows.n_features, bool)
    for chunk in rows.chunks(rows.everything, max(1, _CHUNK_VALUES // rows.n_features)):
        seen |= ~np.isnan(chunk.x).all(axis=0)
    return rows.across(seen, np.logical_or)


def spread_of_seen(rows: Source) -> float:
    """The root of the mean square of what is seen, around the means of the columns.

    The mean is over all cells, those that are missing counted as zero; without gaps it is the
    spread that rows are standardized by.
    """
    index = rows.everything
    if not rows.has_gaps:
        return column_moments(rows, index).spread
    total, count = np.zeros((2, rows.n_features))
    for x, share in weighted_chunks(rows, index):
        total, count = total + share @ np.nan_to_num(x), count + share @ ~np.isnan(x)
    mean = np.divide(total, count, out=np.zeros_like(total), where=count > 0)
    at_means = filled(rows, filling_of_path(mean, 1.0, np.zeros((1, len(mean)))))
    return column_moments(at_means, index).spread


def filled(rows: Any, filling: Filling | None) -> Any:
    """The rows of a source with their gaps filled; the same rows where they have none."""
    if filling is None or not rows.has_gaps:
        return rows
    if not isinstance(rows, Rows):  # a stream fills them as it is read
        return rows.filled_by(filling)
    X = rows.X.copy() if hasattr(rows.X, "toarray") else np.array(rows.X)
    for some in _chunks(*X.shape):
        found = filling.fill(dense(rows.X[some]))
        if hasattr(X, "toarray"):
            _fill_entries(X, some, found)
        else:
            X[some] = found
    return FilledRows(X, rows.weight, rows.X, filling)


def _fill_entries(X: Any, some: slice, found: np.ndarray) -> None:
    """Put numbers for the NaN among the entries that a CSR matrix keeps: zeros stay zeros."""
    entries = slice(X.indptr[some.start], X.indptr[some.stop])
    row = np.repeat(
        np.arange(some.stop - some.start), np.diff(X.indptr[some.start : some.stop + 1])
    )
    values, gaps = X.data[entries], np.isnan(X.data[entries])
    values[gaps] = found[row[gaps], X.indices[entries][gaps]]


def _chunks(n_rows: int, n_columns: int) -> list[slice]:
    return slices(n_rows, max(1, _CHUNK_VALUES // n_columns))
