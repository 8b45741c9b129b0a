"""Columns that one number stands for: real and whole numbers, counts, moments, spans of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from skautoencoder._tables._table import Column


class Encoded(NamedTuple):
    """What an encoder makes of a column: NaN in gaps, and which values it has no code for."""

    values: np.ndarray  # (n_rows, width)
    unseen: tuple = ()


class Units(NamedTuple):
    """What numbers are standardized by."""

    mean: float
    std: float

    def apply(self, values: np.ndarray) -> np.ndarray:
        return (values - self.mean) / self.std

    def undo(self, values: np.ndarray) -> np.ndarray:
        return values * self.std + self.mean


@dataclass(frozen=True)
class Reals:
    """Numbers, standardized; what is rebuilt stays in the seen range.

    Parameters
    ----------
    type : str
        That of the column.
    low, high : float
    units : Units
    """

    type: str
    low: float
    high: float
    units: Units

    part: ClassVar[str] = "numbers"

    @property
    def width(self) -> int:
        return int(self.low < self.high)

    def encode(self, column: Column) -> Encoded:
        values = self.units.apply(floats(column))
        return Encoded(values[:, None] if self.width else np.empty((len(values), 0)))

    def decode(self, block: np.ndarray, rng: Any = None) -> Any:
        values = np.full(len(block), self.low)
        if self.width:
            values = self.units.undo(block[:, 0].astype(np.float64)).clip(self.low, self.high)
        return _written(values, self.type)


@dataclass(frozen=True)
class Wholes:
    """Whole numbers, moments and spans, as standardized distances from the lowest.

    What is rebuilt is a whole number of steps from there, within the seen range. All distances
    that were seen are multiples of the step: days between dates at midnight, tens between
    prices in tens.

    Parameters
    ----------
    type : str
        That of the column.
    dtype : str
        Of its numbers.
    low, n_steps, step : int
        The highest is ``low + n_steps * step``.
    units : Units
        Of the distances.
    """

    type: str
    dtype: str
    low: int
    n_steps: int
    step: int
    units: Units

    part: ClassVar[str] = "numbers"

    @property
    def width(self) -> int:
        return int(self.n_steps > 0)

    def encode(self, column: Column) -> Encoded:
        values = self.units.apply(self.distances(column))
        return Encoded(values[:, None] if self.width else np.empty((len(values), 0)))

    def decode(self, block: np.ndarray, rng: Any = None) -> Any:
        distances = np.zeros(len(block))
        if self.width:
            distances = self.units.undo(block[:, 0].astype(np.float64))
        return self.at(distances)

    def distances(self, column: Column) -> np.ndarray:
        """How far from the lowest each value is, NaN in gaps."""
        numbers = column.numbers
        if numbers is not None and numbers.dtype.kind in "mM":
            numbers = numbers.astype(self.dtype).view(np.int64)
        if numbers is None or numbers.dtype.kind == "f":
            return floats(column) - self.low
        # Whole numbers of 64 bits may lie further apart than those hold with a sign.
        low, words = _word(self.low), numbers.astype(np.uint64)
        above = (words - low).astype(np.float64)
        below = -((low - words).astype(np.float64))
        return np.where(column.seen, np.where(numbers >= self.low, above, below), np.nan)

    def at(self, distances: np.ndarray) -> Any:
        """The values at these distances from the lowest, rounded to steps that are in range."""
        steps = np.rint(distances / self.step).clip(0)
        beyond = steps >= float(self.n_steps)
        words = np.where(beyond, 0, steps).astype(np.uint64)
        words = np.where(beyond, _word(self.n_steps), words)
        values = words * _word(self.step) + _word(self.low)
        if self.dtype == "uint64":
            return _written(values, self.type)
        is_time = self.dtype.startswith(("M8", "m8"))
        whole = values.view(np.int64)
        return _written(whole.view(self.dtype) if is_time else whole.astype(self.dtype), self.type)


@dataclass(frozen=True)
class Counts:
    """Counts over their standard deviation, which a rate is learnt of.

    Parameters
    ----------
    wholes : Wholes
        The same column as whole numbers.
    """

    wholes: Wholes

    part: ClassVar[str] = "counts"

    @property
    def width(self) -> int:
        return self.wholes.width

    @property
    def unit(self) -> float:
        """How much an encoded one is."""
        return self.wholes.units.std

    def encode(self, column: Column) -> Encoded:
        values = (self.wholes.distances(column) + self.wholes.low) / self.unit
        if np.nanmin(values, initial=0.0) < 0:
            raise ValueError(f"Column {column.name!r} is of counts, but holds numbers below zero.")
        return Encoded(values[:, None] if self.width else np.empty((len(values), 0)))

    def decode(self, block: np.ndarray, rng: Any = None) -> Any:
        distances = np.zeros(len(block))
        if self.width:
            distances = block[:, 0].astype(np.float64) * self.unit - self.wholes.low
        return self.wholes.at(distances)


def learn_number(column: Column) -> Reals | Wholes:
    """The encoder of a column of numbers; those of a whole type come back as such."""
    if column.type in ("integer", "span"):
        return _wholes(column, _whole_numbers(column))
    _refuse_moments(column, "number")
    values = floats(column)[column.seen]
    return Reals(column.type, float(values.min()), float(values.max()), _units(values))


def learn_integer(column: Column) -> Wholes:
    """The encoder of a column of whole numbers."""
    _refuse_moments(column, "integer")
    return _wholes(column, _whole_numbers(column))


def learn_count(column: Column) -> Counts:
    """The encoder of a column of counts."""
    _refuse_moments(column, "count")
    wholes = _wholes(column, _whole_numbers(column))
    if wholes.low < 0:
        raise ValueError(
            f"kinds={{{column.name!r}: 'count'}} needs whole numbers from 0, but the column "
            f"holds {wholes.low}."
        )
    return Counts(wholes)


def learn_datetime(column: Column) -> Wholes:
    """The encoder of a column of moments."""
    if column.type != "moment":
        raise ValueError(
            f"kinds={{{column.name!r}: 'datetime'}} needs a column of dates, but it holds "
            f"{column.type}. Convert it first, for example with pandas.to_datetime."
        )
    return _wholes(column, _whole_numbers(column))


def floats(column: Column) -> np.ndarray:
    """The column as numbers in double precision, NaN in gaps.

    Raises
    ------
    ValueError
        If it holds infinity, or what is no number.
    """
    if column.numbers is not None and column.numbers.dtype.kind in "iuf":
        values = np.where(column.seen, column.numbers.astype(np.float64), np.nan)
    else:
        values = _parsed(column)
    if np.isinf(values).any():
        raise ValueError(
            f"Column {column.name!r} of X contains infinity or a value too large: make it a gap, "
            "NaN or None, or leave out those rows."
        )
    return values


def is_whole(values: np.ndarray) -> bool:
    """Whether numbers are whole, and such that double precision tells them apart."""
    return bool(np.all((values == np.rint(values)) & (np.abs(values) <= 2**53)))


def _parsed(column: Column) -> np.ndarray:
    values = np.full(len(column.seen), np.nan)
    _refuse_moments(column, "number")
    if column.type == "levels":
        raise ValueError(
            f"Column {column.name!r} is of a categorical type, which numbers cannot come back as: "
            "convert it to numbers or text first."
        )
    for row in np.flatnonzero(column.seen):
        try:
            values[row] = float(column.objects[row])
        except (TypeError, ValueError):
            raise ValueError(
                f"Column {column.name!r} is of numbers, but holds {column.objects[row]!r:.60}."
            ) from None
    return values


def _refuse_moments(column: Column, kind: str) -> None:
    if column.type == "moment" or (column.type == "span" and kind == "count"):
        what = "dates" if column.type == "moment" else "spans of time"
        raise ValueError(
            f"Column {column.name!r} holds {what}, which kinds={{{column.name!r}: {kind!r}}} "
            "does not take. 'datetime' is for dates."
        )


def _whole_numbers(column: Column) -> np.ndarray:
    """The seen values as whole numbers of 64 bits."""
    numbers = column.numbers
    if numbers is not None and numbers.dtype.kind in "mM":
        return numbers[column.seen].view(np.int64)
    if numbers is not None and numbers.dtype.kind in "iu":
        return numbers[column.seen]
    values = floats(column)[column.seen]
    if not is_whole(values):
        broken = values[values != np.rint(values)]
        raise ValueError(
            f"Column {column.name!r} is of whole numbers, but holds "
            f"{broken[0] if len(broken) else values.max():.6g}. Use kinds={{{column.name!r}: "
            "'number'}."
        )
    return values.astype(np.int64)


def _wholes(column: Column, values: np.ndarray) -> Wholes:
    low, high = int(values.min()), int(values.max())
    words = values.astype(np.uint64) - _word(low)
    step = int(np.gcd.reduce(words)) or 1
    if column.numbers is None or column.numbers.dtype.kind == "f":
        dtype = "float64"
    elif column.numbers.dtype.kind in "mM":
        dtype = column.numbers.dtype.str[1:]
    else:
        dtype = "uint64" if column.numbers.dtype == np.uint64 else "int64"
    n_steps = (high - low) // step
    return Wholes(column.type, dtype, low, n_steps, step, _units(words.astype(np.float64)))


def _units(values: np.ndarray) -> Units:
    largest = float(np.abs(values).max())
    if largest == 0:
        return Units(0.0, 1.0)
    share = values / largest  # the squares of very large or small numbers have no number
    std = float(share.std()) * largest
    return Units(float(share.mean()) * largest, std if std > 0 else largest)


def _written(values: np.ndarray, type_: str) -> Any:
    """Numbers as the column has them: text and truth values if that is what it holds."""
    if type_ in ("text", "levels", "mixed"):
        return [format(value, ".12g") for value in values.tolist()]
    return (values >= 0.5).tolist() if type_ == "bool" else values


def _word(number: int) -> np.ndarray:
    """A whole number modulo 2**64, as an array, of which sums wrap around in silence."""
    return np.array([number % 2**64], np.uint64)
