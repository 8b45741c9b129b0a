"""What stands in the gaps of a row: its mean, given what is seen of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skautoencoder._data._factors import Factors, fit_factors
from skautoencoder._data._gaussian import Gaussian, fit_gaussian
from skautoencoder._data._source import Source
from skautoencoder._functions import Array

# Up to so many columns, a full covariance; factors beyond.
_FULL = 64
# Rows that it learns from, drawn at random, and their values. A row's own matrix takes time.
_MOST_ROWS, _LEAST_ROWS, _MOST_VALUES = 5_000, 1_000, 131_072
_LEAST_NOISE_OF_PATH = 1e-3
_HIDDEN = 0.1  # of the seen cells, to choose by


class Filling(NamedTuple):
    """A linear model of the columns, and the units that it has them in.

    A row without any entry gets the columns' means, and a column that no row had gets zeros.
    """

    location: np.ndarray  # (n_features,)
    scale: np.ndarray  # (n_features,)
    lowest: np.ndarray  # (n_features,), of what was seen: nothing is filled in beyond
    highest: np.ndarray
    model: Gaussian | Factors

    def fill(self, rows: np.ndarray) -> np.ndarray:
        """The rows, each with its mean in its gaps; rows without gaps are as they were."""
        gaps = np.isnan(rows)
        some = np.flatnonzero(gaps.any(axis=1))
        if len(some) == 0:
            return rows
        z = np.nan_to_num(self.standardized(rows[some]))
        found = self.restored(self.model.filled(z, ~gaps[some]))
        filled = rows.copy()
        filled[some] = np.where(gaps[some], found, rows[some])
        return filled

    def hidden_covariance(self, seen: np.ndarray, share: np.ndarray, unit: float) -> np.ndarray:
        """The covariance of what gaps hold around what fills them, in squares of a unit."""
        scale = self.scale / unit
        return self.model.hidden_covariance(seen, share) * np.outer(scale, scale)

    def standardized(self, rows: Array) -> Array:
        """Rows in standard units, gaps and all."""
        return (rows.astype(float) - self.location) / self.scale

    def restored(self, z: Array) -> Array:
        """Standardized rows in the units of the data, no further out than what was seen."""
        return (z * self.scale + self.location).clip(self.lowest, self.highest)


def fit_filling(rows: Source, rng: np.random.Generator) -> Filling:
    """The :class:`Filling` of rows with gaps (NaN).

    Parameters
    ----------
    rows : Source
        Those that weigh nothing are left out. Of many, 1,000 to 5,000 are learnt from, fewer
        where there are more columns.
    rng : numpy.random.Generator
    """
    n_features = rows.n_features
    n_rows = max(_LEAST_ROWS, min(_MOST_ROWS, _MOST_VALUES // n_features))
    some = rows.drawn(n_rows, rng)
    x = some.x.astype(float)
    seen = ~np.isnan(x)
    lowest, highest = _range(x, seen)
    unit = np.maximum(np.maximum(abs(lowest), abs(highest)), np.finfo(float).tiny)
    in_unit = np.where(seen, x, 0.0) / unit
    count = np.maximum(seen.sum(axis=0), 1)
    mean = in_unit.sum(axis=0) / count
    spread = np.sqrt((np.where(seen, in_unit - mean, 0.0) ** 2).sum(axis=0) / count)
    varies = lowest < highest
    location = np.where(varies, mean * unit, lowest)
    scale = np.where(varies & (spread > 0), spread * unit, 1.0)
    z = np.where(seen, (x - location) / scale, 0.0)
    share = some.weight / some.weight.sum()
    hide = seen & (rng.uniform(size=seen.shape) < _HIDDEN)
    model = (
        fit_gaussian(z, seen, share, hide)
        if n_features <= _FULL
        else fit_factors(z, seen, share, hide, rng)
    )
    return Filling(location, scale, lowest, highest, model)


def filling_of_path(mean: np.ndarray, scale: float, path: np.ndarray) -> Filling:
    """The :class:`Filling` of a model that saw no gaps: probabilistic PCA along its linear path.

    Tipping & Bishop (1999). What the path leaves of the variance is noise, as large in all
    columns.

    Parameters
    ----------
    mean : ndarray of shape (n_features,)
    scale : float
    path : ndarray of shape (n_components, n_features)
        What the components, of unit variance, add to standardized rows.
    """
    n_features = len(mean)
    noise = max(1 - float((path**2).sum()) / n_features, _LEAST_NOISE_OF_PATH)
    everywhere = np.full(n_features, np.inf)
    model = Factors(np.zeros(n_features), path.T.astype(float), np.full(n_features, noise))
    return Filling(mean, np.full(n_features, float(scale)), -everywhere, everywhere, model)


def _range(x: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The least and the largest entry seen of each column; zeros where there is none."""
    lowest = np.where(seen, x, np.inf).min(axis=0)
    highest = np.where(seen, x, -np.inf).max(axis=0)
    never = lowest > highest
    return np.where(never, 0.0, lowest), np.where(never, 0.0, highest)
