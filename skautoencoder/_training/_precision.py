"""Training is in single precision; what data in double precision start from stays in double."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np


def single(params: Any) -> Any:
    """The same parameters, those in double precision rounded to single."""
    return jax.tree.map(lambda a: a.astype(np.float32) if a.dtype == np.float64 else a, params)


def moved(exact: Any, rounded: Any, trained: Any) -> Any:
    """Parameters ``exact``, moved as training moved ``rounded``, their single-precision copy.

    So a start in double precision is not lost where training hardly leaves it, or not at all.

    Returns
    -------
    pytree of ndarray
        Each array in the precision that it has in ``exact``.
    """

    def move(exact: np.ndarray, rounded: Any, trained: Any) -> np.ndarray:
        trained = np.array(trained)
        if exact.dtype != np.float64 or trained.dtype == np.float64:
            return trained
        return exact + (trained - np.asarray(rounded, np.float64))

    return jax.tree.map(move, exact, rounded, trained)


def leaves_of(state: Any) -> list[np.ndarray]:
    """The arrays and numbers of a state, each a NumPy array of its own."""
    return [np.array(leaf) for leaf in jax.tree.leaves(state)]


def on_numpy(state: Any) -> Any:
    """The same state, with NumPy arrays that are copies."""
    return jax.tree.map(np.array, state)
