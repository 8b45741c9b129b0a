"""Rows with gaps go through graphs as through estimators."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from skautoencoder._data._factors import Factors
from skautoencoder._data._filling import Filling
from skautoencoder._data._gaussian import Gaussian
from skautoencoder._networks import ConvolutionalNetwork, DenseNetwork
from skautoencoder.objectives import Sparse
from skautoencoder.onnx import to_onnx
from tests.conftest import curved, quick
from tests.onnx.helpers import assert_same, run, untrained


def with_gaps(rng, shape, share):
    """Rows of which some have gaps, one is whole and one has nothing."""
    X = rng.uniform(size=shape)
    X[rng.uniform(size=shape) < share] = np.nan
    X[0], X[1] = 0.5, np.nan
    return X


def filling(rng, n, n_factors, kind):
    """A linear model of columns in [0, 1] that hang together, some of them closely."""
    loadings = rng.standard_normal((n, n_factors))
    noise = rng.uniform(1e-3, 0.5, n)
    mean = 0.1 * rng.standard_normal(n)
    covariance = loadings @ loadings.T + np.diag(noise)
    model = Gaussian(mean, covariance) if kind is Gaussian else Factors(mean, loadings, noise)
    return Filling(np.full(n, 0.5), rng.uniform(0.1, 0.4, n), np.zeros(n), np.ones(n), model)


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from([Gaussian, Factors, None]),
    st.integers(1, 9),
    st.sampled_from([np.float32, np.float64]),
    st.integers(0, 2**32 - 1),
)
def test_gaps_are_filled_by_whatever_transform_fills_them_by(kind, n, dtype, seed):
    rng = np.random.default_rng(seed)
    estimator = untrained(DenseNetwork(n, 3, (4,), "gelu", False), rng)
    if kind is not None:
        estimator._filling = filling(rng, n, rng.integers(1, 4), kind)
    X = with_gaps(rng, (6, n), rng.uniform(0, 0.9)).astype(dtype)
    assert_same(to_onnx(estimator, dtype=dtype, gaps=True), estimator, X)


def test_columns_that_hang_together_closely_are_filled_as_exactly():
    rng = np.random.default_rng(0)
    loadings = rng.standard_normal((64, 3))
    model = Gaussian(np.zeros(64), loadings @ loadings.T + 1e-6 * np.eye(64))
    everywhere = np.full(64, np.inf)
    estimator = untrained(DenseNetwork(64, 3, (4,), "gelu", False), rng)
    estimator._filling = Filling(np.zeros(64), np.ones(64), -everywhere, everywhere, model)
    X = rng.standard_normal((50, 3)) @ loadings.T
    X[rng.uniform(size=X.shape) < 0.3] = np.nan
    for dtype in (np.float32, np.float64):
        model = to_onnx(estimator, dtype=dtype, gaps=True)
        assert_same(model, estimator, X.astype(dtype))


def test_a_graph_fills_gaps_where_the_fit_saw_some():
    X = curved(40)
    X[::3, 1] = np.nan
    estimator = quick(hidden_layer_sizes=(4,), max_iter=1).fit(X)
    model = to_onnx(estimator, dtype=np.float64)
    assert_same(model, estimator, X, 1e-10)
    assert len(to_onnx(estimator, gaps=False).graph.node) < len(model.graph.node)
    for n in (0, 1):  # of rows, none of which has gaps
        assert run(model, X=X[1 : n + 1])["code"].shape == (n, 2)


@pytest.mark.parametrize(
    "network",
    [
        DenseNetwork(6, 3, (5,), "relu", False),
        DenseNetwork(6, 3, (5,), "elu", True),
        ConvolutionalNetwork(6, 3, (3, 2, 1), (2,), "relu"),
    ],
    ids=str,
)
@pytest.mark.parametrize("loss", ["squared_error", "cross_entropy", "poisson"])
@pytest.mark.parametrize("objective", ["reconstruction", Sparse(penalty="top_k", k=2)], ids=str)
def test_otherwise_nan_gives_nan_and_leaves_other_rows_alone(network, loss, objective):
    rng = np.random.default_rng(0)
    linear = network.activation == "elu"
    estimator = untrained(network, rng, loss=loss, objective=objective, linear=linear)
    X = rng.uniform(size=(4, 6))
    expected = run(to_onnx(estimator, dtype=np.float64), X=X)
    X[2, 3] = np.nan
    for name, found in run(to_onnx(estimator, dtype=np.float64), X=X).items():
        assert np.isnan(found[2]).all(), name
        assert_allclose(found[[0, 1, 3]], expected[name][[0, 1, 3]], atol=1e-12)
