"""What training needs of rows, whatever they are kept in."""

from __future__ import annotations

from typing import Protocol

import numpy as np


class Source(Protocol):
    """Rows with weights, read a few at a time and never written to."""

    @property
    def weight(self) -> np.ndarray:
        """The weight of each row, of shape (n_samples,)."""

    @property
    def n_features(self) -> int:
        """Number of columns."""

    def seen(self, index: np.ndarray) -> np.ndarray | None:
        """Which entries of the rows at ``index`` count in errors; None where all do."""

    def hidden_covariance(self, index: np.ndarray, unit: float) -> np.ndarray | None:
        """What the covariance of the rows at ``index`` lacks because gaps were filled.

        In squares of a unit, as :class:`Moments` has variances; None where nothing was filled.
        """

    def take(self, index: np.ndarray) -> np.ndarray:
        """The rows at ``index``, dense, of shape (len(index), n_features)."""
