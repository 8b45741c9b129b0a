"""JAX on this machine computes what NumPy computes, and our programs do."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from tests.conftest import quick


@pytest.mark.parametrize("n_rows", [32_768, 32_769, 100_000])
@pytest.mark.parametrize("n_columns", [1, 2, 3, 4, 8])
def test_a_sum_over_each_of_many_rows(n_rows, n_columns):
    """Of some releases of JAX it is wrong, for 3 columns (jax issue 39103)."""
    rng = np.random.RandomState(0)
    rows = rng.standard_normal((n_rows, n_columns)).astype(np.float32)
    matrix = rng.standard_normal((3, n_columns)).astype(np.float32)
    found = jax.jit(jax.vmap(lambda row: jnp.sum((matrix @ row) ** 2)))(rows)
    assert_allclose(found, np.sum((rows @ matrix.T) ** 2, axis=1), rtol=1e-3, atol=1e-4)


def test_training_on_a_batch_of_more_rows_than_that():
    """The loss of a first step, at the start, is that of NumPy's reconstruction."""
    rng = np.random.RandomState(0)
    X = rng.standard_normal((40_000, 3)) @ rng.standard_normal((3, 3))
    ours = quick(2, batch_size=len(X), max_iter=1, early_stopping=False, learning_rate=1e-12)
    ours.fit(X)
    error = np.mean(np.sum((X - ours.inverse_transform(ours.transform(X))) ** 2, axis=1))
    assert ours.loss_curve_[1] == pytest.approx(error, rel=1e-4)
