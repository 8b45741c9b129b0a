"""Training is in single precision; what data in double precision start from stays in double."""

from __future__ import annotations

import jax
import numpy as np


def single(params):
    """The same parameters, those in double precision rounded to single."""
    return jax.tree.map(lambda a: a.astype(np.float32) if a.dtype == np.float64 else a, params)


def moved(exact, rounded, trained):
    """Parameters ``exact``, moved as training moved ``rounded``, their single-precision copy.

    So a start in double precision is not lost where training hardly leaves it, or not at all.

    Returns
    -------
    pytree of ndarray
        Each array in the precision that it has in ``exact``.
    """

    def move(exact, rounded, trained):
        trained = np.array(trained)
        if exact.dtype != np.float64 or trained.dtype == np.float64:
            return trained
        return exact + (trained - np.asarray(rounded, np.float64))

    return jax.tree.map(move, exact, rounded, trained)


def on_numpy(state):
    """The same state, its arrays NumPy's own."""
    return jax.tree.map(np.array, state)
