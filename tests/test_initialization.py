from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.sparse import csr_array
from sklearn.decomposition import PCA

from skautoencoder.training import (
    Rows,
    _initialization,
    column_moments,
    linear_path,
    plain_standardisation,
    principal_axes,
)

RNG = np.random.RandomState(0)


def axes_of(X, n_axes=None, weight=None, wrap=np.asarray):
    rows = Rows(wrap(X), np.ones(len(X)) if weight is None else weight)
    return principal_axes(rows, np.arange(len(X)), n_axes, np.random.RandomState(0))


def assert_same_axes(found, pca, n_axes):
    assert_allclose(found.mean, pca.mean_, atol=1e-10)
    assert_allclose(found.variance[:n_axes], pca.explained_variance_[:n_axes], rtol=1e-6)
    cosines = np.sum(found.axes[:, :n_axes] * pca.components_[:n_axes].T, axis=0)
    assert_allclose(np.abs(cosines), 1, atol=1e-6)


@pytest.mark.parametrize("shape", [(200, 7), (20, 50)])
@pytest.mark.parametrize("wrap", [np.asarray, csr_array])
def test_axes_are_pcas(shape, wrap):
    X = RNG.standard_normal(shape) @ np.diag(np.linspace(1, 3, shape[1])) + 5
    found, pca = axes_of(X, wrap=wrap), PCA().fit(X)
    factor = (len(X) - 1) / len(X)  # ours divides by the sum of the weights
    pca.explained_variance_ *= factor
    assert_same_axes(found, pca, 5)
    assert found.total_variance == pytest.approx(X.var(0).sum())


def test_leading_axes_of_wide_and_long_data(monkeypatch):
    monkeypatch.setattr(_initialization, "_DIRECT", 30)
    X = RNG.standard_normal((300, 4)) * (9, 7, 5, 3) @ RNG.standard_normal((4, 60))
    X += 0.1 * RNG.standard_normal(X.shape)
    found, pca = axes_of(X, 4), PCA(4).fit(X)
    pca.explained_variance_ *= 299 / 300
    assert_same_axes(found, pca, 4)
    assert found.total_variance == pytest.approx(X.var(0).sum())


def test_weights_are_repetitions():
    X, counts = RNG.standard_normal((40, 6)), RNG.randint(1, 5, 40)
    weighted, repeated = axes_of(X, weight=counts.astype(float)), axes_of(np.repeat(X, counts, 0))
    for one, other in zip(weighted, repeated, strict=True):
        assert_allclose(one, other, atol=1e-10)


def test_chunks_make_no_difference(monkeypatch):
    X = RNG.standard_normal((50, 6))
    whole = axes_of(X)
    monkeypatch.setattr(_initialization, "_CHUNK_VALUES", 40)
    for one, other in zip(axes_of(X), whole, strict=True):
        assert_allclose(one, other, atol=1e-10)


@given(st.floats(0.01, 0.99), st.integers(0, 100))
@settings(max_examples=30, deadline=None)
def test_count_is_pcas(share, seed):
    X = np.random.RandomState(seed).standard_normal((30, 5)) * (5, 4, 3, 2, 1)
    assert axes_of(X).count(share) == PCA(share).fit(X).n_components_


@given(st.integers(1, 9), st.integers(2, 12), st.integers(1, 6), st.integers(0, 100))
@settings(max_examples=50, deadline=None)
def test_linear_path_rebuilds_as_pca_does_with_whitened_codes(n_components, n, d, seed):
    X = np.random.RandomState(seed).standard_normal((n, d))
    axes = axes_of(X, n_components)
    encoder, decoder = linear_path(axes, n_components)
    assert encoder.shape == (d, n_components)
    x = axes.standardisation.apply(X)
    codes = x @ encoder
    rebuilt = axes.mean + axes.standardisation.scale * (codes @ decoder)
    pca = PCA(min(n_components, n, d)).fit(X)
    assert_allclose(rebuilt, pca.inverse_transform(pca.transform(X)), atol=1e-4)
    spread = codes.std(axis=0)
    assert_allclose(spread[spread > 0.5], 1, atol=1e-3)
    assert_allclose(spread[spread <= 0.5], 0, atol=1e-3)


def test_moments():
    X, weight = RNG.standard_normal((30, 4)) + 3, RNG.uniform(size=30)
    mean, total = column_moments(Rows(X, weight), np.arange(30))
    assert_allclose(mean, np.average(X, axis=0, weights=weight))
    assert total == pytest.approx(np.average((X - mean) ** 2, axis=0, weights=weight).sum())
    standardisation = plain_standardisation(Rows(X, weight), np.arange(30))
    assert standardisation.scale == pytest.approx(np.sqrt(total / 4))


def test_rows_that_do_not_vary_have_scale_one():
    assert plain_standardisation(Rows(np.ones((5, 3)), np.ones(5)), np.arange(5)).scale == 1.0
