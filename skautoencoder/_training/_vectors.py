"""All arrays of a network's weights as one vector, and such a vector cut into them again."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def laid_end_to_end(params: Any) -> Any:
    """Arrays, within a program, as one vector: to write them one by one takes long to compile."""
    return jnp.concatenate([leaf.ravel() for leaf in jax.tree.leaves(params)])


def cut(vector: np.ndarray, like: Any) -> Any:
    """The arrays that a vector was laid of, in the structure and shapes of others; no copies."""
    leaves, structure = jax.tree.flatten(like)
    ends = list(accumulate((leaf.size for leaf in leaves), initial=0))
    parts = [
        vector[start:end].reshape(leaf.shape)
        for start, end, leaf in zip(ends, ends[1:], leaves, strict=False)
    ]
    return jax.tree.unflatten(structure, parts)
