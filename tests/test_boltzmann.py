"""Energies, distributions and gradients of small machines, against sums over all states."""

from __future__ import annotations

from itertools import product

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.special import expit, logsumexp

from skautoencoder._data._source import Chunk
from skautoencoder._training._contrastive import Contrastive, contrastive_epoch, start_chains
from skautoencoder.boltzmann import (
    Kind,
    Machine,
    annealed_log_weights,
    contrast,
    contrast_slope,
    energy,
    exact_log_partition,
    free_energy,
    gibbs_chain,
    hidden_mean,
    log_pseudo_likelihood,
    visible_mean,
)

BINARY, GAUSSIAN = Kind(), Kind(visible="gaussian")
LINEAR_CODE = Kind(hidden="gaussian")


def machine(n_visible=4, n_hidden=3, seed=0, gaussian=False, dtype=np.float64):
    rng = np.random.RandomState(seed)
    arrays = (
        0.7 * rng.standard_normal((n_visible, n_hidden)),
        rng.standard_normal(n_visible),
        rng.standard_normal(n_hidden),
        0.3 * rng.standard_normal(n_visible) * gaussian,
    )
    return Machine(*(array.astype(dtype) for array in arrays))


def states(n):
    return np.array(list(product((0.0, 1.0), repeat=n)))


def by_hand(machine, v, h, gaussian=False):
    """The energy, written out."""
    w, b, c, log_variance = machine
    total = -sum(c[j] * h[j] for j in range(len(h)))
    for i in range(len(v)):
        variance = np.exp(log_variance[i])
        rest = v[i] ** 2 / 2 if gaussian else 0
        total += (rest - b[i] * v[i]) / variance
        total -= sum(v[i] * w[i, j] * h[j] for j in range(len(h))) / variance
    return total


@pytest.mark.parametrize("kind", [BINARY, GAUSSIAN])
def test_energy_and_free_energy(kind):
    ours = machine(gaussian=kind is GAUSSIAN)
    for v in np.random.RandomState(1).uniform(size=(5, 4)):
        energies = [by_hand(ours, v, h, kind is GAUSSIAN) for h in states(3)]
        found = energy(ours, kind, np.tile(v, (8, 1)), states(3))
        assert_allclose(found, energies)
        assert_allclose(free_energy(ours, kind, v[None]), -logsumexp(-np.array(energies)))


def test_free_energy_of_gaussian_hidden_units_is_an_integral():
    ours = machine(n_hidden=1)
    for v in states(4):
        density = lambda h, v=v: np.exp(-by_hand(ours, v, [h]) - h**2 / 2)  # noqa: E731
        integral, _ = quad(density, -20, 20)
        assert_allclose(free_energy(ours, LINEAR_CODE, v[None]), -np.log(integral))


def test_means_are_those_of_all_states():
    ours = machine()
    v, h = states(4), states(3)
    p = np.exp([[-by_hand(ours, one, other) for other in h] for one in v])
    assert_allclose(hidden_mean(ours, BINARY, v), p @ h / p.sum(1, keepdims=True))
    assert_allclose(visible_mean(ours, BINARY, h), p.T @ v / p.sum(0)[:, None])


def test_gibbs_chains_reach_the_distribution():
    ours = machine(3, 2, dtype=np.float32)
    start = np.zeros((20_000, 3), np.float32)
    found = np.asarray(gibbs_chain(ours, BINARY, start, jax.random.key(0), 50))
    p = np.exp(-free_energy(ours, BINARY, states(3).astype(np.float32)))
    assert_allclose(found.mean(0), p @ states(3) / p.sum(), atol=0.02)


def test_gibbs_chains_of_gaussian_units_reach_their_moments():
    ours = machine(2, 2, gaussian=True, dtype=np.float32)
    found = np.asarray(
        gibbs_chain(ours, GAUSSIAN, np.zeros((20_000, 2), np.float32), jax.random.key(0), 50)
    )
    fields = ours.visible_bias + states(2) @ ours.weights.T
    log_p = states(2) @ ours.hidden_bias + (fields**2 / (2 * ours.variance)).sum(1)
    p = np.exp(log_p - logsumexp(log_p))
    mean = p @ fields
    assert_allclose(found.mean(0), mean, atol=0.05)
    assert_allclose(found.var(0), ours.variance + p @ (fields - mean) ** 2, rtol=0.05)


def test_gradient_of_contrastive_divergence_by_hand():
    ours = machine(dtype=np.float32)
    rng = np.random.RandomState(2)
    v, model_v = rng.uniform(size=(2, 6, 4)).astype(np.float32)
    weight = np.array([1, 2, 1, 1, 0, 0], np.float32)
    slope = jax.grad(contrast)(ours, BINARY, v, model_v, weight)
    share = weight / weight.sum()
    h, model_h = (expit(x @ ours.weights + ours.hidden_bias) for x in (v, model_v))
    expected = (model_v * share[:, None]).T @ model_h - (v * share[:, None]).T @ h
    assert_allclose(slope.weights, expected, atol=1e-6)
    assert_allclose(slope.visible_bias, share @ model_v - share @ v, atol=1e-6)
    assert_allclose(slope.hidden_bias, share @ model_h - share @ h, atol=1e-6)


@pytest.mark.parametrize("kind", [BINARY, GAUSSIAN, LINEAR_CODE])
@pytest.mark.parametrize("n_chains", [6, 9])
def test_the_slope_is_the_gradient(kind, n_chains):
    ours = machine(gaussian=kind is GAUSSIAN, dtype=np.float32)
    rng = np.random.RandomState(2)
    v, model_v = (rng.uniform(size=(n, 4)).astype(np.float32) for n in (6, n_chains))
    weight = np.array([1, 2, 1, 1, 0, 0], np.float32)
    expected = jax.grad(contrast)(ours, kind, v, model_v, weight)
    means = hidden_mean(ours, kind, v), hidden_mean(ours, kind, model_v)
    found = contrast_slope(ours, kind, v, means[0], model_v, means[1], weight)
    if kind is not GAUSSIAN:  # whose variance is not learnt
        expected = expected._replace(log_variance=np.zeros(4))
    for one, other in zip(found, expected, strict=True):
        assert_allclose(one, other, atol=1e-5)


def test_gradient_with_the_variance_by_differences():
    ours = machine(gaussian=True)
    rng = np.random.RandomState(2)
    v, model_v = rng.standard_normal((2, 6, 4))
    weight = np.ones(6)
    slope = jax.grad(contrast)(
        jax.tree.map(np.float32, ours), GAUSSIAN, *(np.float32(x) for x in (v, model_v, weight))
    )
    for i in range(4):
        step = 1e-5 * np.eye(4)[i]
        up, down = (
            contrast(ours._replace(log_variance=s), GAUSSIAN, v, model_v, weight)
            for s in (ours.log_variance + step, ours.log_variance - step)
        )
        assert slope.log_variance[i] == pytest.approx((up - down) / 2e-5, rel=1e-3)


def test_one_step_of_training_by_hand():
    """From zero weights the hidden units are a fair coin, and the visible mean is known."""
    v = np.array([[1, 0, 1], [1, 1, 0]], np.float32)
    start = Machine(*(np.zeros(s, np.float32) for s in ((3, 2), 3, 2, 3)))
    how = Contrastive(BINARY, batch_size=2, learning_rate=0.5, weight_decay=0.1)
    state = contrastive_epoch(
        how, start_chains(start, 2), [Chunk(v, np.ones(2))], np.random.default_rng(0)
    )
    assert_allclose(state.machine.visible_bias, 0.5 * (v.mean(0) - 0.5))
    assert_allclose(state.machine.hidden_bias, 0)
    expected = 0.5 * (v.mean(0)[:, None] * 0.5 - 0.25) * np.ones(2)
    assert_allclose(state.machine.weights, expected)


@pytest.mark.parametrize(
    ("kind", "shape"), [(BINARY, (4, 3)), (BINARY, (2, 15)), (BINARY, (15, 2))]
)
def test_exact_log_partition(kind, shape):
    ours = machine(*shape)
    smaller = states(min(shape))
    logs = (
        smaller @ ours.hidden_bias
        + np.logaddexp(0, smaller @ ours.weights.T + ours.visible_bias).sum(1)
        if shape[1] < shape[0]
        else -free_energy(ours, kind, smaller)
    )
    assert exact_log_partition(ours, kind) == pytest.approx(logsumexp(logs))


def test_exact_log_partition_of_gaussian_units_is_an_integral():
    ours = machine(1, 3, gaussian=True)
    integral, _ = quad(lambda v: np.exp(-free_energy(ours, GAUSSIAN, np.array([[v]]))[0]), -30, 30)
    assert exact_log_partition(ours, GAUSSIAN) == pytest.approx(np.log(integral))


def test_exact_log_partition_of_a_large_machine():
    with pytest.raises(ValueError, match=r"at most 20 Bernoulli units.*30 visible and 25 hidden"):
        exact_log_partition(machine(30, 25), BINARY)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [BINARY, GAUSSIAN])
def test_annealed_importance_sampling_meets_enumeration(kind):
    ours = machine(12, 8, gaussian=kind is GAUSSIAN, dtype=np.float32)
    base = np.full(12, 0.2, np.float32)
    logs = annealed_log_weights(ours, kind, base, jax.random.key(0), 200, 500)
    found = logsumexp(np.asarray(logs, np.float64)) - np.log(200)
    assert found == pytest.approx(exact_log_partition(ours, kind), abs=0.1)


def test_pseudo_likelihood_by_enumeration():
    ours = machine()
    everything = states(4)
    log_p = -free_energy(ours, BINARY, everything)
    for v, found in zip(everything, log_pseudo_likelihood(ours, BINARY, everything), strict=True):
        expected = 0.0
        for i in range(4):
            same = (np.delete(everything, i, 1) == np.delete(v, i)).all(1)
            here = (everything == v).all(1)
            expected += log_p[here][0] - logsumexp(log_p[same])
        assert found == pytest.approx(expected)
