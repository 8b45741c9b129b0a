"""A Gaussian of rows with gaps, by expectation maximisation: what a gap holds, given the row.

Little & Rubin (2019), Statistical Analysis with Missing Data, section 11.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from skautoencoder._data._rows import slices

# Shares of the covariance off its diagonal that are let go; the best on hidden cells is taken.
SHARES = (1.0, 0.3, 0.1, 0.03, 0.01, 0.0)
_N_STEPS, _N_STEPS_OF_A_CHOICE = 30, 10
_TOLERANCE = 1e-3  # of a covariance, in standard units
_RIDGE = 1e-6
_VALUES = 2_000_000  # of the rows' own matrices, so many at a time


class Gaussian(NamedTuple):
    """Mean and covariance of standardized columns."""

    mean: np.ndarray  # (n_features,)
    covariance: np.ndarray  # (n_features, n_features)

    def filled(self, z: np.ndarray, seen: np.ndarray) -> np.ndarray:
        """Rows whose gaps hold their mean given what is seen."""
        filled, _ = self._completed(z, seen)
        return filled

    def hidden_covariance(self, seen: np.ndarray, share: np.ndarray) -> np.ndarray:
        """The covariance of what gaps hold around those means, in the weighted mean of the rows."""
        _, hidden = self._completed(np.zeros(seen.shape), seen, share)
        return hidden

    def _completed(
        self, z: np.ndarray, seen: np.ndarray, share: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        # With the precision P, what is missing has the mean m - P_mm^-1 P_ms (x_s - m_s) and the
        # covariance P_mm^-1: matrices as large as the gaps are few.
        n_features = len(self.mean)
        precision = np.linalg.inv(self.covariance)
        centered = np.where(seen, z - self.mean, 0.0)
        pull = centered @ precision
        hidden = np.zeros(n_features**2)
        for rows, columns in _by_number_of_gaps(~seen):
            own = precision[columns[:, :, None], columns[:, None, :]]
            pulled = np.take_along_axis(pull[rows], columns, axis=1)[:, :, None]
            if share is None:
                centered[rows[:, None], columns] = -np.linalg.solve(own, pulled)[:, :, 0]
                continue
            own = np.linalg.inv(own)
            centered[rows[:, None], columns] = -(own @ pulled)[:, :, 0]
            place = columns[:, :, None] * n_features + columns[:, None, :]
            weights = (share[rows][:, None, None] * own).ravel()
            hidden += np.bincount(place.ravel(), weights, n_features**2)
        return centered + self.mean, hidden.reshape(n_features, n_features)

    def _after(self, z: np.ndarray, seen: np.ndarray, share: np.ndarray, let_go: float) -> Gaussian:
        """The Gaussian after one step of expectation maximisation."""
        filled, hidden = self._completed(z, seen, share)
        mean = share @ filled
        centered = filled - mean
        covariance = (centered * share[:, None]).T @ centered + hidden
        kept = (1 - let_go) * covariance
        kept[np.diag_indices_from(kept)] = np.diag(covariance) + _RIDGE
        return Gaussian(mean, kept)


def fit_gaussian(z: np.ndarray, seen: np.ndarray, share: np.ndarray, hide: np.ndarray) -> Gaussian:
    """The Gaussian of standardized rows with gaps.

    Parameters
    ----------
    z : ndarray of shape (n_rows, n_features)
        Zero in gaps.
    seen : ndarray of bool of shape (n_rows, n_features)
    share : ndarray of shape (n_rows,)
        Of each row in all weight.
    hide : ndarray of bool of shape (n_rows, n_features)
        Seen cells to choose by how much of the covariance is let go.

    Returns
    -------
    Gaussian
    """
    n_features = z.shape[1]
    start = Gaussian(np.zeros(n_features), np.eye(n_features))
    known, errors = seen & ~hide, {}
    gaussian = start
    for let_go in SHARES:  # each goes on from the last
        gaussian = _climbed(gaussian, z, known, share, let_go, _N_STEPS_OF_A_CHOICE)
        errors[let_go] = ((gaussian.filled(z, known) - z)[hide] ** 2).sum()
    best = min(errors, key=lambda let_go: errors[let_go])
    return _climbed(start, z, seen, share, best, _N_STEPS)


def _climbed(
    gaussian: Gaussian,
    z: np.ndarray,
    seen: np.ndarray,
    share: np.ndarray,
    let_go: float,
    n_steps: int,
) -> Gaussian:
    for _ in range(n_steps):
        before = gaussian.covariance
        gaussian = gaussian._after(z, seen, share, let_go)
        if np.abs(gaussian.covariance - before).max() < _TOLERANCE:
            break
    return gaussian


def _by_number_of_gaps(gaps: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Numbers of rows with as many gaps, and the columns of each one's: (n,), (n, n_gaps)."""
    counts = gaps.sum(axis=1)
    for count in np.unique(counts[counts > 0]):
        every = np.flatnonzero(counts == count)
        for some in slices(len(every), max(1, _VALUES // int(count) ** 2)):
            rows = every[some]
            yield rows, np.nonzero(gaps[rows])[1].reshape(len(rows), count)
