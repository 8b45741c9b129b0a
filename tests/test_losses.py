from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit

from skautoencoder.losses import LOSSES

RNG = np.random.RandomState(0)
MEAN, SCALE = RNG.uniform(0.2, 0.8, 4), 0.25
X = RNG.uniform(size=(6, 4))  # in the units of the data
STANDARD = ((X - MEAN) / SCALE).astype(np.float32)
LINEAR, NONLINEAR = (RNG.standard_normal((2, 6, 4)) * 0.3).astype(np.float32)
REBUILT = MEAN + SCALE * (LINEAR + NONLINEAR)


def huber(distance):
    inner = np.minimum(distance, SCALE)
    return inner * (distance - inner / 2)


def cross_entropy(p):
    return -(X * np.log(p) + (1 - X) * np.log(1 - p))


def logit(p):
    return np.log(p / (1 - p))


def probability():
    base = (MEAN + SCALE * LINEAR).clip(1e-3, 1 - 1e-3)
    return expit(logit(base) + NONLINEAR)


EXPECTED = {
    "squared_error": (REBUILT, (X - REBUILT) ** 2),
    "absolute_error": (REBUILT, abs(X - REBUILT)),
    "huber": (REBUILT, huber(abs(X - REBUILT))),
    "cross_entropy": (probability(), cross_entropy(probability())),
}


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_error_and_prediction(name):
    loss = LOSSES[name]
    rebuilt, error = EXPECTED[name]
    output = loss.output(LINEAR, NONLINEAR, MEAN, SCALE)
    assert output.dtype == np.float32
    assert_allclose(loss.error(STANDARD, output, MEAN, SCALE), error.sum(1), rtol=1e-4)
    assert_allclose(loss.predict(output, MEAN, SCALE), rebuilt, rtol=1e-4, atol=1e-5)

    def on_jax(x, linear, nonlinear):
        output = loss.output(linear, nonlinear, jnp.float32(MEAN), jnp.float32(SCALE))
        return loss.error(x, output, jnp.float32(MEAN), jnp.float32(SCALE))

    assert_allclose(jax.jit(on_jax)(STANDARD, LINEAR, NONLINEAR), error.sum(1), rtol=1e-4)


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_without_a_linear_path_silence_means_the_mean(name):
    loss = LOSSES[name]
    output = loss.output(None, np.zeros_like(NONLINEAR), MEAN, SCALE)
    assert_allclose(loss.predict(output, MEAN, SCALE), np.tile(MEAN, (6, 1)), rtol=1e-5)


def test_cross_entropy_stays_finite_at_both_ends():
    loss = LOSSES["cross_entropy"]
    sure = np.array([[80.0, -80.0]], np.float32)
    x = (np.array([[0.0, 1.0]]) - 0.5) / SCALE
    output = loss.output(sure, sure, np.float32([0.5, 0.5]), np.float32(SCALE))
    assert np.isfinite(output).all()
    assert np.isfinite(loss.error(x.astype(np.float32), output, np.float32(0.5), SCALE)).all()
