"""Blocks of many fits trained by one program, or one by one, whichever is faster."""

from __future__ import annotations

import time

import jax
import numpy as np


class Race:
    """Two rounds each way, of which the first may compile and the second counts."""

    _ROUNDS = (False, False, True, True)
    # Waiting for each other at every block costs about as much again.
    _WORTHWHILE = 0.5

    def __init__(self):
        self._seconds: list = []

    def train(self, blocks):
        """Results, and whether batching is faster: None while it is not known."""
        if len(blocks) == 1:  # nothing to batch, nothing to learn
            return train_one_by_one(blocks), None
        batched = self._ROUNDS[len(self._seconds)]
        start = time.perf_counter()
        results = train_blocks(blocks) if batched else train_one_by_one(blocks)
        self._seconds.append((time.perf_counter() - start) / len(blocks))
        if len(self._seconds) < len(self._ROUNDS):
            return results, None
        return results, self._seconds[3] < self._WORTHWHILE * self._seconds[1]


def train_blocks(blocks):
    """Blocks of fits that share one program, trained by one call of it.

    Filled up to a power of two, so that a few programs do for any number of fits.
    """
    n_blocks = len(blocks)
    n_lanes = 1 << (n_blocks - 1).bit_length()
    lanes = [*blocks, *[blocks[-1]] * (n_lanes - n_blocks)]
    stacked = jax.tree.map(_stack, *(lane for _, lane in lanes))
    results = jax.device_get(blocks[0][0].many(stacked))
    return [jax.tree.map(lambda leaf, i=i: leaf[i], results) for i in range(n_blocks)]


def _stack(*leaves):
    # Python's numbers take on the precision of what they meet, which NumPy's would change.
    number = {float: np.float32, int: np.int32}.get(type(leaves[0]))
    return np.stack(leaves, dtype=number, casting="unsafe") if number else np.stack(leaves)


def train_one_by_one(blocks):
    return [jax.block_until_ready(program.one(*arguments)) for program, arguments in blocks]


def kind_of(program, arguments):
    """What blocks must have in common to be trained by one program."""
    leaves, structure = jax.tree.flatten(arguments)
    return program, structure, tuple(np.shape(leaf) for leaf in leaves)
