"""Blocks of several fits trained by one call of their program, or one by one."""

from __future__ import annotations

import jax
import numpy as np


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
    """The same, a call for each."""
    return [jax.block_until_ready(program.one(*arguments)) for program, arguments in blocks]


def kind_of(program, arguments):
    """What blocks must have in common to be trained by one program."""
    leaves, structure = jax.tree.flatten(arguments)
    return program, structure, tuple(np.shape(leaf) for leaf in leaves)
