"""Convolutions by hand, the network made of them, and its transformer."""

from __future__ import annotations

import pickle
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.signal import correlate2d
from sklearn.decomposition import PCA

from skautoencoder import AutoencoderTransformer, ConvolutionalAutoencoderTransformer
from skautoencoder._networks import ConvolutionalNetwork
from skautoencoder._networks._convolution import double, halve, halved, kernel_area
from tests.conftest import curved, quick_convolutional, squared_error
from tests.training.test_compilation import compilations

sizes = st.tuples(st.integers(1, 9), st.integers(1, 9))


def drawn(size, n_large=2, n_small=3):
    """Large images, small ones, and a matrix for the way between them."""
    rng = np.random.RandomState(0)
    shapes = (4, *size, n_large), (4, *halved(size), n_small)
    matrix_shape = kernel_area(size) * n_large, n_small
    return [rng.standard_normal(shape) for shape in (*shapes, matrix_shape)]


@given(sizes)
@settings(max_examples=30, deadline=None)
def test_halving_is_a_correlation_at_every_other_pixel(size):
    large, _, matrix = drawn(size)
    tall, wide = (3 if side > 1 else 1 for side in size)
    kernel = matrix.reshape(wide, tall, 2, 3).swapaxes(0, 1)
    found = halve(large, matrix)
    steps = [2 if side > 1 else 1 for side in size]
    for n, out in np.ndindex(4, 3):
        whole = sum(
            correlate2d(large[n, :, :, c], kernel[:, :, c, out], mode="same") for c in range(2)
        )
        assert_allclose(found[n, :, :, out], whole[:: steps[0], :: steps[1]], atol=1e-12)


@given(sizes)
@settings(max_examples=30, deadline=None)
def test_doubling_is_the_adjoint_of_halving(size):
    large, small, matrix = drawn(size)
    there, back = np.sum(halve(large, matrix) * small), np.sum(large * double(small, matrix, size))
    assert there == pytest.approx(back)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1, 1), (1, 6), (7, 1), (5, 4)])
def test_numpy_and_xla_agree_with_gradients(size):
    large, small, matrix = (array.astype(np.float32) for array in drawn(size))
    assert_allclose(halve(jnp.asarray(large), matrix), halve(large, matrix), atol=1e-4)
    found, pull_back = jax.vjp(lambda x, m: double(x, m, size), jnp.asarray(small), matrix)
    assert_allclose(found, double(small, matrix, size), atol=1e-4)
    by_image, by_matrix = pull_back(jnp.asarray(large))
    # both are linear: <large, double(small, matrix)> = <small, halve(large, matrix)>
    assert_allclose(by_image, halve(large, matrix), atol=1e-4)
    pixel = np.eye(matrix.size, dtype=np.float32)[-1].reshape(matrix.shape)
    assert by_matrix[-1, -1] == pytest.approx(np.sum(large * double(small, pixel, size)), abs=1e-3)


def test_jax_is_told_that_each_is_the_others_gradient():
    large, small, matrix = (jnp.asarray(array) for array in drawn((4, 4)))
    for program in (halve, lambda x, m: double(x, m, (4, 4))):
        image = large if program is halve else small
        assert "custom_vjp" in str(jax.make_jaxpr(program)(image, matrix))


architectures = st.builds(
    lambda shape, channels, n_components, n_heads: ConvolutionalNetwork(
        int(np.prod(shape)), n_components, shape, channels, "gelu", n_heads
    ),
    st.tuples(st.integers(1, 7), st.integers(1, 7), st.integers(1, 3)),
    st.lists(st.integers(1, 3), max_size=3).map(tuple),
    st.integers(1, 4),
    st.integers(1, 2),
)


@given(architectures)
@settings(max_examples=20, deadline=None)
def test_any_shape_runs_and_adds_nothing_to_a_linear_path_but_with_random_weights(network):
    rng = np.random.RandomState(0)
    shape = network.n_features, network.n_components
    path_in, path_out = (rng.standard_normal(s).astype(np.float32) for s in (shape, shape[::-1]))
    params = network.init(rng, (path_in, path_out))
    x = rng.standard_normal((5, network.n_features)).astype(np.float32)
    outputs = network.encode(params, x)
    assert outputs.shape == (5, network.n_heads * network.n_components)
    codes = outputs[:, : network.n_components]
    assert_allclose(codes, x @ path_in, atol=1e-5)
    linear, nonlinear = network.decode(params, codes)
    assert_allclose(linear, codes @ path_out, atol=1e-5)
    assert_array_equal(nonlinear, np.zeros_like(x))
    random = network.with_random_weights(rng, params)
    assert jax.tree.map(np.shape, random) == jax.tree.map(np.shape, params)
    assert np.abs(network.encode(random, x) - outputs).max() > 0
    little = network.with_random_weights(rng, params, 0.25)
    for half, of_all in zip(little, params, strict=True):
        assert_allclose(half.linear, 0.25 * of_all.linear)


@pytest.mark.parametrize("n_heads", [1, 2])
@pytest.mark.parametrize("shape", [(1, 1, 1), (6, 1, 2), (5, 4, 3)])
@pytest.mark.parametrize("channels", [(), (2,), (3, 1, 2)])
def test_the_network_is_the_same_on_jax(shape, channels, n_heads):
    n_features = int(np.prod(shape))
    network = ConvolutionalNetwork(n_features, 2, shape, channels, "gelu", n_heads)
    rng = np.random.RandomState(0)
    params = network.init(rng)
    x = rng.standard_normal((5, n_features)).astype(np.float32)
    outputs = network.encode(params, x)
    assert_allclose(jax.jit(network.encode)(params, x), outputs, atol=1e-4)
    codes = outputs[:, :2]
    assert_allclose(
        jax.jit(network.decode)(params, codes)[1], network.decode(params, codes)[1], atol=1e-4
    )


def test_forward_pass_by_hand():
    network = ConvolutionalNetwork(20, 2, (4, 5, 1), (3,), "tanh")
    params = network.init(np.random.RandomState(0))
    x = np.random.RandomState(1).standard_normal((6, 20)).astype(np.float32)
    (first, second), (_, _) = params.encoder.weights, params.encoder.biases
    hidden = np.tanh(halve(x.reshape(6, 4, 5, 1), first)).reshape(6, -1)
    assert_allclose(network.encode(params, x), hidden @ second, atol=1e-6)
    third, fourth = params.decoder.weights
    z = hidden[:, :2]
    hidden = np.tanh(z @ third).reshape(6, 2, 3, 3)
    expected = double(hidden, fourth, (4, 5)).reshape(6, 20)
    assert_allclose(network.decode(params, z)[1], expected, atol=1e-6)


# -- the transformer


@pytest.mark.slow
@pytest.mark.parametrize("image_shape", [None, (35,), (5, 7), [7, 5], (35, 1), (1, 7, 5)])
def test_image_shapes(image_shape):
    X = np.random.RandomState(0).standard_normal((60, 35))
    ours = quick_convolutional(3, image_shape=image_shape).fit(X)
    assert ours.transform(X).shape == (60, 3)
    assert ours.inverse_transform(ours.transform(X)).shape == X.shape
    assert pickle.loads(pickle.dumps(ours)).transform(X) == pytest.approx(ours.transform(X))


def test_colours_are_the_last_axis():
    """A convolution that passes one pixel of one colour on finds that colour of a row."""
    network = ConvolutionalNetwork(12, 4, (2, 2, 3), (1,), "identity")
    params = network.init(np.random.RandomState(0))
    matrix = np.zeros((3, 3, 3), np.float32)
    matrix[1, 1, 2] = 1
    weights = matrix.reshape(27, 1), np.ones((1, 4), np.float32)
    params = params._replace(encoder=params.encoder._replace(weights=weights))
    x = np.arange(12, dtype=np.float32).reshape(1, 2, 2, 3)
    assert_array_equal(network.encode(params, x.reshape(1, 12))[0], x[0, 0, 0, 2])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"image_shape": (2, 3)}, "number of columns of X, which is 5. Got (2, 3)"),
        ({"image_shape": (5, 1, 1, 1)}, "must be one to three lengths"),
        ({"image_shape": (5.0,)}, "'image_shape' parameter of ConvolutionalAutoencoderTransformer"),
        ({"image_shape": (-5, -1)}, "must hold integers in the range [1, inf). Got (-5, -1)"),
        ({"image_shape": 5}, "'image_shape' parameter of ConvolutionalAutoencoderTransformer"),
        ({"channels": (4, 0)}, "'channels' parameter of ConvolutionalAutoencoderTransformer"),
        ({"channels": 4}, "'channels' parameter of ConvolutionalAutoencoderTransformer"),
    ],
)
def test_bad_shapes(settings, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        quick_convolutional(**settings).fit(curved(30))


def test_starts_at_pca_and_where_the_truth_is_linear_stays_there():
    rng = np.random.RandomState(0)
    X = rng.standard_normal((300, 3)) @ rng.standard_normal((3, 36))
    X += 0.1 * rng.standard_normal(X.shape)
    train, test = X[:200], X[200:]
    ours = quick_convolutional(3, image_shape=(6, 6), max_iter=20).fit(train)
    pca = PCA(3).fit(train)
    assert squared_error(ours, test) == pytest.approx(squared_error(pca, test), rel=0.01)


@pytest.mark.slow
def test_other_numbers_and_rows_compile_nothing():
    ours = quick_convolutional(channels=(5,)).fit(curved(100))
    with compilations() as compiled:
        ours.set_params(learning_rate=0.01, weight_decay=0.1).fit(curved(70))
        for n_samples in range(1, 20):
            ours.inverse_transform(ours.transform(curved(n_samples)))
    assert compiled == []


def blobs(n_samples, seed):
    """Spots of one size anywhere on a dark image."""
    rng = np.random.RandomState(seed)
    places = rng.uniform(2, 13, (n_samples, 2, 1))
    along = np.exp(-((np.arange(16) - places) ** 2) / 4)
    return (along[:, 0, :, None] * along[:, 1, None, :]).reshape(n_samples, 256)


@pytest.mark.slow
def test_convolution_beats_dense_at_equal_size():
    train, test = blobs(400, 0), blobs(300, 1)
    settings = {"max_iter": 30, "random_state": 0}
    dense = AutoencoderTransformer(
        6, hidden_layer_sizes=(16,), optimizer="adam", learning_rate=1e-3, **settings
    ).fit(train)
    ours = ConvolutionalAutoencoderTransformer(
        6, image_shape=(16, 16), channels=(8, 16), **settings
    ).fit(train)
    assert n_parameters(ours) < n_parameters(dense)
    assert squared_error(ours, test) < 0.5 * squared_error(dense, test)


def n_parameters(ours):
    return sum(np.size(leaf) for leaf in jax.tree.leaves((ours.encoder_, ours.decoder_)))


def test_no_convolution_at_all_leaves_a_dense_layer():
    X = curved(40)
    codes = quick_convolutional(channels=(), max_iter=1).fit_transform(X)
    assert codes.shape == (40, 2)
