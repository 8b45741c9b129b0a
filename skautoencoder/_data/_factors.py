"""Factor analysis of rows with gaps, for many columns: a Gaussian of few numbers a column.

Rubin & Thayer (1982), EM algorithms for ML factor analysis; gaps are left out of every sum.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skautoencoder._data._rows import slices

N_FACTORS = (4, 8, 16, 32)  # the best on hidden cells is taken
_N_STEPS, _N_STEPS_OF_A_CHOICE = 30, 12
_TOLERANCE = 1e-3  # of a column's noise, in standard units
_LEAST_NOISE = 1e-3
_RIDGE = 1e-2  # of a loading, in rows: a column that few rows have
_VALUES = 4_000_000


class Factors(NamedTuple):
    """Standardized columns as sums of few factors of unit variance, and noise of their own."""

    mean: np.ndarray  # (n_features,)
    loadings: np.ndarray  # (n_features, n_factors)
    noise: np.ndarray  # (n_features,), variances

    def filled(self, z: np.ndarray, seen: np.ndarray) -> np.ndarray:
        """Rows whose gaps hold their mean given what is seen."""
        filled = np.array(z)
        for some in _chunks(z, self.loadings.shape[1]):
            factors, _ = self._scores(z[some], seen[some])
            filled[some] = np.where(seen[some], z[some], factors @ self.loadings.T + self.mean)
        return filled

    def hidden_covariance(self, seen: np.ndarray, share: np.ndarray) -> np.ndarray:
        """The covariance of what gaps hold around those means, in the weighted mean of the rows.

        With the factors' covariance in the mean of the rows with gaps: exact where all of them
        have the same ones.
        """
        n_factors = self.loadings.shape[1]
        rows = np.flatnonzero(~seen.all(axis=1))
        inner = np.zeros((n_factors, n_factors))
        for some in _chunks(seen[rows], n_factors):
            few = rows[some]
            _, covariance = self._scores(np.zeros((len(few), len(self.mean))), seen[few])
            inner += np.tensordot(share[few], covariance, 1)
        total = share[rows].sum()
        if total == 0:
            return np.zeros((len(self.mean),) * 2)
        gaps = (~seen[rows]).astype(float)
        together = (gaps * share[rows][:, None]).T @ gaps
        hidden = together * (self.loadings @ (inner / total) @ self.loadings.T)
        return hidden + np.diag(np.diag(together) * self.noise)

    def _scores(self, z: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and covariance of the factors given what is seen of each row."""
        n_factors = self.loadings.shape[1]
        scaled = self.loadings / self.noise[:, None]
        products = (self.loadings[:, :, None] * scaled[:, None, :]).reshape(len(z[0]), -1)
        precision = (seen @ products).reshape(-1, n_factors, n_factors) + np.eye(n_factors)
        covariance = np.linalg.inv(precision)
        pull = np.where(seen, z - self.mean, 0.0) @ scaled
        return (covariance @ pull[:, :, None])[:, :, 0], covariance

    def _after(self, z: np.ndarray, seen: np.ndarray, share: np.ndarray) -> Factors:
        """The factors after one step of expectation maximisation."""
        n_features, n_factors = self.loadings.shape
        width = n_factors + 1  # a factor that is always one carries the mean
        square = np.zeros((n_features, width**2))
        cross = np.zeros((n_features, width))
        for some in _chunks(z, n_factors):
            factors, covariance = self._scores(z[some], seen[some])
            ones = np.hstack([factors, np.ones((len(factors), 1))])
            second = ones[:, :, None] * ones[:, None, :]
            second[:, :n_factors, :n_factors] += covariance
            counted = seen[some] * share[some][:, None]
            square += counted.T @ second.reshape(len(factors), -1)
            cross += (counted * z[some]).T @ ones
        square = square.reshape(n_features, width, width)
        ridge = np.diag([_RIDGE / len(z)] * n_factors + [1e-12])
        loadings = np.linalg.solve(square + ridge, cross[:, :, None])[:, :, 0]
        total = np.maximum(square[:, -1, -1], 1e-12)
        explained = 2 * (loadings * cross).sum(axis=1) - np.einsum(
            "ji,jik,jk->j", loadings, square, loadings
        )
        noise = (share @ (seen * z**2) - explained) / total
        return Factors(loadings[:, -1], loadings[:, :-1], np.maximum(noise, _LEAST_NOISE))


def fit_factors(
    z: np.ndarray,
    seen: np.ndarray,
    share: np.ndarray,
    hide: np.ndarray,
    rng: np.random.Generator,
) -> Factors:
    """The factors of standardized rows with gaps; parameters are those of ``fit_gaussian``."""
    known, errors = seen & ~hide, {}
    for n_factors in N_FACTORS:
        found = _climbed(_start(z, known, n_factors, rng), z, known, share, _N_STEPS_OF_A_CHOICE)
        errors[n_factors] = ((found.filled(z, known) - z)[hide] ** 2).sum()
    best = min(errors, key=lambda n_factors: errors[n_factors])
    return _climbed(_start(z, seen, best, rng), z, seen, share, _N_STEPS)


def _start(z: np.ndarray, seen: np.ndarray, n_factors: int, rng: np.random.Generator) -> Factors:
    """Leading axes of rows with means in the gaps, by a randomized range of few rows."""
    known = np.where(seen, z, 0.0)
    draws = rng.standard_normal((len(z), n_factors + 8))
    for _ in range(3):
        basis, _ = np.linalg.qr(known.T @ draws)
        draws = known @ basis
    left, spread, _ = np.linalg.svd(draws.T @ draws / len(z))
    loadings = basis @ left[:, :n_factors] * np.sqrt(spread[:n_factors])
    loadings /= np.maximum(seen.mean(axis=0), 0.1)[:, None]  # what is missing counted as zero
    explained = (loadings**2).sum(axis=1)
    loadings *= np.minimum(1, np.sqrt(0.9 / np.maximum(explained, 0.9)))[:, None]
    noise = 1 - (loadings**2).sum(axis=1)
    return Factors(np.zeros(z.shape[1]), loadings, noise)


def _climbed(
    factors: Factors, z: np.ndarray, seen: np.ndarray, share: np.ndarray, n_steps: int
) -> Factors:
    for _ in range(n_steps):
        before = factors.noise
        factors = factors._after(z, seen, share)
        if np.abs(factors.noise - before).max() < _TOLERANCE:
            break
    return factors


def _chunks(z: np.ndarray, n_factors: int) -> list[slice]:
    return slices(len(z), max(1, _VALUES // max(z.shape[1], n_factors**2)))
