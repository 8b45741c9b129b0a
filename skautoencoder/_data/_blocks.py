"""Rows to blocks of standardized rows, all of one shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from skautoencoder._data._source import Chunk
from skautoencoder._data._standardization import Standardization

# A block is what one call of the compiled program works through. Its shape follows from
# the network and the batch size alone, so data of any length runs through one compilation.
_BLOCK_VALUES = 4_194_304  # 16 MiB in single precision
_BLOCK_STEPS = 128
# Rows are standardized so many values at a time: 256 KiB, which a core's own cache holds.
_FEW_VALUES = 65_536
_ALIGNMENT = 64  # bytes; XLA copies what begins elsewhere


class Block(NamedTuple):
    """Rows and weights for a number of steps, then padding of weight zero."""

    x: np.ndarray  # (max_steps, batch_size, n_features)
    weight: np.ndarray  # (max_steps, batch_size)
    n_steps: int
    seen: np.ndarray | None = None  # as x: the entries that count; None where all do


class PartOfBlock(Block):
    """What this process has of a block, of whose batches other processes have the rest."""

    __slots__ = ()


def in_step(found: Iterator[Block], counts: list[int], batch_size: int) -> Iterator[PartOfBlock]:
    """Blocks of a part of the rows, as many and of as many steps as the longest part has.

    Parameters
    ----------
    found : iterator of Block
        Of the rows that this process reads; at least one.
    counts : list of int
        How many rows each process reads.
    batch_size : int
        Rows that each of them brings to a batch.
    """
    n_steps, block = -(-max(counts) // batch_size), None
    while n_steps > 0:
        new = next(found, None)
        if new is not None:
            block = new
        elif block is not None:  # nothing is left here
            block = block._replace(x=np.zeros_like(block.x), weight=np.zeros_like(block.weight))
        assert block is not None, "there is a row"
        yield PartOfBlock(*block._replace(n_steps=min(len(block.x), n_steps)))
        n_steps -= len(block.x)


def rows_of_steps(first: int, n_steps: int, counts: list[int], batch_size: int) -> np.ndarray:
    """How many rows all processes together bring to each step from the first on."""
    begun = (first + np.arange(n_steps))[:, None] * batch_size
    return (np.array(counts) - begun).clip(0, batch_size).sum(axis=1)


def few_rows(n_features: int) -> int:
    """How many rows a chunk for :func:`blocks` is best of."""
    return max(1, _FEW_VALUES // n_features)


def most_steps(n_features: int, batch_size: int, max_steps: int = _BLOCK_STEPS) -> int:
    """How many steps a block holds."""
    return max(1, min(max_steps, _BLOCK_VALUES // (batch_size * n_features)))


def blocks(
    chunks: Iterable[Chunk],
    n_features: int,
    standardization: Standardization,
    batch_size: int,
    max_steps: int = _BLOCK_STEPS,
) -> Iterator[Block]:
    """Yield the rows of chunks in their order, standardized, as :class:`Block` s of one shape."""
    max_steps = most_steps(n_features, batch_size, max_steps)
    filling = _Filling(max_steps * batch_size, n_features, standardization)
    for chunk in chunks:
        done = 0
        while done < len(chunk.x):
            done += filling.add(chunk, done)
            if filling.is_full:
                yield filling.block(batch_size)
                filling = _Filling(max_steps * batch_size, n_features, standardization)
    if filling.n_rows:
        yield filling.block(batch_size)


def block_of_passes(
    passes: Iterable[Iterable[Chunk]],
    n_features: int,
    standardization: Standardization,
    batch_size: int,
) -> Block:
    """The same of several passes that fit one block together, each of batches of its own."""
    n_rows = most_steps(n_features, batch_size) * batch_size
    filling = _Filling(n_rows, n_features, standardization)
    for chunks in passes:
        for chunk in chunks:
            filling.add(chunk, 0)
        filling.fill_batch(batch_size)
    return filling.block(batch_size)


class _Filling:
    """A block that is being filled; a new array each time, as the program may still read the last.

    Parameters
    ----------
    most_rows, n_features : int
    standardization : Standardization
    """

    def __init__(self, most_rows: int, n_features: int, standardization: Standardization) -> None:
        self.n_rows = 0
        self._x = _aligned(most_rows, n_features)
        self._weight = np.zeros(most_rows, np.float32)
        self._seen: np.ndarray | None = None
        self._standardization = standardization

    @property
    def is_full(self) -> bool:
        """Whether no row goes in any more."""
        return self.n_rows == len(self._x)

    def add(self, chunk: Chunk, start: int) -> int:
        """Take rows of a chunk from ``start`` on, as there is room; how many those are."""
        n_new = min(len(self._x) - self.n_rows, len(chunk.x) - start)
        some = slice(start, start + n_new)
        place = slice(self.n_rows, self.n_rows + n_new)
        self._standardization.fill(self._x[place], chunk.x[some])
        self._weight[place] = chunk.weight[some]
        if chunk.seen is not None:
            if self._seen is None:
                self._seen = np.ones(self._x.shape, bool)  # padding weighs nothing
            self._seen[place] = chunk.seen[some]
        self.n_rows += n_new
        return n_new

    def fill_batch(self, batch_size: int) -> None:
        """Fill the last batch up, with rows of weight zero."""
        begun = self.n_rows
        self.n_rows += -begun % batch_size
        self._x[begun : self.n_rows] = 0

    def block(self, batch_size: int) -> Block:
        """The block, padded."""
        self._x[self.n_rows :] = 0
        shape = (-1, batch_size, self._x.shape[1])
        return Block(
            self._x.reshape(shape),
            self._weight.reshape(-1, batch_size),
            -(-self.n_rows // batch_size),
            None if self._seen is None else self._seen.reshape(shape),
        )


def _aligned(n_rows: int, n_columns: int) -> np.ndarray:
    """An array that begins where the compiled program can read it in place, uncopied."""
    size = n_rows * n_columns
    values = np.empty(size + _ALIGNMENT // 4, np.float32)
    start = -values.ctypes.data % _ALIGNMENT // 4
    return values[start : start + size].reshape(n_rows, n_columns)
