"""Columns of the numbers that are learnt from, as texts: in the data's own units and levels.

The page's script words what it decodes by the same fields, and the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10
from typing import Any

import numpy as np

from skautoencoder._tables._levels import Binary, Category
from skautoencoder._tables._scaled import Counts, Reals, Wholes
from skautoencoder.display._legend import short_name
from skautoencoder.display._wording import worded

_DIGITS = 3  # of how far values of a column lie apart
_MOST_DECIMALS, _MOST_DIGITS = 8, 15
_QUARTILES_APART = 1.35  # of a normal column, in standard deviations
_MS = {"D": 86_400_000.0, "s": 1e3, "ms": 1.0, "us": 1e-3, "ns": 1e-6}
# How moments and spans are told that are all multiples of so many milliseconds.
_EXACTLY = (
    (86_400_000.0, "day", " days"),
    (3_600_000.0, "minute", " h"),
    (60_000.0, "minute", " min"),
    (1e3, "second", " s"),
)
_ENDS = {"day": " 00:00:00.000", "minute": ":00.000", "second": ".000"}  # that are not told
_MISSING = "missing"
_LETTERS = 60  # of a name or a level


@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers, moments or spans of time.

    Parameters
    ----------
    name : str
    at : int
        Which of the encoded columns.
    mean, std : float
        By which encoded numbers become those of the column; milliseconds, for moments.
    low, high : float or None
        What is rebuilt stays within.
    step : float or None
        What is rebuilt is a multiple of it, from ``low``.
    decimals : int or None
        None for numbers so small or large that they are told with an exponent.
    moment : {"day", "minute", "second"} or None
        How exactly a moment is told; None for numbers.
    unit : str
        What stands behind a number.
    """

    name: str
    at: int
    mean: float = 0.0
    std: float = 1.0
    low: float | None = None
    high: float | None = None
    step: float | None = None
    decimals: int | None = 0
    moment: str | None = None
    unit: str = ""

    width = 1

    def texts(self, rows):
        """The column of encoded rows, as a list of texts."""
        values = rows[:, self.at].astype(float) * self.std + self.mean
        if self.low is not None:
            values = values.clip(self.low, self.high)
        if self.step is not None:
            values = self.low + self.step * np.rint((values - self.low) / self.step)
        return [_MISSING if np.isnan(value) else self._text(value) for value in values.tolist()]

    def _text(self, value):
        if self.moment is not None:
            told = str(np.datetime64(round(value), "ms")).replace("T", " ")
            return told[: -len(_ENDS[self.moment])]
        if self.decimals is None:
            return f"{value:.{_DIGITS - 1}e}{self.unit}"
        told = f"{value:.{self.decimals}f}"
        return (told.removeprefix("-") if float(told) == 0 else told) + self.unit


@dataclass(frozen=True)
class LevelColumn:
    """A column of levels: of two, one encoded column says which; of more, the largest does.

    Parameters
    ----------
    name : str
    at : int
        The first of its encoded columns.
    levels : tuple of str
    rare : bool
        Whether the last stands for several.
    """

    name: str
    at: int
    levels: tuple
    rare: bool = False

    @property
    def width(self):
        """How many encoded columns it has."""
        return 1 if len(self.levels) == 2 else len(self.levels)

    def texts(self, rows):
        """The column of encoded rows, as a list of texts."""
        block = rows[:, self.at : self.at + self.width]
        codes = block[:, 0] > 0.5 if self.width == 1 else block.argmax(axis=1)
        gaps = np.isnan(block).any(axis=1)
        return [
            _MISSING if gap else self.levels[code]
            for code, gap in zip(codes.astype(int).tolist(), gaps, strict=True)
        ]


def shortened(value):
    """A name or a level, in one line of not too many letters."""
    return short_name(str(value), _LETTERS)


def texts_of_rows(table, columns, rows):
    """What some rows of a table have in each of these columns, lists of texts.

    Parameters
    ----------
    table : Table
    columns : list of NumberColumn or LevelColumn
    rows : ndarray of int
    """
    return [_texts_of_rows(table, column, rows) for column in columns]


def _texts_of_rows(table, column, rows):
    texts = column.texts(table.X[rows])
    if isinstance(column, NumberColumn) or not column.rare:
        return texts
    own = [shortened(value) for value in table.whole[column.name].iloc[rows]]
    rest = column.levels[-1]
    return [one if text == rest else text for text, one in zip(texts, own, strict=True)]


def columns_in_units(table):
    """The columns of a table whose rows have become numbers, those that vary.

    Parameters
    ----------
    table : Table
        With X an array; its ``encoding`` says how that was made, None that it is as it was.

    Returns
    -------
    list of NumberColumn or LevelColumn
    """
    if table.encoding is None:
        return [
            NumberColumn(name, i, decimals=_decimals(table.X[:, i]))
            for i, name in enumerate(table.names)
        ]
    parts = (part for part in table.encoding.parts if part.encoder.width)
    return [_column(str(part.name), part.encoder, part.columns.start, table.X) for part in parts]


def _column(name, encoder, at, X) -> Any:
    if isinstance(encoder, Binary | Category):
        pooled = getattr(encoder, "pooled", ())
        others = (f"other ({len(pooled)} rare ones)",) if pooled else ()
        levels = (*(shortened(worded(level, _MOST_DIGITS)) for level in encoder.levels), *others)
        return LevelColumn(name, at, levels, bool(pooled))
    if isinstance(encoder, Reals):
        mean, std = encoder.units
        decimals = _decimals(X[:, at] * std + mean)
        return NumberColumn(name, at, mean, std, encoder.low, encoder.high, decimals=decimals)
    if isinstance(encoder, Counts):
        wholes = encoder.wholes
        return _whole(name, at, wholes, 0.0, encoder.unit)
    return _whole(name, at, encoder, encoder.units.mean + encoder.low, encoder.units.std)


def _whole(name, at, wholes: Wholes, mean, std):
    """A column of whole steps: numbers, moments or spans."""
    unit, factor, how = np.dtype(wholes.dtype), 1.0, {}
    if unit.kind in "mM":
        of_unit, multiple = np.datetime_data(unit)
        factor = multiple * _MS[of_unit]
        grid = np.array([wholes.step, wholes.low]) * factor
        ms, moment, span = next(
            (one for one in _EXACTLY[:-1] if not (grid % one[0]).any()), _EXACTLY[-1]
        )
        if unit.kind == "M":
            how = {"moment": moment}
        else:
            factor, how = factor / ms, {"unit": span}
    low, step = wholes.low * factor, wholes.step * factor
    high = low + wholes.n_steps * step
    return NumberColumn(name, at, mean * factor, std * factor, low, high, step, **how)


def _decimals(values):
    """How many decimals tell the values of a column apart, or None for an exponent."""
    values = values[np.isfinite(values)]
    largest = float(np.abs(values).max(initial=0.0))
    std = float((values / largest).std()) * largest if largest else 0.0
    if not std:
        return 0
    quarters = np.quantile(values, [0.25, 0.75])
    apart = min(std, (float(quarters[1] - quarters[0]) / _QUARTILES_APART) or std)
    decimals = max(0, _DIGITS - 1 - floor(log10(apart)))
    if np.array_equal(values, np.rint(values)):
        decimals = 0 if apart > 1 else min(decimals, 2)
    digits = decimals + max(0, floor(log10(largest)))
    return None if decimals > _MOST_DECIMALS or digits > _MOST_DIGITS else decimals
