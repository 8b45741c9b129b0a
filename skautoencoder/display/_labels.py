"""What rows belong to, as a display shows it: classes, numbers, or dates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np

from skautoencoder.comparison._targets import is_missing, names_of, one_column, plain_values

_DAY = np.timedelta64(1, "D")
_DATES = date, np.datetime64  # a datetime is a date


class Labels(NamedTuple):
    """Classes or numbers of rows.

    Attributes
    ----------
    names : list of str or None
        Of classes; None where there are numbers.
    number : ndarray of shape (n_rows,) or None
        Of each row's class, -1 where it is missing.
    values : ndarray of shape (n_rows,) or None
        Numbers, NaN where they are missing; dates are days since 1970.
    are_dates : bool
    """

    names: Any = None
    number: Any = None
    values: Any = None
    are_dates: bool = False


def read_labels(y):
    """The :class:`Labels` that ``y`` holds.

    Raises
    ------
    ValueError
        If it is not one column.
    """
    y = one_column(y)
    is_time = y.dtype.kind in "mM"
    gone = np.isnat(y) if is_time else np.array([is_missing(v) for v in y.tolist()], bool)
    there = y[~gone]
    if y.dtype.kind == "M" or (len(there) and all(isinstance(v, _DATES) for v in there)):
        return Labels(values=_spread(_days(there), gone), are_dates=True)
    if y.dtype.kind in "mf":
        return Labels(values=_spread(there / _DAY if is_time else there, gone))
    plain = plain_values(there)
    classes = ([], []) if not len(there) else names_of(plain)
    if classes is None:
        return Labels(values=_spread(plain, gone))
    return Labels(classes[0], _spread(classes[1], gone, -1))


def _days(dates):
    """Days since 1970; a moment with a time zone counts by its clock."""
    if dates.dtype.kind != "M":
        plain = [d.replace(tzinfo=None) if isinstance(d, datetime) else d for d in dates]
        dates = np.array(plain, "datetime64[us]")
    return (dates - np.datetime64("1970-01-01")) / _DAY


def _spread(values, gone, missing=np.nan):
    """Values of rows that have one, and what stands for a missing one in the others."""
    every = np.full(len(gone), missing)
    every[~gone] = values
    return every
