"""Random numbers within compiled programs. JAX is imported where something is drawn.

An array is drawn flat and then given its shape: the numbers are those that JAX draws for that
shape, but for rounding, and their program takes up to five times less to compile, as its loops
need not find each number's place: ``benchmarks/speed/compilation.py``.
"""

from __future__ import annotations

import math
from typing import Any

from skautoencoder._functions import Array

# The kind of random keys, which must not hang on what JAX has for a default just now.
_KEYS = "threefry2x32"


def key_of(words: Array) -> Any:
    """The random keys of pairs of 32-bit words, of shape (..., 2)."""
    import jax

    return jax.random.wrap_key_data(words, impl=_KEYS)


def same_key() -> Any:
    """The random key of what is to be drawn alike each time."""
    import jax

    return jax.random.key(0, impl=_KEYS)


def uniform(key: Any, shape: tuple[int, ...], dtype: Any, low: Any = 0.0, high: Any = 1.0) -> Array:
    """Numbers of that shape, uniform in [low, high)."""
    import jax

    return jax.random.uniform(key, (math.prod(shape),), dtype, low, high).reshape(shape)


def normal(key: Any, shape: tuple[int, ...], dtype: Any) -> Array:
    """Numbers of that shape, of mean 0 and standard deviation 1."""
    import jax

    return jax.random.normal(key, (math.prod(shape),), dtype).reshape(shape)
