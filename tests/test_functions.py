"""The shared functions, against SciPy's in double precision, on NumPy and JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import special

from skautoencoder._functions import log_sum_exp, logit, sigmoid, softplus

EVERYWHERE = np.float32([-1e30, -200, -30, -1, -1e-6, 0, 1e-6, 1, 30, 200, 1e30])
CASES = {
    "sigmoid": (sigmoid, special.expit, EVERYWHERE),
    "softplus": (softplus, lambda x: np.logaddexp(x, 0), EVERYWHERE),
    "logit": (logit, special.logit, np.float32([1e-30, 1e-3, 0.2, 0.5, 0.8, 1 - 1e-6])),
    "log_sum_exp": (
        log_sum_exp,
        lambda x: special.logsumexp(x, axis=-1),
        np.float32([[0, 0, 0], [200, 199.5, -1e30], [-300, -301, -305], [1e30, 0, 1], [5, 5.5, 6]]),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_value_is_scipys(name):
    function, expected, x = CASES[name]
    found = function(x)
    assert found.dtype == np.float32
    assert_allclose(found, expected(x.astype(float)), rtol=1e-6, atol=1e-7)
    assert_allclose(jax.jit(function)(x), found, rtol=1e-6, atol=1e-7)
    assert_allclose(function(x.astype(float)), expected(x.astype(float)), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("name", "x"),
    [
        ("sigmoid", [-30, -1, 0, 0.5, 30]),
        ("softplus", [-30, -1, 0, 0.5, 30]),
        ("logit", [0.01, 0.2, 0.5, 0.9]),
        ("log_sum_exp", [[0, 0, 0], [20, 19.5, -20], [-30, -31, -35], [5, 5.5, 6]]),
    ],
)
def test_the_slope_is_that_of_differences(name, x):
    function, expected, _ = CASES[name]
    slope = jax.grad(lambda x: function(x).sum())(jnp.asarray(x, jnp.float32))
    for i in np.ndindex(np.shape(x)):
        step = np.zeros(np.shape(x))
        step[i] = 1e-6
        difference = (expected(x + step) - expected(x - step)).sum() / 2e-6
        assert slope[i] == pytest.approx(difference, rel=1e-4, abs=1e-6)
