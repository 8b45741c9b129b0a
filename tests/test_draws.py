"""Draws are JAX's own of the shape asked for, whatever JAX's settings say."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skautoencoder._draws import key_of, normal, same_key, uniform

SHAPES = [(5,), (4, 3), (2, 7, 3), (0, 3)]
KEY = jax.random.key(3, impl="threefry2x32")


@pytest.mark.parametrize("shape", SHAPES)
def test_the_numbers_are_jaxs(shape):
    assert_array_equal(uniform(KEY, shape, np.float32), jax.random.uniform(KEY, shape))
    # Loops over other shapes may round otherwise.
    assert_allclose(normal(KEY, shape, np.float32), jax.random.normal(KEY, shape), rtol=1e-6)
    between = jax.random.uniform(KEY, shape, np.float32, -2, 3)
    assert_array_equal(uniform(KEY, shape, np.float32, -2, 3), between)


def test_keys_are_of_one_kind():
    words = np.arange(6, dtype=np.uint32).reshape(3, 2)
    with jax.default_prng_impl("rbg"):
        assert key_of(words).shape == (3,)
        assert same_key().dtype == KEY.dtype
    assert_array_equal(jax.random.key_data(key_of(words)), words)
