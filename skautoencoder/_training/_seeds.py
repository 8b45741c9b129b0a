"""Random generators by purpose, run and epoch, so that any epoch can be run again alone."""

from __future__ import annotations

import numpy as np

# What randomness is for. Each is followed by the number of the run, and of the epoch.
SPLIT, START, SECOND_START, EPOCH, MEASURE, TURN, FILL, DESCRIBE = range(8)


def draw_seed(random_state: np.random.RandomState) -> int:
    """The one number that a fit takes from scikit-learn's ``random_state``."""
    return int(random_state.randint(np.iinfo(np.int32).max))


def generator(seed: int, purpose: int, *numbers: int) -> np.random.Generator:
    """The :class:`numpy.random.Generator` for a purpose within the fit of a seed."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(purpose, *numbers)))


def key_words(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Two 32-bit words for each random key that JAX is to make of them: (..., 2)."""
    return rng.integers(0, 2**32, (*shape, 2), dtype=np.uint32)
