"""The contract of an objective."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from skautoencoder.model import Model


@runtime_checkable
class Objective(Protocol):
    """What training minimises, and what it is judged by.

    A frozen dataclass registered with :func:`jax.tree_util.register_dataclass`: its
    numbers are traced, so a grid over them compiles once.
    """

    def loss(self, model: Model, params: Any, x: Any, key: Any) -> Any:
        """Each row's loss, of shape (n_rows,), for one training step.

        ``x`` holds standardised rows; ``key`` is a fresh JAX random key at every step.
        """

    def validation_loss(self, model: Model, params: Any, x: Any) -> Any:
        """Each row's loss on held-out rows, free of chance."""
