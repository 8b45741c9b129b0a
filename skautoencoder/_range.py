"""Ranges of allowed values, give or take the rounding of whoever scaled the data."""

from __future__ import annotations

from typing import Any

import numpy as np

# Training works in single precision, and data in double precision may have been scaled in single.
# There MinMaxScaler misses a bound by up to 64 units in the last place, 8e-6, where a column's
# mean is a hundred times its range from zero. Anything further outside reads as outside even in
# the six digits of the message.
_ROUNDING = 64 * float(np.finfo(np.float32).eps)
# Half precision is coarser than that, and its rounding errors can be seen: a few units will do.
_COARSE_UNITS = 4


def check_within(X: Any, low: float, high: float, needs: str, remedy: str) -> bool:
    """Whether X is inside [low, high] to the last digit; an error where it is far outside.

    Parameters
    ----------
    X : ndarray or sparse matrix
        A sparse matrix's zeros count as inside.
    low, high : float
        Bounds of the order of one, or infinite.
    needs, remedy : str
        What the error says before and after the values that were found.

    Returns
    -------
    bool
        False where rounding put some value outside.

    Raises
    ------
    ValueError
        If a value is further outside than rounding explains.
    """
    values = _values(X)
    if values.size == 0:
        return True
    # Of what is there: NaN is a gap.
    smallest, largest = np.fmin.reduce(values, axis=None), np.fmax.reduce(values, axis=None)
    if np.isnan(smallest):
        return True
    rounding = _rounding(values.dtype)
    if not (smallest >= low - rounding and largest <= high + rounding):
        raise ValueError(
            f"{needs}, but X holds values from {smallest:.6g} to {largest:.6g}. {remedy}"
        )
    return bool(low <= smallest and largest <= high)


def within(X: Any, low: float, high: float, needs: str, remedy: str) -> Any:
    """X with what rounding put outside [low, high] back on the bound; X itself if all is inside.

    X is never written to. Parameters and errors are those of :func:`check_within`.
    """
    if check_within(X, low, high, needs, remedy):
        return X
    values = _values(X)
    if values is X:
        return np.clip(X, low, high)
    clipped = X.copy()
    clipped.data = np.clip(values, low, high)
    return clipped


def _values(X: Any) -> Any:
    return X.data if hasattr(X, "toarray") else X


def _rounding(dtype: np.dtype) -> float:
    if not np.issubdtype(dtype, np.floating):
        return 0.0
    return max(_ROUNDING, _COARSE_UNITS * float(np.finfo(dtype).eps))
