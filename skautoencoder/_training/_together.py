"""Blocks of several fits trained by one call of their program, or one by one."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import jax
import numpy as np

from skautoencoder._training._gradient import Program


def train_blocks(blocks: Sequence[tuple[Program, tuple]]) -> list:
    """The results of blocks, all of one program, trained by one call of it.

    Each block is a program and its arguments. They are filled up to a power of two, so that a
    few programs do for any number of fits.
    """
    n_blocks = len(blocks)
    n_lanes = 1 << (n_blocks - 1).bit_length()
    lanes = [*blocks, *[blocks[-1]] * (n_lanes - n_blocks)]
    stacked = jax.tree.map(_stack, *(lane for _, lane in lanes))
    results = jax.device_get(blocks[0][0].many(stacked))
    return [jax.tree.map(lambda leaf, i=i: leaf[i], results) for i in range(n_blocks)]


def _stack(*leaves: Any) -> np.ndarray:
    # Python's numbers take on the precision of what they meet, which NumPy's would change.
    number = {float: np.float32, int: np.int32}.get(type(leaves[0]))
    return np.stack(leaves, dtype=number, casting="unsafe") if number else np.stack(leaves)


def train_one_by_one(blocks: Sequence[tuple[Program, tuple]]) -> list:
    """The same results, by a call for each block."""
    return [jax.block_until_ready(program.one(*arguments)) for program, arguments in blocks]


def kind_of(program: Program, arguments: tuple) -> Hashable:
    """A key of a block, equal for blocks that one call can train together."""
    leaves, structure = jax.tree.flatten(arguments)
    return program, structure, tuple(np.shape(leaf) for leaf in leaves)
