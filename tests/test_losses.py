from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skautoencoder.losses import LOSSES as NAMED
from skautoencoder.losses import MixedLoss
from tests.conftest import quick

LOSSES = {**NAMED, "mixed": MixedLoss(binary=(0,), categorical=((1, 3),))}

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


def rate():
    return (MEAN + SCALE * LINEAR).clip(1e-3) * np.exp(NONLINEAR)


def mixed():
    weight = (MEAN + SCALE * LINEAR).clip(1e-3, 1 - 1e-3) * np.exp(NONLINEAR)
    rebuilt, error = REBUILT.copy(), 0.5 * ((X - REBUILT) / SCALE) ** 2
    rebuilt[:, 0], error[:, 0] = probability()[:, 0], cross_entropy(probability())[:, 0]
    block = [1, 3]
    rebuilt[:, block] = weight[:, block] / weight[:, block].sum(1, keepdims=True)
    error[:, block] = -X[:, block] * np.log(rebuilt[:, block])
    return rebuilt, error


EXPECTED = {
    "squared_error": (REBUILT, (X - REBUILT) ** 2),
    "absolute_error": (REBUILT, abs(X - REBUILT)),
    "huber": (REBUILT, huber(abs(X - REBUILT))),
    "cross_entropy": (probability(), cross_entropy(probability())),
    "poisson": (rate(), rate() - X + X * np.log(X / rate())),
    "mixed": mixed(),
}


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_error_and_prediction(name):
    loss = LOSSES[name]
    rebuilt, error = EXPECTED[name]
    output = loss.output(LINEAR, NONLINEAR, MEAN, SCALE)
    assert output.dtype == np.float32
    error = error.sum(1) / SCALE**loss.power  # in standard units
    assert_allclose(loss.error(STANDARD, output, MEAN, SCALE), error, rtol=1e-4)
    assert_allclose(loss.predict(output, MEAN, SCALE), rebuilt, rtol=1e-4, atol=1e-5)

    def on_jax(x, linear, nonlinear):
        output = loss.output(linear, nonlinear, jnp.float32(MEAN), jnp.float32(SCALE))
        return loss.error(x, output, jnp.float32(MEAN), jnp.float32(SCALE))

    assert_allclose(jax.jit(on_jax)(STANDARD, LINEAR, NONLINEAR), error, rtol=1e-4)


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_without_a_linear_path_silence_means_the_mean(name):
    loss = LOSSES[name]
    output = loss.output(None, np.zeros_like(NONLINEAR), MEAN, SCALE)
    expected = np.tile(MEAN, (6, 1))
    if name == "mixed":  # whose blocks add up to 1
        expected[:, [1, 3]] /= expected[:, [1, 3]].sum(1, keepdims=True)
    assert_allclose(loss.predict(output, MEAN, SCALE), expected, rtol=1e-5)


def test_cross_entropy_stays_finite_at_both_ends():
    loss = LOSSES["cross_entropy"]
    sure = np.array([[80.0, -80.0]], np.float32)
    x = (np.array([[0.0, 1.0]]) - 0.5) / SCALE
    output = loss.output(sure, sure, np.float32([0.5, 0.5]), np.float32(SCALE))
    assert np.isfinite(output).all()
    assert np.isfinite(loss.error(x.astype(np.float32), output, np.float32(0.5), SCALE)).all()


def test_poisson_stays_finite_at_zero_counts():
    loss = LOSSES["poisson"]
    x = np.full((1, 2), -MEAN[0] / SCALE, np.float32)
    zero = np.zeros((1, 2), np.float32)

    def error(nonlinear):
        output = loss.output(None, nonlinear, np.float32(MEAN[:2]), np.float32(SCALE))
        return loss.error(x, output, np.float32(MEAN[0]), np.float32(SCALE)).sum()

    assert np.isfinite(error(zero))
    assert np.isfinite(jax.grad(error)(jnp.asarray(zero))).all()


def one_hot_table(n_samples=300):
    """A number and a kind, both decided by one hidden number, and a switch."""
    rng = np.random.RandomState(0)
    hidden = rng.uniform(-1, 1, n_samples)
    kind = np.digitize(hidden, [-0.5, 0.2])
    return pd.DataFrame(
        {"size": hidden + 0.05 * rng.standard_normal(n_samples), "kind": kind, "on": hidden > 0}
    )


def test_a_table_with_one_hot_columns_decodes_to_probabilities():
    frame = one_hot_table()
    columns = ColumnTransformer(
        [
            ("numbers", StandardScaler(), ["size"]),
            ("kinds", OneHotEncoder(sparse_output=False), ["kind"]),
            ("switch", "passthrough", ["on"]),
        ]
    )
    mixed = MixedLoss(categorical=((1, 2, 3),), binary=(4,))
    ours = quick(1, loss=mixed, max_iter=100, learning_rate=1e-2)
    pipeline = make_pipeline(columns, ours).fit(frame)
    X = columns.transform(frame)
    rebuilt = ours.inverse_transform(pipeline.transform(frame))
    assert_allclose(rebuilt[:, 1:4].sum(1), 1, rtol=1e-5)
    assert rebuilt[:, 1:].min() >= 0
    assert rebuilt[:, 1:].max() <= 1
    assert np.mean(rebuilt[:, 1:4].argmax(1) == X[:, 1:4].argmax(1)) > 0.9
    wild = ours.inverse_transform([[100.0], [-100.0]])
    assert_allclose(wild[:, 1:4].sum(1), 1, rtol=1e-5)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (MixedLoss(binary=(1,), categorical=((1, 2),)), "must name each column once, from 0 to 3"),
        (MixedLoss(binary=(4,)), "must name each column once, from 0 to 3"),
        (
            MixedLoss(binary=(0,)),
            r"\[0, 1\] in those columns, but .* from -1 to 0.*One",
        ),
        (MixedLoss(categorical=((1, 2),)), r"columns \(1, 2\) add up to 0.5 to 0.5.*OneHotEncoder"),
        ("poisson", "needs counts, which are not negative, but X holds values from -1"),
    ],
)
def test_data_that_do_not_fit_the_loss(loss, message):
    X = np.tile([[-1.0, 0.25, 0.25, 1.0], [0.0, 0.5, 0.0, 0.0]], (5, 1))
    with pytest.raises(ValueError, match=message):
        quick(loss=loss).fit(X)


def test_counts_are_rebuilt_by_rates():
    rng = np.random.RandomState(0)
    X = rng.poisson(np.exp(np.outer(rng.standard_normal(300), [1.0, -1.0, 0.5, 0.2])))
    ours = quick(1, loss="poisson", max_iter=60, learning_rate=1e-2).fit(X)
    assert ours.inverse_transform([[-50.0], [0.0], [50.0]]).min() >= 0
    assert ours.best_loss_ < 0.9 * ours.validation_loss_curve_[0]
