from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import erf, expit

from skautoencoder._networks import (
    ACTIVATIONS,
    ConvolutionalNetwork,
    DenseNetwork,
    embedded,
    rescale_code,
)

# Independent formulas in double precision.
EXPECTED = {
    "identity": lambda x: x,
    "relu": lambda x: np.where(x > 0, x, 0),
    "gelu": lambda x: 0.5 * x * (1 + erf(x / np.sqrt(2))),
    "silu": lambda x: x * expit(x),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "softplus": lambda x: np.logaddexp(x, 0),
    "tanh": np.tanh,
    "logistic": expit,
}


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_activations_on_numpy_and_jax(name):
    x = np.linspace(-30, 30, 601, dtype=np.float32)
    on_numpy = ACTIVATIONS[name](x)
    assert on_numpy.dtype == np.float32
    # gelu is the tanh form, which is 5e-4 off at most
    assert_allclose(
        on_numpy, EXPECTED[name](x.astype(float)), atol=1e-3 if name == "gelu" else 1e-6
    )
    assert_allclose(jax.jit(ACTIVATIONS[name])(jnp.asarray(x)), on_numpy, atol=1e-5)


def make(n_features, n_components, sizes, activation, tied, seed, linear_path):
    network = DenseNetwork(n_features, n_components, sizes, activation, tied)
    rng = np.random.RandomState(seed)
    linear = None
    if linear_path:  # parallel directions, as PCA's are
        axes = np.linalg.qr(rng.standard_normal((n_features, n_features)))[0][:, :n_components]
        spread = rng.uniform(0.5, 2, axes.shape[1])
        path_in = np.zeros((n_features, n_components), np.float32)
        path_out = np.zeros((n_components, n_features), np.float32)
        path_in[:, : axes.shape[1]] = axes / spread
        path_out[: axes.shape[1]] = (axes * spread).T
        linear = path_in, path_out
    return network, network.init(rng, linear), linear


architectures = st.fixed_dictionaries(
    {
        "n_features": st.integers(1, 6),
        "n_components": st.integers(1, 8),
        "sizes": st.lists(st.integers(1, 7), max_size=3).map(tuple),
        "activation": st.sampled_from(sorted(ACTIVATIONS)),
        "tied": st.booleans(),
        "seed": st.integers(0, 1000),
    }
)


@given(architectures)
@settings(max_examples=60, deadline=None)
def test_a_linear_path_is_all_there_is_but_with_random_weights(architecture):
    network, params, (path_in, path_out) = make(**architecture, linear_path=True)
    x = np.random.RandomState(0).standard_normal((5, network.n_features)).astype(np.float32)
    codes = network.encode(params, x)
    linear, nonlinear = network.decode(params, codes)
    assert_allclose(codes, x @ path_in, atol=1e-5)
    assert_allclose(linear, x @ path_in @ path_out, atol=1e-4)
    assert_array_equal(nonlinear, 0)
    random = network.with_random_weights(np.random.RandomState(1), params)
    assert jax.tree.structure(random) == jax.tree.structure(params)
    assert jax.tree.map(np.shape, random) == jax.tree.map(np.shape, params)
    assert np.abs(network.encode(random, x) - codes).max() > 0 or network.activation == "relu"
    little = network.with_random_weights(np.random.RandomState(1), params, 0.25)
    codes = np.ones((2, network.n_components), np.float32)
    for of_little, of_all in zip(
        (little.encoder.linear, network.decode(little, codes)[0]),
        (random.encoder.linear, network.decode(random, codes)[0]),
        strict=True,
    ):
        assert_allclose(of_little, 0.25 * of_all, rtol=1e-6)


@given(architectures)
@settings(max_examples=60, deadline=None)
def test_numpy_and_jax_agree(architecture):
    network, params, _ = make(**architecture, linear_path=False)
    x = np.random.RandomState(0).standard_normal((5, network.n_features)).astype(np.float32)
    on_jax = jax.tree.map(jnp.asarray, params)
    codes = network.encode(params, x)
    assert codes.dtype == np.float32
    assert codes.shape == (5, network.n_components)
    assert_allclose(network.encode(on_jax, jnp.asarray(x)), codes, rtol=1e-5, atol=1e-5)
    linear, nonlinear = network.decode(params, codes)
    assert linear is None
    assert nonlinear.shape == x.shape
    assert_allclose(network.decode(on_jax, jnp.asarray(codes))[1], nonlinear, rtol=1e-5, atol=1e-5)


TO_RESCALE = {
    f"{name}, {heads} heads": network
    for heads in (1, 2)
    for name, network in {
        "dense": DenseNetwork(6, 3, (5,), "tanh", False, heads),
        "no hidden layer": DenseNetwork(6, 3, (), "tanh", False, heads),
        "tied": DenseNetwork(6, 3, (5, 4), "tanh", True, heads),
        "tied, no hidden layer": DenseNetwork(6, 3, (), "tanh", True, heads),
        "convolutional": ConvolutionalNetwork(6, 3, (6, 1, 1), (2, 3), "tanh", heads),
    }.items()
}


@pytest.mark.parametrize("start", ["linear path alone", "linear path", "no linear path"])
@pytest.mark.parametrize("name", TO_RESCALE)
def test_rescaled_codes_rebuild_the_same_rows(name, start):
    network, rng = TO_RESCALE[name], np.random.RandomState(0)
    linear = rng.standard_normal((6, 3)), rng.standard_normal((3, 6))
    params = network.init(rng, None if start == "no linear path" else linear)
    if start != "linear path alone":  # all arrays away from zero, biases and gains too
        params = jax.tree.map(lambda leaf: leaf + 0.1 * rng.standard_normal(leaf.shape), params)
    params = jax.tree.map(np.float64, params)
    before = jax.tree.map(np.copy, params)
    factor, shift = np.array([0.01, 1.0, 30.0]), np.array([-1.0, 0.0, 2.0])
    rescaled = rescale_code(network, params, factor, shift)
    jax.tree.map(assert_array_equal, params, before)

    x = rng.standard_normal((7, 6))
    codes, moved = network.encode(params, x), network.encode(rescaled, x)
    assert_allclose(moved[:, :3], codes[:, :3] * factor, rtol=1e-9)
    assert_allclose(moved[:, 3:], codes[:, 3:] + np.tile(shift, network.n_heads - 1), rtol=1e-9)
    for found, expected in zip(
        network.decode(rescaled, moved[:, :3]), network.decode(params, codes[:, :3]), strict=True
    ):
        assert (found is None) == (expected is None)
        if found is not None:
            assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_rescaled_parameters_keep_their_precision():
    network = DenseNetwork(6, 3, (5,), "tanh", True, 2)
    rescaled = rescale_code(network, network.init(np.random.RandomState(0)), 2.0, -1.0)
    assert {leaf.dtype for leaf in jax.tree.leaves(rescaled)} == {np.dtype(np.float32)}


def test_forward_pass_by_hand():
    network, params, _ = make(4, 2, (3,), "tanh", False, 0, False)
    x = np.random.RandomState(1).standard_normal((6, 4)).astype(np.float32)
    (w1, w2), (b1, b2) = params.encoder.weights, params.encoder.biases
    assert_allclose(network.encode(params, x), np.tanh(x @ w1 + b1) @ w2 + b2, atol=1e-6)


def test_glorot_weights_have_their_variance():
    _, params, _ = make(300, 100, (200,), "relu", False, 0, False)
    assert params.encoder.weights[0].var() == pytest.approx(2 / 500, rel=0.05)
    assert params.encoder.weights[1].var() == pytest.approx(2 / 300, rel=0.05)


@pytest.mark.parametrize("linear", [False, True])
def test_a_network_of_few_columns_is_the_same_along_a_basis_of_many(linear):
    rng = np.random.default_rng(0)
    basis, _ = np.linalg.qr(rng.standard_normal((9, 4)))
    few = DenseNetwork(4, 2, (5, 3), "gelu", False)
    path = (rng.standard_normal((4, 2)), rng.standard_normal((2, 4))) if linear else None
    params = few.with_random_weights(rng, few.init(rng, path))
    many, wide = embedded(few, params, basis, 0.5)
    rows = rng.standard_normal((6, 9))
    codes = few.encode(params, 0.5 * rows @ basis)
    assert (many.n_features, many.hidden_layer_sizes) == (9, (5, 3))
    assert_allclose(many.encode(wide, rows), codes, rtol=1e-4, atol=1e-5)
    for found, expected in zip(many.decode(wide, codes), few.decode(params, codes), strict=True):
        assert (found is None) == (expected is None)
        if found is not None:
            assert_allclose(0.5 * found, expected @ basis.T, rtol=1e-4, atol=1e-5)
