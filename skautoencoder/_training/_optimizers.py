"""Optimizers by name.

The contract of each: its update of an entry depends on nothing but the entry itself, its gradient
and its own state (elementwise), and that state is zeros before the first step. So small arrays
are laid end to end and updated as one, and a fit starts from zeros without a compilation; an
optimizer that breaks it would train wrongly in silence. ``tests/training/test_optimizers.py``
holds every name in the table to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# optax is handed in where training needs it: importing skautoencoder stays cheap.

OPTIMIZERS: dict[str, Callable[[Any], Any]] = {
    "adam": lambda optax: optax.scale_by_adam(),
    "nadam": lambda optax: optax.scale_by_adam(nesterov=True),
    "adabelief": lambda optax: optax.scale_by_belief(),
    "lion": lambda optax: optax.scale_by_lion(),
    "rmsprop": lambda optax: optax.scale_by_rms(),
    "sgd": lambda optax: optax.trace(decay=0.9, nesterov=True),
}
