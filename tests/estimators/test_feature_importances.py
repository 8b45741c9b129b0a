"""Which columns make the code, and which the code makes: PCA's weights and loadings for PCA."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError

from skautoencoder.objectives import Sparse
from tests.conftest import curved, quick, quick_convolutional

IRIS = load_iris().data
STILL = {"learning_rate": 1e-9, "max_iter": 1}
BOTH = ("features_to_code", "code_to_features")


@pytest.fixture(scope="module")
def trained():
    return quick(2, max_iter=20, learning_rate=1e-2).fit(curved(60))


@pytest.mark.parametrize("whiten", [False, True])
def test_of_pca_they_are_its_weights_and_loadings(whiten):
    ours, pca = quick(2, whiten=whiten, **STILL).fit(IRIS), PCA(2).fit(IRIS)
    axes, spread = np.abs(pca.components_), np.sqrt(pca.explained_variance_)[:, None]
    columns = IRIS.std(axis=0, ddof=1)
    assert_allclose(ours.feature_importances(IRIS), axes * columns / spread, rtol=1e-5, atol=1e-6)
    loadings = ours.feature_importances(IRIS, direction="code_to_features")
    assert_allclose(loadings, axes * spread / columns, rtol=1e-9, atol=1e-10)
    correlations = np.corrcoef(IRIS.T, ours.transform(IRIS).T)[:4, 4:].T
    assert_allclose(loadings, np.abs(correlations), rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize(
    ("make", "settings"),
    [
        (quick, {}),
        pytest.param(quick, {"loss": "cross_entropy", "init": "glorot"}, marks=pytest.mark.slow),
        pytest.param(quick, {"objective": "variational"}, marks=pytest.mark.slow),
        pytest.param(
            quick, {"objective": Sparse(penalty="top_k", k=1)}, marks=pytest.mark.slow
        ),
        pytest.param(quick_convolutional, {}, marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_they_are_root_mean_squares_of_derivatives(make, settings):
    X = curved(60)
    X = (X - X.min(axis=0)) / np.ptp(X, axis=0)
    ours = make(2, max_iter=20, learning_rate=1e-2, **settings).fit(X)
    step, ahead, back = 1e-5 * np.eye(5), [], []
    for h in step:
        ahead.append(ours.transform(X + h))
        back.append(ours.transform(X - h))
    slopes = (np.array(ahead) - np.array(back)) / 2e-5  # (n_features, n_rows, n_components)
    codes = ours.transform(X)
    expected = np.sqrt(np.mean(slopes**2, axis=1)).T * X.std(axis=0) / codes.std(axis=0)[:, None]
    assert_allclose(ours.feature_importances(X), expected, rtol=1e-3, atol=1e-5)

    model, params = ours._model._in_precision(np.float32)
    of_row = jax.jacrev(lambda z: model.predict(params, z[None])[0])
    slopes = jax.vmap(of_row)(jax.numpy.asarray(codes / ours.code_scale_)) / ours.code_scale_
    expected = np.sqrt(np.mean(slopes**2, axis=0)).T * codes.std(axis=0)[:, None] / X.std(axis=0)
    found = ours.feature_importances(X, direction="code_to_features")
    assert_allclose(found, expected, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("direction", BOTH)
def test_rows_with_gaps_and_sparse_rows(direction, trained):
    X = curved(50, seed=1)
    X[X < 0.2] = 0
    whole = trained.feature_importances(X, direction=direction)
    assert_allclose(trained.feature_importances(csr_array(X), direction=direction), whole)
    X[::10, 1] = np.nan
    found = trained.feature_importances(X, direction=direction)
    assert np.isfinite(found).all()
    assert_allclose(found, whole, rtol=0.5, atol=0.2)


@pytest.mark.parametrize("direction", BOTH)
def test_columns_that_do_not_vary_have_none(direction, trained):
    X = curved(50)
    X[:, 3] = 0.1
    assert_array_equal(trained.feature_importances(X, direction=direction)[:, 3], 0)


def test_of_many_rows_some_are_drawn(trained):
    X = curved(200)
    some = [trained.feature_importances(X, max_samples=20, random_state=i) for i in (0, 0, 1)]
    assert_array_equal(some[0], some[1])
    assert (some[0] != some[2]).any()


def test_after_partial_fit():
    ours = quick().partial_fit(curved(60))
    assert ours.feature_importances(curved(60)).shape == (2, 5)


def test_bad_input(trained):
    X = curved(20)
    with pytest.raises(NotFittedError):
        quick().feature_importances(X)
    with pytest.raises(ValueError, match=r"direction must be 'features_to_code' or .* 'up' in"):
        trained.feature_importances(X, direction="up")
    with pytest.raises(ValueError, match="max_samples == 1, must be >= 2"):
        trained.feature_importances(X, max_samples=1)
    with pytest.raises(ValueError, match=r"Found array with 1 sample"):
        trained.feature_importances(X[:1])
    with pytest.raises(ValueError, match="X has 3 features, but"):
        trained.feature_importances(X[:, :3])


@pytest.mark.parametrize("direction", BOTH)
@pytest.mark.parametrize("unit", [1e-100, 1e90])
def test_they_are_the_same_in_any_unit(unit, direction):
    X = curved(60)
    wanted = quick().fit(X).feature_importances(X, direction=direction)
    found = quick().fit(X * unit).feature_importances(X * unit, direction=direction)
    assert_allclose(found, wanted, rtol=1e-3, atol=1e-3)
