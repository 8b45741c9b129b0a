"""Columns in units in which their distances may be added up: standardized, or bent by asinh."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skautoencoder._functions import Array

# Entries further out are held here: their squares have to be numbers.
_FARTHEST = 1e8
_QUARTILES_OF_NORMAL = 1.349  # the distance between the quartiles, in standard deviations
_ROUNDING = 1e-12  # standard deviations of a constant column, over its largest entry


class Space(NamedTuple):
    """Units of rows.

    Parameters
    ----------
    center, width : ndarray of shape (n_columns,)
    bent : bool
        Whether ``asinh`` is taken, which is linear near zero and logarithmic far from it.
    """

    center: np.ndarray
    width: np.ndarray
    bent: bool

    def of(self, rows: Array) -> Array:
        """Rows in these units."""
        with np.errstate(over="ignore"):
            z = rows / self.width - self.center / self.width
        z = z.clip(-_FARTHEST, _FARTHEST)
        return np.arcsinh(z) if self.bent else z

    def back(self, z: Array) -> Array:
        """Rows in the units of the data."""
        return (np.sinh(z) if self.bent else z) * self.width + self.center

    def held(self, rows: Array) -> Array:
        """Rows in the units of the data, none of them further out than numbers allow."""
        reach = _FARTHEST * self.width
        return rows.clip(self.center - reach, self.center + reach)


def standard_space(rows: np.ndarray, *, by_column: bool) -> Space:
    """Means and standard deviations, of each column or one for all.

    A column that does not vary is in units of its value, or as it is where that is zero.
    """
    unit = _largest(rows)
    mean, spread = _mean_and_spread(rows / unit)
    return Space(mean * unit, _widths(spread, unit, by_column), bent=False)


def bent_space(rows: np.ndarray, *, by_column: bool) -> Space:
    """Medians, and quartiles' distances as those of a normal distribution, then ``asinh``."""
    unit = _largest(rows)
    low, median, high = np.percentile(rows / unit, [25, 50, 75], axis=0)
    spread = (high - low) / _QUARTILES_OF_NORMAL
    spread = np.where(spread > 0, spread, _mean_and_spread(rows / unit)[1])
    return Space(median * unit, _widths(spread, unit, by_column), bent=True)


def _largest(rows: np.ndarray) -> np.ndarray:
    """The largest size of each column's entries; 1 where all are zero."""
    largest = np.abs(rows).max(axis=0)
    return np.where(largest > 0, largest, 1.0)


def _mean_and_spread(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    spread = rows.std(axis=0)
    return rows.mean(axis=0), np.where(spread > _ROUNDING, spread, 0.0)


def _widths(spread: np.ndarray, unit: np.ndarray, by_column: bool) -> np.ndarray:
    if by_column:
        return np.where(spread > 0, spread, 1.0) * unit
    largest = unit.max()
    common = np.sqrt(np.mean((spread * (unit / largest)) ** 2))
    return np.full(len(unit), (common if common > 0 else 1.0) * largest)
