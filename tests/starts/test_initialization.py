from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.sparse import csr_array
from sklearn.decomposition import PCA

from skautoencoder._data import _moments
from skautoencoder._data._moments import column_moments
from skautoencoder._data._rows import Rows
from skautoencoder._starts import _principal_axes
from skautoencoder._starts._principal_axes import linear_path, principal_axes

RNG = np.random.RandomState(0)


def axes_of(X, n_axes=None, weight=None, wrap=np.asarray):
    rows = Rows(wrap(X), np.ones(len(X)) if weight is None else weight)
    return principal_axes(rows, np.arange(len(X)), n_axes, np.random.RandomState(0))


def assert_same_axes(found, pca, n_axes):
    mean, scale = found.moments.standardization
    assert_allclose(mean, pca.mean_, atol=1e-10)
    variance = scale**2 * found.variance
    assert_allclose(variance[:n_axes], pca.explained_variance_[:n_axes], rtol=1e-6)
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
    assert found.total_variance == shape[1]
    assert found.moments.standardization.scale == pytest.approx(np.sqrt(X.var(0).mean()))


def test_leading_axes_of_wide_and_long_data(monkeypatch):
    monkeypatch.setattr(_principal_axes, "_DIRECT", 30)
    X = RNG.standard_normal((300, 4)) * (9, 7, 5, 3) @ RNG.standard_normal((4, 60))
    X += 0.1 * RNG.standard_normal(X.shape)
    found, pca = axes_of(X, 4), PCA(4).fit(X)
    pca.explained_variance_ *= 299 / 300
    assert_same_axes(found, pca, 4)
    assert found.moments.standardization.scale == pytest.approx(np.sqrt(X.var(0).mean()))


def same(one, other):
    assert one.moments.dominant == other.moments.dominant
    for name in ("mean", "scale"):
        ours, theirs = (getattr(axes.moments.standardization, name) for axes in (one, other))
        assert_allclose(ours, theirs, atol=1e-10)
    for name in ("axes", "variance", "total_variance"):
        assert_allclose(getattr(one, name), getattr(other, name), atol=1e-10)


def test_weights_are_repetitions():
    X, counts = RNG.standard_normal((40, 6)), RNG.randint(1, 5, 40)
    weighted, repeated = axes_of(X, weight=counts.astype(float)), axes_of(np.repeat(X, counts, 0))
    same(weighted, repeated)


def test_chunks_make_no_difference(monkeypatch):
    X = RNG.standard_normal((50, 6))
    whole = axes_of(X)
    monkeypatch.setattr(_moments, "_CHUNK_VALUES", 40)
    same(axes_of(X), whole)


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
    path = linear_path(axes, n_components)
    assert path.encoder.shape == (d, n_components)
    mean, scale = axes.moments.standardization
    codes = axes.moments.standardization.apply(X, np.float64) @ path.encoder
    rebuilt = mean + scale * (codes @ path.decoder)
    pca = PCA(min(n_components, n, d)).fit(X)
    assert_allclose(rebuilt, pca.inverse_transform(pca.transform(X)), atol=1e-10)
    spread = codes.std(axis=0)
    whitened = path.spread > 0
    assert_allclose(spread[whitened], 1, atol=1e-10)
    assert (spread[~whitened] < 1).all()
    assert_allclose((codes * path.unit).std(axis=0)[whitened], path.spread[whitened])


@pytest.mark.parametrize("n_axes", [2, 6])
@pytest.mark.parametrize("n_chunk_values", [40, 1_000_000])
def test_axes_of_columns_that_differ_by_many_orders(n_axes, n_chunk_values, monkeypatch):
    """A covariance could not tell the last three from rounding."""
    monkeypatch.setattr(_moments, "_CHUNK_VALUES", n_chunk_values)
    X = RNG.standard_normal((80, 6)) * 10.0 ** -np.arange(0, 18, 3)
    found = axes_of(X, n_axes)
    expected = X.std(axis=0)[:n_axes]
    assert_allclose(
        found.moments.standardization.scale * np.sqrt(found.variance), expected, rtol=0.2
    )  # the columns of a sample are correlated a little
    assert_allclose(np.abs(np.diag(found.axes)), 1, atol=0.05)


def test_moments():
    X, weight = RNG.standard_normal((30, 4)) + 3, RNG.uniform(size=30)
    found = column_moments(Rows(X, weight), np.arange(30))
    assert_allclose(found.mean, np.average(X, axis=0, weights=weight))
    variance = np.average((X - found.mean) ** 2, axis=0, weights=weight)
    assert_allclose(found.unit**2 * found.variance, variance)
    assert found.standardization.scale == pytest.approx(np.sqrt(variance.mean()))


@pytest.mark.parametrize("size", [1e-300, 1e-160, 1e-21, 1.0, 1e20, 1e155, 1e290])
def test_moments_of_numbers_of_any_size(size):
    X = RNG.standard_normal((30, 4)) + 1
    one, other = (column_moments(Rows(x, np.ones(30)), np.arange(30)) for x in (X, size * X))
    assert_allclose(other.mean / size, one.mean)
    assert other.spread / size == pytest.approx(one.spread)


@pytest.mark.parametrize("value", [0.0, 1.0, 0.1, 1e10 / 3, -1e-30])
def test_rows_that_do_not_vary_have_scale_one(value):
    moments = column_moments(Rows(np.full((7, 3), value), np.ones(7)), np.arange(7))
    assert moments.spread == 0
    assert moments.standardization.scale == 1.0
    assert (moments.mean == value).all()
