"""Classes that work without JAX, made known to it: which of their fields it traces."""

from __future__ import annotations

import threading

import jax

from skautoencoder._model import Model
from skautoencoder.objectives import OBJECTIVES, Objective

for _cls in (Model, *OBJECTIVES.values()):
    jax.tree_util.register_dataclass(_cls)

_lock = threading.Lock()


def register(objective: Objective) -> None:
    """Make the class of an objective a pytree, and those of objectives in its fields.

    Fields with ``metadata={"static": True}`` are static, all others traced. A class that is a
    pytree already, by whatever rule, stays as it is.
    """
    with _lock:  # two fits may meet the same new class at a time
        if jax.tree_util.all_leaves([objective]):
            jax.tree_util.register_dataclass(type(objective))
    for value in objective.get_params().values():
        if isinstance(value, Objective):
            register(value)
