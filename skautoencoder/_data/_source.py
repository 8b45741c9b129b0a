"""What training needs of rows, wherever they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np

#: Which rows of a source: numbers of rows, of those in memory; a stream has parts of its own.
Index: TypeAlias = Any


class Chunk(NamedTuple):
    """A few rows, dense, and what each weighs."""

    x: np.ndarray  # (n_rows, n_features), in the data's own type
    weight: np.ndarray  # (n_rows,)
    seen: np.ndarray | None = None  # as x: the entries that count in errors; None where all do


class SparseChunk(NamedTuple):
    """Some rows as a CSR matrix, and what each weighs."""

    x: Any
    weight: np.ndarray


# With more columns, only what is not zero is looked at where that will do.
MOST_DENSE_COLUMNS = 4096


class Source(Protocol):
    """Rows with weights, read a few at a time and never written to."""

    @property
    def n_features(self) -> int:
        """Number of columns."""

    @property
    def dtype(self) -> np.dtype:
        """Type of the rows."""

    @property
    def everything(self) -> Index:
        """All rows that have a weight."""

    @property
    def not_held_out(self) -> Index:
        """All of them, but those that the source itself holds out."""

    @property
    def held_out(self) -> Any:
        """The :class:`Rows` that the source itself holds out; None where that is left to others."""

    @property
    def fingerprint(self) -> str:
        """Equal where the rows, in single precision, and their weights are."""

    @property
    def has_gaps(self) -> bool:
        """Whether some entry is missing (NaN)."""

    def count(self, index: Index) -> int:
        """How many rows there are at ``index``."""

    def counts(self, index: Index) -> list[int]:
        """How many of them each process reads, where several read a part each; else of all."""

    def across(self, values: Any, how: Any = ...) -> Any:
        """What all processes together have, of values that each has of its part: their sum.

        Or whatever ``how(one, other)`` makes of them.
        """

    def weights(self, index: Index) -> np.ndarray:
        """What each of them weighs."""

    def total_weight(self, index: Index) -> float:
        """What they weigh together."""

    def first(self, index: Index, n: int) -> Index:
        """Up to ``n`` of them, which take little time to read."""

    def chunks(self, index: Index, n_together: int) -> Iterator[Chunk]:
        """Yield them in order, ``n_together`` rows at a time, the last time maybe less."""

    @property
    def is_wide_and_sparse(self) -> bool:
        """Whether rows are sparse and so wide that passes over what is not zero are worth it."""

    def sparse_chunks(self, index: Index) -> Iterator[SparseChunk]:
        """Yield them in order as they are, if they are wide and sparse."""

    def shuffled(self, index: Index, n_together: int, rng: np.random.Generator) -> Iterator[Chunk]:
        """Yield them in a random order, up to ``n_together`` rows at a time."""

    def drawn(self, n: int, rng: np.random.Generator) -> Chunk:
        """Up to ``n`` rows that have a weight, drawn at random, in order."""

    def hidden_covariance(self, index: Index, unit: float) -> np.ndarray | None:
        """What the covariance of the rows at ``index`` lacks because gaps were filled.

        In squares of a unit, as :class:`Moments` has variances; None where nothing was filled.
        """


class NumberedRows(Protocol):
    """Rows that can be taken by their numbers, whichever they are."""

    @property
    def weight(self) -> np.ndarray:
        """The weight of each row, of shape (n_samples,)."""

    @property
    def n_features(self) -> int:
        """Number of columns."""

    def take(self, index: np.ndarray) -> np.ndarray:
        """The rows at ``index``, dense, of shape (len(index), n_features)."""

    def as_kept(self, index: np.ndarray) -> Any:
        """The same as an array or a CSR matrix, whichever they are kept in."""
