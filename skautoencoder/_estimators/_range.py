"""Bounds on values, give or take the rounding of whoever scaled them."""

from __future__ import annotations

import numpy as np

# MinMaxScaler misses a bound by up to the rounding of mean / range: 16 units in the last
# place where the mean is a hundred ranges away.
_UNITS_IN_THE_LAST_PLACE = 64


def within(X, low, high, needs, remedy):
    """X with what rounding put outside [low, high] back on the bound; X itself if all is inside.

    Parameters
    ----------
    X : ndarray or sparse matrix
        Never written to. A sparse matrix's zeros count as inside.
    low, high : float
        Bounds of the order of one, or infinite.
    needs, remedy : str
        What the error says before and after the values that were found.

    Raises
    ------
    ValueError
        If a value is further outside than rounding explains.
    """
    values = X.data if hasattr(X, "toarray") else X
    if values.size == 0:
        return X
    smallest, largest = values.min(), values.max()
    if low <= smallest and largest <= high:
        return X
    is_float = np.issubdtype(values.dtype, np.floating)
    rounding = _UNITS_IN_THE_LAST_PLACE * np.finfo(values.dtype).eps if is_float else 0
    if not (smallest >= low - rounding and largest <= high + rounding):
        found = " to ".join(_shown(value, low, high) for value in (smallest, largest))
        raise ValueError(f"{needs}. Got values from {found}. {remedy}")
    if values is X:
        return np.clip(X, low, high)
    clipped = X.copy()
    clipped.data = np.clip(values, low, high)
    return clipped


def _shown(value, low, high):
    # In few digits, but for a value outside the bounds that would then read as one inside
    few = f"{value:.6g}"
    return few if (low <= float(few) <= high) == (low <= value <= high) else str(value)
