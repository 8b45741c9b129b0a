"""Residuals of any unit as one: how few of the rows that were held out have as large a one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

# Of a tail, over the residual at which it begins, and in standard deviations of columns.
_LEAST_SHARE, _LEAST_SCALE = 1e-6, 1e-12
_BODY = 0.9  # up to which share ranks are counted; beyond, a tail falls exponentially


class Tail(NamedTuple):
    """The distribution of residuals of normal rows.

    Parameters
    ----------
    sizes, heights : ndarray of shape (n_different,)
        Residuals in order, and minus the logarithm of the share of rows with larger ones.
    start : float
        Residual at which the tail begins.
    scale : float
        Mean excess beyond it.
    """

    sizes: np.ndarray
    heights: np.ndarray
    start: float
    scale: float

    def negative_log(self, residuals: np.ndarray) -> np.ndarray:
        """Minus the logarithm of the share of normal rows with larger residuals: 0 or more."""
        # Between two residuals a straight line: a last digit must not move a row by a rank.
        body = np.interp(residuals, self.sizes, self.heights)
        beyond = np.maximum(residuals - self.start, 0) / self.scale
        return np.minimum(body, -np.log(1 - _BODY)) + beyond


def fit_tail(residuals: np.ndarray) -> Tail:
    """The :class:`Tail` of the residuals of normal rows, which were not learnt from."""
    n_rows = len(residuals)
    sizes, count = np.unique(residuals, return_counts=True)
    smaller = np.cumsum(count) - count
    start = np.sort(residuals)[int(_BODY * n_rows)]
    excess = residuals[residuals > start] - start
    # Where hardly any residual differs from the rest there is no tail to measure.
    scale = max(excess.mean() if len(excess) else 0.0, _LEAST_SHARE * start, _LEAST_SCALE)
    return Tail(sizes, -np.log1p(-smaller / (n_rows + 1)), float(start), float(scale))
