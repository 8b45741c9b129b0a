"""What rows belong to: names of classes or numbers, out of whatever ``y`` comes as."""

from __future__ import annotations

from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils import check_array
from sklearn.utils.multiclass import type_of_target

TASKS = "auto", "classification", "regression"

# Whole numbers are names up to so many values; above, where they are numbered without gaps
# from 0 or 1, as encoders number classes, and each has so many rows in the mean.
MOST_NAMES = 20
_ROWS_OF_A_NAME = 10


class Target(NamedTuple):
    """What models are to predict: numbers of classes, from 0, or numbers as they are."""

    values: Any
    task: str


def read_target(y, task="auto"):
    """The target that ``y`` and ``task`` ask for.

    Raises
    ------
    ValueError
        If a row has no value, or the values do not go with the task.
    """
    if task not in TASKS:
        raise ValueError(f"task must be one of {', '.join(map(repr, TASKS))}. Got {task!r}.")
    y = _array(y)
    if y.ndim > 1:
        return _several_numbers(y, task)
    gone = np.array([is_missing(value) for value in y.tolist()])
    if gone.any():
        raise ValueError(
            f"y has no value (None or NaN) in {gone.sum()} of {len(y)} rows. Leave them out."
        )
    values = _plain(y)
    if task == "auto":
        task = "classification" if _are_names(values) else "regression"
    if task == "classification":
        return Target(np.unique(values, return_inverse=True)[1], task)
    if values.dtype.kind not in "biuf":
        raise ValueError(f"task='regression' needs numbers in y. Got {str(values[0])!r}, a text.")
    return Target(
        check_array(values, ensure_2d=False, dtype=[np.float64, np.float32], input_name="y"), task
    )


def plain_values(y):
    """A column ``y`` as an array of numbers, or else of text.

    Objects that are all numbers become numbers, NaN where one is missing; None among a few
    whole numbers, or among text, becomes a text as the others do.

    Raises
    ------
    ValueError
        If ``y`` is not one column.
    """
    return _plain(one_column(y))


def one_column(y):
    """A column ``y`` as an array of shape (n_rows,), of objects where it is a list.

    Raises
    ------
    ValueError
        If ``y`` is not one column.
    """
    y = _array(y)
    if y.ndim != 1:
        raise ValueError(f"y must be one column, of shape (n_rows,). Got the shape {y.shape}.")
    return y


def names_of(y):
    """The names in plain values, and the number of each row's; None where they are numbers."""
    names, number = np.unique(y, return_inverse=True)
    if y.dtype.kind == "f" or (y.dtype.kind in "iu" and len(names) > MOST_NAMES):
        return None
    return [str(name) for name in names], number


def _several_numbers(y, task):
    if task == "classification" or y.shape[-1] == 0:
        raise ValueError(f"classes in y need the shape (n_samples,). Got the shape {y.shape}.")
    return Target(check_array(y, dtype=np.float64, input_name="y"), "regression")


def _array(y):
    """Whatever comes as y, as an array; a single column is one in any case."""
    # NumPy would make text of a list of text and None
    y = np.asarray(y, object) if isinstance(y, (list, tuple)) else np.asarray(y)
    if y.ndim == 0:
        raise ValueError(f"y must be an array of a value a row. Got {y.item()!r:.60}.")
    return y.ravel() if y.ndim == 2 and y.shape[1] == 1 else y


def _plain(y):
    if y.dtype.kind in "biufU":
        return y
    if y.dtype.kind in "OST":
        return _of_objects(y.astype(object))
    return y.astype(str)


def _of_objects(values):
    gone = np.array([is_missing(value) for value in values], bool)
    there = values[~gone].tolist()
    if not there or not all(isinstance(value, (Real, np.bool_)) for value in there):
        return np.array([_text(value) for value in values], str)
    numbers = np.array(there)
    if numbers.dtype.kind not in "biuf":  # fractions, or integers beyond 64 bits
        numbers = numbers.astype(float)
    if not gone.any():
        return numbers
    if numbers.dtype.kind != "f" and len(np.unique(numbers)) <= MOST_NAMES:
        return np.array([_text(value) for value in values], str)
    filled = np.full(len(values), np.nan)
    filled[~gone] = numbers
    return filled


def _text(value):
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def is_missing(value):
    """Whether it is None, NaN, NaT or pandas' NA, all but the first unequal to themselves."""
    if value is None:
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):  # NA does not say; an array cannot
        return type(value).__name__ == "NAType"


def _are_names(values):
    """Whether values are names of classes rather than amounts."""
    if values.dtype.kind not in "iuf":
        return True
    found = np.unique(values)
    n_found = len(found)
    if n_found > 2 and n_found > len(values) / 2:  # nothing could be learnt of most of them
        return False
    if not np.isfinite(found).all() or type_of_target(values) == "continuous":
        return False
    if n_found <= MOST_NAMES:
        return True
    is_numbered = found[0] in (0, 1) and found[-1] - found[0] == n_found - 1
    return bool(is_numbered and len(values) >= _ROWS_OF_A_NAME * n_found)
