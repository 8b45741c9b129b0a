"""What stands in gaps: conditional means, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array

from skautoencoder._data._factors import Factors, fit_factors
from skautoencoder._data._filled_rows import filled, spread_of_seen
from skautoencoder._data._filling import filling_of_path, fit_filling
from skautoencoder._data._gaussian import Gaussian, fit_gaussian
from skautoencoder._data._rows import Rows, has_gaps

RNG = np.random.default_rng(0)


def covariance_of(n_features, n_factors=2, noise=0.3, seed=1):
    loadings = np.random.default_rng(seed).standard_normal((n_features, n_factors))
    return loadings, loadings @ loadings.T + noise * np.eye(n_features)


def conditional(mean, covariance, row, seen):
    """Mean and covariance of what is missing of one row."""
    gain = np.linalg.solve(covariance[np.ix_(seen, seen)], covariance[np.ix_(seen, ~seen)])
    left = covariance[np.ix_(~seen, ~seen)] - covariance[np.ix_(~seen, seen)] @ gain
    return mean[~seen] + (row[seen] - mean[seen]) @ gain, left


def models(n_features):
    loadings, covariance = covariance_of(n_features)
    mean = np.arange(n_features) / n_features
    return [
        Gaussian(mean, covariance),
        Factors(mean, loadings, np.full(n_features, 0.3)),
    ], covariance


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 7), st.integers(0, 2**16))
def test_gaps_hold_the_conditional_mean_and_leave_its_covariance(n_features, seed):
    rng = np.random.default_rng(seed)
    found, covariance = models(n_features)
    z = rng.standard_normal((9, n_features))
    seen = rng.uniform(size=z.shape) < 0.6
    seen[0], seen[1] = True, False  # a whole row, and one of which nothing is there
    share = np.full(9, 1 / 9)
    for model in found:
        filling, hidden = model.filled(np.where(seen, z, 0), seen), np.zeros_like(covariance)
        assert_allclose(filling[seen], z[seen], atol=1e-12)
        for row, there, ours in zip(z, seen, filling, strict=True):
            mean, left = conditional(model.mean, covariance, row, there)
            assert_allclose(ours[~there], mean, atol=1e-8)
            hidden[np.ix_(~there, ~there)] += left / 9
        if isinstance(model, Gaussian):
            assert_allclose(model.hidden_covariance(seen, share), hidden, atol=1e-8)


def test_hidden_covariance_of_factors_where_rows_have_the_same_gaps():
    (gaussian, factors), _ = models(6)
    seen = np.tile([True, False, True, True, False, True], (4, 1))
    seen = np.vstack([seen, np.ones((2, 6), bool)])
    share = np.full(6, 1 / 6)
    assert_allclose(
        factors.hidden_covariance(seen, share), gaussian.hidden_covariance(seen, share), atol=1e-8
    )
    assert not factors.hidden_covariance(np.ones((6, 6), bool), share).any()


@pytest.mark.parametrize("n_features", [6, pytest.param(80, marks=pytest.mark.slow)])
def test_the_covariance_is_found_again(n_features):
    _, covariance = covariance_of(n_features)
    z = RNG.multivariate_normal(np.zeros(n_features), covariance, 3000)
    z /= np.sqrt(np.diag(covariance))
    correlation = covariance / np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    seen = RNG.uniform(size=z.shape) < 0.7
    share, hide = np.full(len(z), 1 / len(z)), seen & (RNG.uniform(size=z.shape) < 0.1)
    known = np.where(seen, z, 0)
    if n_features < 64:
        found = fit_gaussian(known, seen, share, hide).covariance
    else:
        factors = fit_factors(known, seen, share, hide, RNG)
        found = factors.loadings @ factors.loadings.T + np.diag(factors.noise)
    assert np.abs(found - correlation).max() < 0.12


def incomplete(n_rows, n_features, unit=1.0):
    _, covariance = covariance_of(n_features)
    X = RNG.multivariate_normal(np.full(n_features, 3.0), covariance, n_rows) * unit
    gaps = RNG.uniform(size=X.shape) < 0.3
    return np.where(gaps, np.nan, X), X, gaps


@pytest.mark.parametrize("unit", [1e-150, 1.0, 1e150])
@pytest.mark.parametrize("n_features", [5, 70])
def test_filling_is_better_than_means_and_within_what_was_seen(n_features, unit):
    X, truth, gaps = incomplete(400, n_features, unit)
    filling = fit_filling(Rows(X, np.ones(400)), RNG)
    found = filling.fill(X)
    assert_array_equal(found[~gaps], truth[~gaps])
    means = np.broadcast_to(np.nanmean(X, axis=0), X.shape)
    error, of_means = (np.mean(((rows - truth)[gaps] / unit) ** 2) for rows in (found, means))
    assert error < 0.7 * of_means
    assert (found >= np.nanmin(X, axis=0)).all()
    assert (found <= np.nanmax(X, axis=0)).all()


def test_columns_without_a_value_and_columns_that_do_not_vary():
    X = np.column_stack([np.full(20, np.nan), np.full(20, 7.0), np.arange(20.0), np.arange(20.0)])
    X[3] = np.nan
    X[4, 3] = np.nan
    found = fit_filling(Rows(X, np.ones(20)), RNG).fill(X)
    assert_array_equal(found[:, 0], 0.0)
    assert_array_equal(found[:, 1], 7.0)
    assert found[4, 3] == pytest.approx(4.0, abs=1.0)
    assert found[3, 2] == pytest.approx(np.nanmean(X[:, 2]), abs=1.0)


def test_sparse_zeros_stay_zeros():
    X = np.where(RNG.uniform(size=(60, 8)) < 0.6, 0.0, RNG.standard_normal((60, 8)))
    X[::5, 3], X[::7, 1] = np.nan, np.nan
    weight, filling = np.ones(60), fit_filling(Rows(X, np.ones(60)), RNG)
    sparse, dense = filled(Rows(csr_array(X), weight), filling), filled(Rows(X, weight), filling)
    assert sparse.X.nnz == csr_array(X).nnz
    assert_allclose(sparse.X.toarray(), dense.X)
    every = np.arange(60)
    assert_array_equal(sparse.seen(every), dense.seen(every))
    assert_array_equal(dense.seen(every), ~np.isnan(X))
    assert np.isnan(X).any()  # the caller's rows keep their gaps


def test_rows_without_gaps_are_the_same_object():
    rows = Rows(np.ones((3, 2)), np.ones(3))
    filling = filling_of_path(np.zeros(2), 1.0, np.zeros((1, 2)))
    assert filled(rows, filling) is rows
    assert filling.fill(rows.X) is rows.X


def test_probabilistic_pca_of_a_path():
    path = np.array([[0.9, 0.9, 0.0], [0.0, 0.3, 1.0]])
    filling = filling_of_path(np.array([1.0, 2, 3]), 2.0, path)
    noise = 1 - (path**2).sum() / 3
    row = np.array([4.0, np.nan, 1.0])
    mean, _ = conditional(
        np.zeros(3), path.T @ path + noise * np.eye(3), (row - [1, 2, 3]) / 2, ~np.isnan(row)
    )
    assert filling.fill(row[None])[0, 1] == pytest.approx(2 * mean[0] + 2)


@pytest.mark.parametrize("X", [np.arange(6).reshape(3, 2), np.full((2, 2), 1e308), np.eye(2)])
def test_no_gaps(X):
    assert not has_gaps(X)
    assert not has_gaps(csr_array(X))


def test_the_spread_of_what_is_seen():
    X, _, _ = incomplete(200, 4)
    centered = X - np.nanmean(X, axis=0)
    assert spread_of_seen(Rows(X, np.ones(200))) == pytest.approx(
        np.sqrt(np.nansum(centered**2) / X.size)
    )
