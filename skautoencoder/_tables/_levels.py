"""Columns of levels: a yes-or-no column, or a block of one-hot columns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from skautoencoder._tables._scaled import Encoded
from skautoencoder._tables._table import Column

# A column of up to so many levels has a column for each, as the budget allows.
_FEW = 30
# Of more, those of so many rows have one, and the most frequent _FEW: as many as the next lower
# of these numbers. Blocks of one size share a compiled program's part: with a size for each of
# fifty columns it took 10 s to compile.
_LEAST_ROWS, _SIZES = 10, (10, 20, 30, 50, 70, 100)
# One-hot columns of all columns of a table together, about: each gets its share, and these.
_BUDGET, _LEAST_SHARE = 2_000, 10


@dataclass(frozen=True)
class Binary:
    """A column of two values as 0 and 1, or of one, which needs no code.

    Parameters
    ----------
    levels : tuple
        The values.
    """

    levels: tuple

    part: ClassVar[str] = "binary"

    @property
    def width(self) -> int:
        return int(len(self.levels) == 2)

    def encode(self, column: Column) -> Encoded:
        codes, unseen = _codes(column, self._numbers)
        values = np.where(codes >= 0, codes, np.nan)[:, None]
        return Encoded(values[:, : self.width], unseen)

    def decode(self, block: np.ndarray, rng: Any = None) -> list:
        codes = block[:, 0] > 0.5 if self.width else np.zeros(len(block), int)
        return [self.levels[code] for code in codes.astype(int).tolist()]

    @property
    def _numbers(self) -> dict:
        return {level: number for number, level in enumerate(self.levels)}


@dataclass(frozen=True)
class Category:
    """A column of levels as a block of one-hot columns; rare ones share the last.

    Parameters
    ----------
    levels : tuple
        Those with a column each, the most frequent first.
    pooled : tuple
        Those that share one, the most frequent first.
    shares : tuple of float
        How often each of these is meant by that column.
    """

    levels: tuple
    pooled: tuple = ()
    shares: tuple[float, ...] = ()

    part: ClassVar[str] = "categorical"

    @property
    def width(self) -> int:
        n_columns = len(self.levels) + bool(self.pooled)
        return n_columns if n_columns > 1 else 0

    def encode(self, column: Column) -> Encoded:
        codes, unseen = _codes(column, self._numbers)
        values = np.zeros((len(codes), self.width), np.float32)
        there = codes >= 0
        if self.width:
            values[np.flatnonzero(there), codes[there]] = 1
            values[~there] = np.nan
        return Encoded(values, unseen)

    def decode(self, block: np.ndarray, rng: Any = None) -> list:
        """The likeliest level of each row; of those that share a column, ``rng`` draws one."""
        if not self.width:
            return [self.levels[0]] * len(block)
        codes = block.argmax(axis=1)
        if self.pooled and rng is not None:
            which = rng.choice(len(self.pooled), len(codes), p=np.asarray(self.shares))
            codes = np.where(codes == len(self.levels), codes + which, codes)
        known = (*self.levels, *self.pooled)
        return [known[code] for code in codes.tolist()]

    @property
    def _numbers(self) -> dict:
        numbers = {level: number for number, level in enumerate(self.levels)}
        return numbers | dict.fromkeys(self.pooled, len(self.levels))


def most_levels(n_columns: int) -> int:
    """How many levels of a column may have one of their own, in a table of so many such columns."""
    return min(_SIZES[-1], max(_LEAST_SHARE, _BUDGET // max(n_columns, 1)))


def learn_binary(column: Column, most: int = 0) -> Binary:
    """The encoder of a yes-or-no column, the smaller value as 0."""
    found = Counter(column.seen_objects)
    if len(found) > 2:
        raise ValueError(
            f"kinds={{{column.name!r}: 'binary'}} needs two values, but the column holds "
            f"{len(found)}: {', '.join(repr(value) for value in list(found)[:3])}, ... Use "
            "'category'."
        )
    return Binary(tuple(_sorted(list(found))))


def learn_category(column: Column, most: int = _SIZES[-1]) -> Category:
    """The encoder of a column of levels, of which up to ``most`` have a column of their own."""
    counts = Counter(column.seen_objects).most_common()
    n_kept = len(counts)
    if n_kept > min(_FEW, most):
        frequent = sum(count >= _LEAST_ROWS for _, count in counts)
        n_kept = max(size for size in _SIZES if size <= min(max(frequent, _FEW), most))
    if n_kept == len(counts) - 1:  # one alone shares with none
        n_kept += 1
    rest = counts[n_kept:]
    total = sum(count for _, count in rest)
    return Category(
        tuple(level for level, _ in counts[:n_kept]),
        tuple(level for level, _ in rest),
        tuple(count / total for _, count in rest),
    )


def _codes(column: Column, numbers: dict) -> tuple[np.ndarray, tuple]:
    """The number of each row's level, -1 in gaps and at levels that have none; and these."""
    found = [numbers.get(value, -1) for value in column.objects]
    codes = np.where(column.seen, np.array(found, int), -1)
    strange = np.flatnonzero(column.seen & (codes < 0))
    return codes, tuple(dict.fromkeys(column.objects[row] for row in strange))


def _sorted(values: list) -> list:
    try:
        return sorted(values)
    except TypeError:  # of several types
        return sorted(values, key=repr)
