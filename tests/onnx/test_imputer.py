"""Imputers as graphs fill gaps as they do themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.impute import KNNImputer

from skautoencoder import AutoencoderImputer
from skautoencoder._estimators._imputer_fit import Refinement
from skautoencoder._networks import RefiningNetwork
from skautoencoder.onnx import to_onnx
from tests.onnx.helpers import moved, run


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((80, 2)) @ rng.standard_normal((2, 5))
    X += 0.2 * rng.standard_normal(X.shape)
    X[rng.uniform(size=X.shape) < 0.3] = np.nan
    X[0] = np.nan
    return X


def linear(**settings):
    return AutoencoderImputer(n_networks=0, n_neighbors=0, random_state=0, **settings)


def refined(imputer, X, weights, n_neighbors=4):
    """The same imputer with networks that were never trained, and neighbours."""
    rng, z = np.random.default_rng(0), imputer._imputer.filling.standardized(X)
    network = RefiningNetwork(X.shape[1], (6,), "gelu")
    edges = np.nanquantile(z, [0.2, 0.5, 0.8], axis=0)
    params = tuple(moved(network.init(rng, edges), rng, 0.3) for _ in range(2))
    neighbors = KNNImputer(n_neighbors=n_neighbors, keep_empty_features=True).fit(z[:60])
    refinement = Refinement(network, params, neighbors, np.array(weights), 0.0, 0.0)
    imputer._imputer = replace(imputer._imputer, refinement=refinement)
    return imputer


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weights", [(0.0, 0.0), (0.7, 0.0), (0.0, 0.8), (0.3, 0.6)])
def test_linear_answers_networks_and_neighbors_are_blended_alike(rows, weights, dtype):
    X = rows.astype(dtype)
    imputer = refined(linear().fit(rows), rows, weights)
    expected = imputer.transform(X)
    found = run(to_onnx(imputer, dtype=dtype), X=X)["filled"]
    assert found.dtype == expected.dtype
    assert_allclose(found, expected, rtol=0, atol=1e-5)
    assert_array_equal(found[~np.isnan(X)], X[~np.isnan(X)])
    if any(weights):
        assert abs(expected - linear().fit(rows).transform(X)).max() > 0.05


def test_rows_that_share_no_column_with_any_other_get_the_means_of_the_neighbors(rows):
    donors = rows.copy()
    donors[:, 0] = np.nan
    donors[3, 0] = 1.5
    donors[3, 1:] = np.nan
    imputer = refined(linear().fit(donors), donors, (0.0, 1.0))
    X = np.full((2, 5), np.nan)
    X[0, 0], X[1, 1] = 1.0, 1.0  # near none but row 3; and of which the first column is far
    found = run(to_onnx(imputer, dtype=np.float64), X=X)["filled"]
    assert_allclose(found, imputer.transform(X), atol=1e-10)


@pytest.mark.parametrize("settings", [{}, {"keep_empty_features": True}, {"add_indicator": True}])
@pytest.mark.parametrize("missing_values", [np.nan, -1])
def test_columns_come_out_as_those_of_transform(rows, settings, missing_values):
    X = rows.copy()
    X[:, 2] = np.nan
    X = np.where(np.isnan(X), missing_values, X)
    imputer = linear(missing_values=missing_values, **settings).fit(X)
    found = run(to_onnx(imputer, dtype=np.float64), X=X)["filled"]
    assert_allclose(found, imputer.transform(X), atol=1e-10)


@pytest.mark.parametrize("keep", [False, True])
def test_columns_of_which_none_was_seen(keep):
    X = np.full((4, 2), np.nan)
    imputer = linear(keep_empty_features=keep).fit(X)
    assert_array_equal(
        run(to_onnx(imputer), X=X.astype(np.float32))["filled"], imputer.transform(X)
    )


def test_rows_without_gaps_and_no_rows_at_all(rows):
    imputer = refined(linear().fit(rows), rows, (0.3, 0.6))
    model, whole = to_onnx(imputer, dtype=np.float64), np.ones((3, 5))
    assert_array_equal(run(model, X=whole)["filled"], whole)
    assert run(model, X=whole[:0])["filled"].shape == (0, 5)


@pytest.mark.slow
def test_one_that_was_fitted_with_networks_and_neighbors():
    t = np.random.default_rng(0).uniform(-1, 1, 400)
    X = np.column_stack([t, t**2, np.sin(3 * t)])
    X[::5, 1], X[1::7, 2] = np.nan, np.nan
    imputer = AutoencoderImputer(n_networks=1, max_iter=1, random_state=0).fit(X)
    assert imputer.blend_weights_.any()
    found = run(to_onnx(imputer, dtype=np.float64), X=X)["filled"]
    assert_allclose(found, imputer.transform(X), atol=1e-9)
