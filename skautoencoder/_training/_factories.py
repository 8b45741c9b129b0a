"""Users' own optimizers: what they are, when two are the same, and how they are pickled."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, is_dataclass
from functools import partial
from typing import Any

import numpy as np

_ALLOWED = (
    "a name, an optax.GradientTransformation, or a callable without arguments that returns one, "
    "such as functools.partial(optax.adam, 1e-3)"
)

# Pickle's error names what it could not find, and nothing else of it is ours to word.
_CANNOT_BE_PICKLED = (
    "optimizer that is picklable (an optax.GradientTransformation, a lambda or a local function "
    "is not; pass a factory instead, such as functools.partial(optax.adam, 1e-3))"
)


@dataclass(frozen=True)
class OptimizerFactory:
    """How a user's optimizer is made; equal ones share their compiled programs."""

    identity: Hashable
    make: Callable[[], Any] = field(compare=False)


def optimizer_of(optimizer: Any) -> str | OptimizerFactory:
    """A name as it is, and a :class:`OptimizerFactory` for a transformation or a factory of one.

    Raises
    ------
    ValueError
        If it is a factory that cannot be called, or that returns something else.
    """
    if isinstance(optimizer, str):
        return optimizer
    if _is_transformation(optimizer):
        return OptimizerFactory(_identity(optimizer), lambda: optimizer)
    try:
        made = optimizer()
    except Exception as error:
        raise ValueError(
            f"The 'optimizer' parameter must be {_ALLOWED}. Got {optimizer!r}, and calling it "
            f"without arguments raised {type(error).__name__}: {error}"
        ) from error
    if not _is_transformation(made):
        raise ValueError(
            f"The 'optimizer' parameter must be {_ALLOWED}. Got {optimizer!r}, which returned "
            f"{made!r}."
        )
    return OptimizerFactory(_identity(optimizer), optimizer)


def _is_transformation(value: Any) -> bool:
    return not isinstance(value, type) and all(
        callable(getattr(value, name, None)) for name in ("init", "update")
    )


def to_pickle(optimizer: Any) -> Any:
    """The optimizer as it is to be pickled: one that cannot be fails with a message of ours.

    It is wrapped in a local function, which pickle does not find, and whose name is the message:
    pickle's error quotes it. What pickles functions by value, as joblib does on the way to its
    processes, can still do so.
    """
    try:
        pickle.dumps(optimizer)
    except Exception:

        def wrapped() -> Any:
            return optimizer

        wrapped.__qualname__ = wrapped.__name__ = _CANNOT_BE_PICKLED
        return wrapped
    return optimizer


def from_pickle(optimizer: Any) -> Any:
    """The optimizer that :func:`to_pickle` was given, from what it returned."""
    wrapped = getattr(optimizer, "__qualname__", None) == _CANNOT_BE_PICKLED
    return optimizer() if wrapped else optimizer


def _identity(value: Any) -> Hashable:
    """A key that is equal for equal values, of all that a factory may be made of.

    Copies of an estimator hold copies of its factory, and a ``functools.partial`` equals none
    but itself.
    """
    if isinstance(value, partial):
        return partial, *map(_identity, (value.func, value.args, value.keywords))
    if isinstance(value, dict):
        return dict, tuple((key, _identity(item)) for key, item in value.items())
    if type(value) in (list, tuple):
        return type(value), tuple(map(_identity, value))
    kind = getattr(getattr(value, "dtype", None), "kind", None)
    if hasattr(value, "__array__") and kind in tuple("biufc"):
        return type(value), value.dtype.str, value.shape, np.asarray(value).tobytes()
    try:
        hash(value)
    except TypeError:
        if is_dataclass(value):
            return type(value), _identity(vars(value))
        return _Itself(value)
    return type(value), value


class _Itself:
    """Equal to what holds the very same object."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and self._value is other._value

    def __hash__(self) -> int:
        return id(self._value)
