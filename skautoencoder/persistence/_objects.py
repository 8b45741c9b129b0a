"""Instances of known classes to what they hold by name, and back."""

from __future__ import annotations

import inspect
from dataclasses import fields, is_dataclass
from typing import Any

from skautoencoder._sklearn import without_running_fit

# An estimator's callbacks belong to the session that it is fitted in.
_CALLBACKS = "_skl_callbacks"
# What scikit-learn looks for neighbors with is made anew, of the rows that it keeps.
_TREE, _FIT_METHOD = "_tree", "_fit_method"
_TREES = {"kd_tree": "KDTree", "ball_tree": "BallTree"}


def state_of(value: Any) -> dict[str, Any]:
    """What an instance holds, by name.

    Raises
    ------
    TypeError
        If it keeps a folder of pickles.
    """
    cls = type(value)
    if issubclass(cls, tuple):
        return value._asdict()
    # Its own where it has one, and scikit-learn's, which has the version.
    if "__getstate__" in vars(cls) or _is_scikit_learns(cls):
        state = value.__getstate__()
    elif is_dataclass(cls):
        return {field.name: getattr(value, field.name) for field in fields(cls) if field.init}
    else:
        state = without_running_fit(vars(value))
    _check_memory(cls, state)
    left_out = (_CALLBACKS, _TREE) if _looks_for_neighbors(cls, state) else (_CALLBACKS,)
    return {name: held for name, held in state.items() if name not in left_out}


def with_state(cls: type, state: dict[str, Any]) -> Any:
    """An instance that holds what :func:`state_of` gave; what it lacks has its default.

    Raises
    ------
    TypeError
        If the class has no such fields.
    """
    if issubclass(cls, tuple) or (is_dataclass(cls) and "__setstate__" not in vars(cls)):
        return cls(**state)
    _check_memory(cls, state)
    hiding = [name for name in state if name.startswith("__") or _is_method(cls, name)]
    if hiding:
        raise TypeError(f"{cls.__name__} takes no attribute {hiding[0]!r}")
    value = cls.__new__(cls)
    state = state | {name: one for name, one in _defaults(cls).items() if name not in state}
    if _looks_for_neighbors(cls, state):
        state = state | {_TREE: _tree(state)}
    if hasattr(value, "__setstate__"):
        value.__setstate__(state)
    else:
        vars(value).update(state)
    return value


def _looks_for_neighbors(cls: type, state: dict[str, Any]) -> bool:
    return _is_scikit_learns(cls) and _FIT_METHOD in state


def _tree(state: dict[str, Any]) -> Any:
    """The tree that an estimator of neighbors searches, or None where it needs none."""
    from sklearn import neighbors

    kind, more = _TREES.get(state[_FIT_METHOD]), state.get("effective_metric_params_", {})
    if kind is None:
        return None
    if any(map(callable, more.values())):  # to build the tree would be to call it
        raise TypeError("distances by a function are not kept in files")
    make, metric = getattr(neighbors, kind), state["effective_metric_"]
    return make(state["_fit_X"], state["leaf_size"], metric=metric, **more)


def _check_memory(cls: type, state: dict[str, Any]) -> None:
    """Refuse a folder of pickles, which a later fit would open."""
    if _is_scikit_learns(cls) and state.get("memory") is not None:
        raise TypeError(
            f"{cls.__name__}(memory=...), a folder of pickles, is not kept in files: set it to None"
        )


def _is_scikit_learns(cls: type) -> bool:
    return cls.__module__.startswith("sklearn.")


def _is_method(cls: type, name: str) -> bool:
    """Whether an attribute of that name would hide what the class does."""
    there = inspect.getattr_static(cls, name, None)
    return callable(there) or isinstance(there, property | classmethod | staticmethod)


def _defaults(cls: type) -> dict[str, Any]:
    """The defaults of constructor parameters: a file of an older version lacks newer ones."""
    if is_dataclass(cls) or not hasattr(cls, "get_params"):
        return {}
    parameters = inspect.signature(cls).parameters.values()
    return {one.name: one.default for one in parameters if one.default is not one.empty}
