"""A data set of any kind, read a few rows at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Rows:
    """A data set that is read a few rows at a time and never written to.

    Parameters
    ----------
    X : ndarray, memory map or CSR matrix of shape (n_samples, n_features)
    weight : ndarray of shape (n_samples,)
    """

    X: Any
    weight: np.ndarray

    @property
    def n_features(self):
        """Number of columns."""
        return self.X.shape[1]

    def take(self, index):
        """The rows at ``index``, dense, in the data's own type."""
        return dense(self.X[index])


def dense(rows):
    """The rows as an array, where they are a sparse matrix."""
    return rows.toarray() if hasattr(rows, "toarray") else rows


def slices(n_rows, n_together):
    """All of so many rows in turn, so many together, as slices."""
    starts = range(0, n_rows, n_together)
    return [slice(start, min(start + n_together, n_rows)) for start in starts]
