"""A stream as training takes it: passes over checked rows, and some rows in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from skautoencoder._data._filled_rows import filled
from skautoencoder._data._filling import Filling
from skautoencoder._data._rows import Rows, dense, slices
from skautoencoder._data._source import MOST_DENSE_COLUMNS, Chunk, SparseChunk
from skautoencoder._streams._ahead import ahead
from skautoencoder._streams._apart import ALONE, Apart
from skautoencoder._streams._smallest import Kept
from skautoencoder._streams._stream import Stream
from skautoencoder._streams._survey import Checked, Survey, checked, keys_of
from skautoencoder._streams._window import regrouped, shuffled

# Rows are made dense so many values at a time, and shuffled in a window of so many.
_DENSE_VALUES, _WINDOW_VALUES, _FEWEST_IN_WINDOW = 1_048_576, 8_388_608, 512


class Part(NamedTuple):
    """The rows of a stream whose keys are not below a limit."""

    n_rows: int
    weight: float
    limit: int


@dataclass(frozen=True, eq=False)
class StreamedRows:
    """A stream as a :class:`Source`.

    Which rows are asked for is either a :class:`Part` of the stream, for which it is read from its
    beginning to its end, or numbers of those of its rows that are in memory.

    Parameters
    ----------
    X : Stream
    check : callable
        ``check(X, first)`` gives a batch as numbers.
    survey : Survey
    seed : int
        Of the keys that tell which rows are held out.
    filling : Filling or None
        What fills gaps.
    apart : Apart
        Where several processes read a part of the stream each, ``X`` is that of this process,
        and all else is of the whole.
    """

    X: Stream
    check: Callable[[Any, bool], Any]
    survey: Survey
    seed: int
    filling: Filling | None = None
    apart: Apart = ALONE

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return self.survey.n_features

    @property
    def dtype(self) -> np.dtype:
        """Type of the rows."""
        return self.survey.dtype

    @property
    def everything(self) -> Part:
        """All rows."""
        return Part(self.survey.n_rows, self.survey.weight / self.survey.weight_unit, 0)

    @property
    def not_held_out(self) -> Part:
        """All rows but those that are held out."""
        everything, held_out = self.everything, self.survey.held_out
        if held_out is None:
            return everything
        weight = everything.weight - float(held_out.weight.sum()) / self.survey.weight_unit
        return Part(everything.n_rows - int(held_out.n_copies.sum()), weight, self.survey.limit)

    @cached_property
    def held_out(self) -> Rows | None:
        """The rows that are held out, in memory; one for all of its copies."""
        kept = self.survey.held_out
        return None if kept is None else self._in_memory(kept)

    @property
    def held_out_labels(self) -> np.ndarray | None:
        """To which group each of them belongs."""
        kept = self.survey.held_out
        return None if kept is None else kept.label

    @property
    def fingerprint(self) -> str:
        """Equal where the rows, in single precision, and their weights are."""
        return self.survey.fingerprint

    @property
    def has_gaps(self) -> bool:
        """Whether some entry is missing (NaN)."""
        return self.survey.has_gaps

    def filled_by(self, filling: Filling) -> StreamedRows:
        """The same rows with their gaps filled."""
        return replace(self, filling=filling)

    def as_given(self) -> StreamedRows:
        """The rows before their gaps were filled."""
        return replace(self, filling=None)

    def count(self, index: Part | np.ndarray) -> int:
        """How many rows there are."""
        return index.n_rows if isinstance(index, Part) else len(index)

    def counts(self, index: Part | np.ndarray) -> list[int]:
        """How many of them each process reads."""
        if not isinstance(index, Part):
            return [len(index)]
        return self._counts[index.limit > 0]

    @cached_property
    def _counts(self) -> tuple[list[int], list[int]]:
        """How many rows each process reads, and how many of them are not held out."""
        kept = self.survey.held_out
        if self.apart.n_processes == 1:
            n_held_out = 0 if kept is None else int(kept.n_copies.sum())
            return [self.survey.n_rows], [self.survey.n_rows - n_held_out]
        found = [
            sum(len(chunk.x) for chunk in self._chunks(limit, np.arange(self.X.n_pieces)))
            for limit in (0, self.survey.limit)
        ]
        of_all, of_learnt = zip(*self.apart.gathered(found), strict=True)
        return list(of_all), list(of_learnt)

    def across(self, values: np.ndarray, how: Any = np.add) -> np.ndarray:
        """What all processes together have, of values that each has of its part."""
        return self.apart.reduced(values, how)

    def weights(self, index: np.ndarray) -> np.ndarray:
        """What each of those weighs that are in memory."""
        return self._some.weights(index)

    def total_weight(self, index: Part | np.ndarray) -> float:
        """What they weigh together."""
        return index.weight if isinstance(index, Part) else self._some.total_weight(index)

    def first(self, index: Part | np.ndarray, n: int) -> np.ndarray:
        """Up to ``n`` rows, drawn from all: those that are in memory."""
        return self._some.everything[:n]

    def chunks(self, index: Part | np.ndarray, n_together: int) -> Iterator[Chunk]:
        """Yield them in order, ``n_together`` rows at a time."""
        if isinstance(index, Part):
            return regrouped(self._pass(index, np.arange(self.X.n_pieces)), n_together)
        return self._some.chunks(index, n_together)

    @property
    def is_wide_and_sparse(self) -> bool:
        """Whether batches are sparse matrices of many columns."""
        is_sparse = sparse.issparse(self.survey.drawn.x) and self.filling is None
        return is_sparse and self.n_features > MOST_DENSE_COLUMNS

    def sparse_chunks(self, index: Part) -> Iterator[SparseChunk]:
        """Yield sparse batches as they are."""
        for batch in ahead(checked(self.X, np.arange(self.X.n_pieces), self.check)):
            some = self._not_below(index.limit, batch)
            yield SparseChunk(batch.x[some], batch.weight[some] / self.survey.weight_unit)

    def shuffled(self, index: Part, n_together: int, rng: np.random.Generator) -> Iterator[Chunk]:
        """Yield them shuffled: pieces in a random order, rows within a window."""
        rng = np.random.default_rng(rng.integers(2**63))
        chunks = self._pass(index, rng.permutation(self.X.n_pieces))
        n_window = max(_FEWEST_IN_WINDOW, _WINDOW_VALUES // self.n_features)
        return shuffled(chunks, min(n_window, max(self.counts(index))), n_together, rng)

    def drawn(self, n: int, rng: np.random.Generator) -> Chunk:
        """Up to ``n`` of the rows in memory, drawn at random, in order."""
        return self._some.drawn(n, rng)

    def hidden_covariance(self, index: Part, unit: float) -> np.ndarray | None:
        """What the covariance lacks because gaps were filled, by the rows in memory."""
        return self._some.hidden_covariance(self._some.everything, unit)

    @cached_property
    def _some(self) -> Rows:
        return self._in_memory(self.survey.drawn)

    def _in_memory(self, kept: Kept) -> Rows:
        X = kept.x.astype(self.dtype, copy=False)
        return filled(Rows(X, kept.weight / self.survey.weight_unit), self.filling)

    def _pass(self, part: Part, pieces: np.ndarray) -> Iterator[Chunk]:
        """Yield the rows of a part, pieces in the order given, their gaps filled.

        Raises
        ------
        ValueError
            If there are more or fewer rows than in the first pass.
        """
        n_rows = 0
        for chunk in ahead(self._chunks(part.limit, pieces)):
            n_rows += len(chunk.x)
            yield chunk
        expected = self.counts(part)[self.apart.number]
        if n_rows != expected:
            raise ValueError(
                f"X is {self.X.name}, which yielded {expected} rows to learn from when it was "
                f"first read, and {n_rows} now: it must yield the same rows each time."
            )

    def _chunks(self, limit: int, pieces: np.ndarray) -> Iterator[Chunk]:
        for batch in checked(self.X, pieces, self.check):
            some = self._not_below(limit, batch)
            size = max(1, _DENSE_VALUES // self.n_features)
            for few in slices(len(some), size):
                yield self._chunk(batch, some[few])

    def _not_below(self, limit: int, batch: Checked) -> np.ndarray:
        """Which rows of a batch have a key that is not below a limit."""
        if not limit:
            return np.arange(len(batch.weight))
        return np.flatnonzero(keys_of(batch, self.seed) >= np.uint64(limit))

    def _chunk(self, batch: Checked, index: np.ndarray) -> Chunk:
        x = dense(batch.x[index]).astype(self.dtype, copy=False)
        weight = batch.weight[index] / self.survey.weight_unit
        if self.filling is None:
            return Chunk(x, weight)
        return Chunk(self.filling.fill(x), weight, ~np.isnan(x))
