"""A data set held as one array or matrix, read a few rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from skautoencoder._data._fingerprint import sum_of
from skautoencoder._data._groups import hashes
from skautoencoder._data._source import MOST_DENSE_COLUMNS, Chunk, SparseChunk

_SPARSE_ROWS = 16_384


@dataclass(frozen=True)
class Rows:
    """An array or matrix as a :class:`Source`: read a few rows at a time, never written to.

    Parameters
    ----------
    X : ndarray, memory map or CSR matrix of shape (n_samples, n_features)
    weight : ndarray of shape (n_samples,)
    """

    X: Any
    weight: np.ndarray

    held_out = None

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return self.X.shape[1]

    @property
    def dtype(self) -> np.dtype:
        """Type of the rows."""
        return self.X.dtype

    @property
    def everything(self) -> np.ndarray:
        """Numbers of the rows that have a weight."""
        return np.flatnonzero(self.weight)

    not_held_out = everything

    @property
    def fingerprint(self) -> str:
        """Equal where the rows, in single precision, and their weights are."""
        n_rows, n_columns = self.X.shape
        arrays = hashes(self, np.arange(n_rows)), self.weight
        return f"{n_rows} x {n_columns}, {sum_of(arrays)}"

    @property
    def has_gaps(self) -> bool:
        """Whether some entry is missing (NaN)."""
        return has_gaps(self.X)

    @property
    def is_wide_and_sparse(self) -> bool:
        """Whether it is a CSR matrix of many columns."""
        return hasattr(self.X, "toarray") and self.n_features > MOST_DENSE_COLUMNS

    def sparse_chunks(self, index: np.ndarray) -> Iterator[SparseChunk]:
        """Yield rows of a CSR matrix as they are."""
        for some in slices(len(index), _SPARSE_ROWS):
            yield SparseChunk(self.X[index[some]], self.weight[index[some]])

    def count(self, index: np.ndarray) -> int:
        """How many rows there are at ``index``."""
        return len(index)

    def counts(self, index: np.ndarray) -> list[int]:
        """As many, in a list of one: no other process reads a part."""
        return [len(index)]

    def across(self, values: Any, how: Any = None) -> Any:
        """The same values."""
        return values

    def weights(self, index: np.ndarray) -> np.ndarray:
        """What each of them weighs."""
        return self.weight[index]

    def total_weight(self, index: np.ndarray) -> float:
        """What they weigh together."""
        return float(self.weight[index].sum())

    def first(self, index: np.ndarray, n: int) -> np.ndarray:
        """The first ``n`` of them, or all."""
        return index[:n]

    def chunks(self, index: np.ndarray, n_together: int) -> Iterator[Chunk]:
        """Yield them in order, ``n_together`` rows at a time."""
        for some in slices(len(index), n_together):
            few = index[some]
            yield Chunk(self.take(few), self.weight[few], self.seen(few))

    def shuffled(
        self, index: np.ndarray, n_together: int, rng: np.random.Generator
    ) -> Iterator[Chunk]:
        """Yield them in a random order, drawn at once, ``n_together`` rows at a time."""
        return self.chunks(rng.permutation(index), n_together)

    def drawn(self, n: int, rng: np.random.Generator) -> Chunk:
        """Up to ``n`` rows that have a weight, drawn at random, in order."""
        index = np.sort(rng.permutation(self.everything)[:n])
        return Chunk(self.take(index), self.weight[index], self.seen(index))

    def take(self, index: np.ndarray) -> np.ndarray:
        """The rows at ``index``, dense, in the data's own type."""
        return dense(self.as_kept(index))

    def as_kept(self, index: np.ndarray) -> Any:
        """The same as an array or a CSR matrix, whichever they are kept in."""
        return self.X[index]

    def as_given(self) -> Rows:
        """The rows before anything was filled in."""
        return self

    def seen(self, index: np.ndarray) -> np.ndarray | None:
        """Which entries of the rows at ``index`` were there; None where all were."""
        return None

    def hidden_covariance(self, index: np.ndarray, unit: float) -> np.ndarray | None:
        """What their covariance lacks because gaps were filled, in squares of a unit."""
        return None


def dense(rows: Any) -> np.ndarray:
    """Rows of an array or a sparse matrix, as an array."""
    return rows.toarray() if hasattr(rows, "toarray") else rows


def has_gaps(X: Any) -> bool:
    """Whether some entry of checked rows is missing (NaN)."""
    values = X.data if hasattr(X, "toarray") else X
    if values.dtype.kind != "f" or values.size == 0:
        return False
    with np.errstate(over="ignore", invalid="ignore"):
        # one pass, without an array of answers; sums of very large numbers are looked at again
        return bool(np.isnan(values.sum())) and bool(np.isnan(values).any())


def slices(n_rows: int, n_together: int) -> list[slice]:
    """Slices that cover ``n_rows`` rows in order, ``n_together`` rows each, the last maybe less."""
    starts = range(0, n_rows, n_together)
    return [slice(start, min(start + n_together, n_rows)) for start in starts]
