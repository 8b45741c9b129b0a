"""A data set held as one array or matrix, read a few rows at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Rows:
    """An array or matrix as a :class:`Source`: read a few rows at a time, never written to.

    Parameters
    ----------
    X : ndarray, memory map or CSR matrix of shape (n_samples, n_features)
    weight : ndarray of shape (n_samples,)
    """

    X: Any
    weight: np.ndarray

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return self.X.shape[1]

    def take(self, index: np.ndarray) -> np.ndarray:
        """The rows at ``index``, dense, in the data's own type."""
        return dense(self.X[index])

    def as_given(self) -> Rows:
        """The rows before anything was filled in."""
        return self

    def seen(self, index: np.ndarray) -> np.ndarray | None:
        """Which entries of the rows at ``index`` were there; None where all were."""
        return None

    def hidden_covariance(self, index: np.ndarray, unit: float) -> np.ndarray | None:
        """What their covariance lacks because gaps were filled, in squares of a unit."""
        return None


def dense(rows: Any) -> np.ndarray:
    """Rows of an array or a sparse matrix, as an array."""
    return rows.toarray() if hasattr(rows, "toarray") else rows


def slices(n_rows: int, n_together: int) -> list[slice]:
    """Slices that cover ``n_rows`` rows in order, ``n_together`` rows each, the last maybe less."""
    starts = range(0, n_rows, n_together)
    return [slice(start, min(start + n_together, n_rows)) for start in starts]
