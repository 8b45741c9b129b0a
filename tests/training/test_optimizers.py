"""Optimisers by name: packing small arrays changes nothing, and states start at zeros."""

from __future__ import annotations

import jax
import numpy as np
import optax
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skautoencoder._training._optimizers import OPTIMIZERS
from skautoencoder._training._updates import make_optimizer, start_optimizer


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_small_arrays_laid_end_to_end_train_as_each_alone(optimizer):
    rng = np.random.RandomState(0)
    shapes = {"small": (3, 2), "large": (200, 100), "vector": (5,)}
    params, gradient = (
        {name: rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}
        for _ in range(2)
    )
    alone = OPTIMIZERS[optimizer](optax)
    packed = make_optimizer(optimizer, -1.0, 0.0)  # updates with their own sign
    state, expected_state = start_optimizer(optimizer, params), alone.init(params)
    for _ in range(2):
        found, state = packed.update(gradient, state, params)
        expected, expected_state = alone.update(gradient, expected_state, params)
        for name in shapes:
            assert_allclose(found[name], expected[name], rtol=1e-6)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_named_optimizers_start_at_zeros(optimizer):
    params = {"weight": np.ones((3, 2), np.float32)}
    true = make_optimizer(optimizer, 0.0, 0.0).init(params)
    found = start_optimizer(optimizer, params)
    for leaf, zero in zip(jax.tree.leaves(true), jax.tree.leaves(found), strict=True):
        assert leaf.dtype == zero.dtype
        assert_array_equal(leaf, zero)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_an_entry_is_updated_by_its_own_gradients_alone(optimizer):
    rng = np.random.RandomState(0)
    params, first, second = rng.standard_normal((3, 6)).astype(np.float32)
    order = rng.permutation(6)

    def moved(params, *gradients):
        transformation = make_optimizer(optimizer, 0.1, 0.0)
        state = start_optimizer(optimizer, {"w": params})
        for gradient in gradients:
            updates, state = transformation.update({"w": gradient}, state, {"w": params})
        return np.array(updates["w"])

    whole = moved(params, first, second)
    assert_allclose(moved(params[order], first[order], second[order]), whole[order], rtol=1e-6)
    parts = [moved(params[i : i + 1], first[i : i + 1], second[i : i + 1]) for i in range(6)]
    assert_allclose(np.concatenate(parts), whole, rtol=1e-6)
    assert np.abs(whole).min() > 0
