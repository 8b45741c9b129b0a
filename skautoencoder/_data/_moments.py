"""Mean, variance and range of each column, read a few rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from skautoencoder._data._blas import one_blas_thread
from skautoencoder._data._source import Index, Source
from skautoencoder._data._standardization import Standardization

_CHUNK_VALUES = 1_048_576

# A column with more than this share of all variance leaves nothing to learn of the others.
_DOMINANT = 0.999


def column_moments(rows: Source, index: Index) -> Moments:
    """The :class:`Moments` of the rows at ``index``, to the same bits on any number of cores."""
    with one_blas_thread():
        return moments_of(rows, index)


class Moments(NamedTuple):
    """Mean, variance and largest value of each column, the variance in squares of a common unit.

    The unit is a power of two near the largest entry, so that no square of a very small or
    very large number is lost, and none of the others is rounded.
    """

    mean: np.ndarray  # (n_features,)
    variance: np.ndarray  # (n_features,)
    highest: np.ndarray  # (n_features,)
    unit: float

    @property
    def spread(self) -> float:
        """The root of the columns' mean variance."""
        return self.unit * float(np.sqrt(self.variance.mean()))

    @property
    def standardization(self) -> Standardization:
        """The mean, and the spread as one scale for all columns; 1 where there is none."""
        return Standardization(self.mean, self.spread or 1.0)

    def with_more(self, variance: np.ndarray) -> Moments:
        """The moments with more variance of each column, in squares of the unit."""
        return self._replace(variance=self.variance + variance)

    @property
    def dominant(self) -> int | None:
        """Number of the column that has nearly all of the variance of those that vary, or None."""
        column = int(self.variance.argmax())
        others = self.variance.sum() - self.variance[column]
        return column if 0 < others < (1 - _DOMINANT) * self.variance.sum() else None


def moments_of(rows: Source, index: Index) -> Moments:
    """The :class:`Moments` of the rows at ``index``, on as many threads as BLAS may use."""
    if rows.is_wide_and_sparse:
        return _moments_of_sparse(rows, index)
    mean: Any = 0.0
    low: Any = np.inf
    high: Any = -np.inf
    for x, share in weighted_chunks(rows, index):
        mean = mean + share @ x
        low, high = np.minimum(low, x.min(axis=0)), np.maximum(high, x.max(axis=0))
    mean = rows.across(mean)
    low, high = rows.across(low, np.minimum), rows.across(high, np.maximum)
    constant = low == high
    mean = np.where(constant, low, mean)  # the rounding of a mean is no variance
    unit = _unit(low, high)
    center = mean / unit
    parts = (share @ (x / unit - center) ** 2 for x, share in weighted_chunks(rows, index))
    variance = rows.across(sum(parts))
    return Moments(mean, np.where(constant, 0.0, variance), high, unit)


def _moments_of_sparse(rows: Source, index: Index) -> Moments:
    """The same by two passes over what is not zero, and how much of each column is."""
    n_features = rows.n_features
    mean, full, count = np.zeros((3, n_features))  # full: the share of the rows with an entry
    low, high = np.full(n_features, np.inf), np.full(n_features, -np.inf)
    for x, share in sparse_shares(rows, index):
        entries = x.tocoo()
        weight = share[entries.row]
        mean += np.bincount(entries.col, weight * entries.data, n_features)
        full += np.bincount(entries.col, weight, n_features)
        count += np.bincount(entries.col, minlength=n_features)
        np.minimum.at(low, entries.col, entries.data)
        np.maximum.at(high, entries.col, entries.data)
    mean, full, count = rows.across(np.array([mean, full, count]))
    low, high = rows.across(low, np.minimum), rows.across(high, np.maximum)
    some_zero = count < rows.count(index)
    low = np.where(some_zero, np.minimum(low, 0), low)
    high = np.where(some_zero, np.maximum(high, 0), high)
    constant = low == high
    mean = np.where(constant, low, mean)
    unit = _unit(low, high)
    center = mean / unit
    of_zeros = np.clip(1 - full, 0, None) * center**2
    variance = np.zeros(n_features)
    for x, share in sparse_shares(rows, index):
        entries = x.tocoo()
        squares = share[entries.row] * (entries.data / unit - center[entries.col]) ** 2
        variance += np.bincount(entries.col, squares, n_features)
    variance = of_zeros + rows.across(variance)
    return Moments(mean, np.where(constant, 0.0, variance), high, unit)


def sparse_shares(rows: Source, index: Index) -> Iterator[tuple[Any, np.ndarray]]:
    """Yield CSR matrices in double precision, without zeros, with each row's share of weight."""
    total = rows.total_weight(index)
    for chunk in rows.sparse_chunks(index):
        x = chunk.x.astype(np.float64)
        x.sum_duplicates()
        x.eliminate_zeros()
        yield x, chunk.weight / total


def _unit(low: np.ndarray, high: np.ndarray) -> float:
    """A power of two near the largest entry."""
    exponent = np.frexp(max(high.max(), -low.min()))[1]
    return float(np.ldexp(1.0, np.clip(exponent, -1000, 1000)))


def weighted_chunks(
    rows: Source, index: Index, least: int = 1
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield rows in double precision, a chunk at a time, with each row's share of all weight."""
    total = rows.total_weight(index)
    for chunk in rows.chunks(index, max(least, _CHUNK_VALUES // rows.n_features)):
        yield chunk.x.astype(np.float64, copy=False), chunk.weight / total
