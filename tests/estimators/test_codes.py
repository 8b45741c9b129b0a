"""The scale of the codes: PCA's, or unit variance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA

from skautoencoder.objectives import Ordered, Variational
from tests.conftest import curved, quick, quick_convolutional

IRIS = load_iris().data


@pytest.mark.parametrize("whiten", [False, True])
@pytest.mark.parametrize("n_components", [2, 4])
@pytest.mark.parametrize("make", [quick, quick_convolutional])
def test_where_the_result_is_pca_so_are_the_codes(whiten, n_components, make):
    # too little training to leave the start
    ours = make(n_components, whiten=whiten, learning_rate=1e-9).fit(IRIS)
    pca = PCA(n_components, whiten=whiten).fit(IRIS)
    assert_allclose(ours.transform(IRIS), pca.transform(IRIS), atol=1e-11)
    codes = 3 * np.random.RandomState(0).standard_normal((5, n_components))
    assert_allclose(ours.inverse_transform(codes), pca.inverse_transform(codes), atol=1e-11)


@pytest.mark.slow
@given(st.integers(0, 50), st.sampled_from([1, 3, 6]), st.floats(-8, 8))
@settings(max_examples=15, deadline=None)
def test_of_any_table(seed, n_components, exponent):
    rng = np.random.RandomState(seed)
    X = rng.standard_normal((40, 6)) * rng.uniform(0.5, 5, 6) * 10**exponent
    ours = quick(n_components, learning_rate=1e-9, max_iter=1).fit(X)
    pca = PCA(n_components).fit(X)
    assert_allclose(ours.transform(X), pca.transform(X), atol=1e-10 * np.abs(X).max())


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [{}, {"tied_weights": True}, {"objective": Ordered()}, {"early_stopping": False}],
    ids=["plain", "tied", "ordered", "last"],
)
def test_after_training_each_component_spreads_as_its_axis(settings):
    X = curved(300)
    ours = quick(2, max_iter=40, learning_rate=1e-2, **settings).fit(X)
    assert ours.best_loss_ < 0.9 * (ours.validation_loss_curve_ or ours.loss_curve_)[0]
    spread = np.sqrt(PCA(2).fit(X).explained_variance_)
    n = 300 / 299
    if ours.early_stopping:
        # the axes are those of the rows that were not held out, the spread is over all
        assert_allclose(ours.transform(X).std(axis=0, ddof=1), spread, rtol=0.1)
    else:
        assert_allclose(ours.transform(X).std(axis=0) * np.sqrt(n), spread, rtol=1e-6)
    white = clone(ours).set_params(whiten=True).fit(X)
    assert_allclose(white.transform(X).std(axis=0, ddof=1), 1, rtol=1e-6)
    assert_allclose(
        white.inverse_transform(white.transform(X)), ours.inverse_transform(ours.transform(X))
    )


def test_without_a_start_at_pca_the_scale_is_the_networks():
    X = curved(100)
    ours = quick(init="glorot").fit(X)
    assert (ours.code_scale_ == 1).all()
    white = quick(init="glorot", whiten=True).fit(X)
    assert_allclose(white.transform(X).std(axis=0, ddof=1), 1, rtol=1e-5)


def test_going_on_keeps_the_scale():
    X = curved(300)
    ours = quick(warm_start=True, max_iter=20).fit(X)
    spread = ours.transform(X).std(axis=0)
    assert_allclose(ours.fit(X).transform(X).std(axis=0), spread, rtol=1e-5)
    factor = ours.code_scale_
    assert_allclose(ours.partial_fit(X).code_scale_, factor)


@pytest.mark.parametrize("n_components", [5, 7])
def test_more_components_than_the_data_have_axes(n_components):
    X = curved(60)
    X[:, 4] = X[:, 0]
    ours = quick(n_components).fit(X)
    assert np.isfinite(ours.transform(X)).all()
    assert_allclose(ours.inverse_transform(ours.transform(X)), X, atol=0.5)


def test_draws_are_decoded_in_the_scale_of_the_codes():
    X = curved(300)
    ours = quick(objective=Variational(), max_iter=20).fit(X)
    draws = ours.sample(500, random_state=0)
    assert 0.2 < draws.var() / X.var() < 3


def test_components_as_pca_reads_them():
    for asked in (None, "mle", 0.9, 3):
        expected = PCA(asked).fit(IRIS).n_components_
        assert quick(asked, max_iter=1).fit(IRIS).n_components_ == expected
    with pytest.raises(ValueError, match="at least as many rows as columns"):
        quick("mle").fit(IRIS[:3])
