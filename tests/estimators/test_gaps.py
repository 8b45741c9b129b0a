"""Rows with gaps (NaN), as a user gives them."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.utils import get_tags

from skautoencoder import AutoencoderSearchCV, RBMTransformer
from skautoencoder.losses import LOSSES, MixedLoss
from skautoencoder.objectives import Variational
from tests.conftest import curved, quick, quick_convolutional
from tests.helpers import KINDS

WHOLE = curved(150)
GAPS = np.random.RandomState(3).uniform(size=WHOLE.shape) < 0.2
GAPS[7] = True  # a row of which nothing is there
X = np.where(GAPS, np.nan, WHOLE)


@pytest.mark.parametrize("make", [quick, quick_convolutional])
@pytest.mark.parametrize("init", ["pca", "glorot"])
def test_gaps_in_and_none_out(make, init):
    ours = make(2, init=init).fit(X, X_val=X[:30])
    codes = ours.transform(X)
    rebuilt = ours.inverse_transform(codes)
    for found in (codes, rebuilt, ours.score_samples(X), ours.score(X), ours.loss_curve_):
        assert np.isfinite(found).all()
    assert get_tags(ours).input_tags.allow_nan
    assert not get_tags(RBMTransformer()).input_tags.allow_nan


@pytest.mark.parametrize("kind", KINDS)
def test_every_objective(kind):
    ours = quick(2, objective=KINDS[kind], max_iter=2).fit(X)
    assert np.isfinite(ours.inverse_transform(ours.transform(X))).all()


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss(loss):
    rows = MinMaxScaler().fit_transform(X)
    ours = quick(2, loss=loss).fit(rows)
    assert np.isfinite(ours.inverse_transform(ours.transform(rows))).all()
    assert np.isfinite(ours.loss_curve_).all()


@pytest.mark.slow
def test_a_mixed_loss_with_gaps_in_its_blocks():
    rng = np.random.RandomState(0)
    rows = np.hstack([WHOLE, np.eye(3)[rng.randint(0, 3, 150)], rng.randint(0, 2, (150, 1))])
    rows[::4, 5:8], rows[::5, 8], rows[::6, 0] = np.nan, np.nan, np.nan
    ours = quick(2, loss=MixedLoss(categorical=((5, 6, 7),), binary=(8,))).fit(rows)
    rebuilt = ours.inverse_transform(ours.transform(rows))
    assert_allclose(rebuilt[:, 5:8].sum(axis=1), 1, rtol=1e-5)


def test_a_complete_rows_code_does_not_depend_on_other_rows():
    ours = quick(2).fit(X)
    assert_array_equal(ours.transform(np.vstack([WHOLE[:5], X]))[:5], ours.transform(WHOLE[:5]))


def test_what_is_missing_does_not_count():
    """Whatever a hidden cell would have held, fit and scores are the same."""
    ours = quick(2).fit(X)
    rebuilt = ours.inverse_transform(ours.transform(X))
    errors = np.where(GAPS, 0, X - rebuilt) ** 2
    assert_allclose(
        -ours.score_samples(X), errors.sum(1) * 5 / np.maximum(5 - GAPS.sum(1), 1), rtol=1e-5
    )
    centered = X - np.nanmean(X, axis=0)
    assert ours.score(X) == pytest.approx(1 - errors.sum() / np.nansum(centered**2), abs=1e-6)


def test_the_start_is_the_pca_of_incomplete_data():
    """Nearer to PCA of the complete rows than PCA of rows filled with means is."""
    rng = np.random.RandomState(0)
    whole = rng.standard_normal((400, 2)) @ rng.standard_normal((2, 10))
    whole += 0.3 * rng.standard_normal(whole.shape)
    rows = np.where(rng.uniform(size=whole.shape) < 0.3, np.nan, whole)
    ours = quick(2, max_iter=1, learning_rate=1e-12).fit(rows)

    def error(rebuilt):
        return np.mean((rebuilt - whole) ** 2)

    best = PCA(2).fit(whole)
    by_means = PCA(2).fit(np.where(np.isnan(rows), np.nanmean(rows, axis=0), rows))
    of_best, of_means = (error(p.inverse_transform(p.transform(whole))) for p in (best, by_means))
    found = error(ours.inverse_transform(ours.transform(whole)))
    assert found < 1.02 * of_best < of_means
    assert ours.scale_ == pytest.approx(np.sqrt(whole.var(axis=0).mean()), rel=0.05)


def test_a_code_of_an_incomplete_row_is_nearer_than_with_means():
    for ours in (quick(2, max_iter=30).fit(X), quick(2, max_iter=30).fit(WHOLE)):
        there = ours.transform(WHOLE)
        by_means = ours.transform(np.where(GAPS, np.nanmean(X, axis=0), X))
        assert np.abs(ours.transform(X) - there).mean() < 0.9 * np.abs(by_means - there).mean()


def test_training_is_never_worse_than_its_start_on_what_is_seen():
    held_out = np.where(np.random.RandomState(5).uniform(size=(80, 5)) < 0.2, np.nan, curved(80, 4))
    ours = quick(1, max_iter=60, learning_rate=1e-2).fit(X, X_val=held_out)
    start = quick(1, max_iter=1, learning_rate=1e-12).fit(X)
    assert ours.score(held_out) > start.score(held_out)
    assert ours.best_loss_ < ours.validation_loss_curve_[0]


@pytest.mark.parametrize("unit", [1e-200, 1e200])
def test_any_unit(unit):
    ours, twin = quick(2).fit(X * unit), quick(2).fit(X)
    assert ours.score(X * unit) == pytest.approx(twin.score(X), abs=1e-4)


def test_a_column_that_no_row_has_is_told_and_is_zero():
    rows = X.copy()
    rows[:, 2] = np.nan
    with pytest.warns(UserWarning, match="Column 2: no row has a value there"):
        ours = quick(2).fit(rows)
    assert_allclose(ours.inverse_transform(ours.transform(rows))[:, 2], 0, atol=1e-5)
    with pytest.warns(UserWarning, match="'c': no row"):
        quick(2).partial_fit(pd.DataFrame(rows, columns=list("abcde")))


def test_chunks_with_gaps_and_without():
    ours = quick(2).partial_fit(X)
    assert ours.partial_fit(WHOLE).partial_fit(X[:50]).n_iter_ == 3
    late = quick(2).partial_fit(WHOLE).partial_fit(X)
    for fitted in (ours, late):
        assert np.isfinite(fitted.transform(X)).all()


def test_going_on_from_a_fit():
    ours = quick(2, warm_start=True).fit(X)
    before = ours.transform(X[:9])
    filling = ours._filling
    assert ours.fit(WHOLE)._filling is filling
    assert ours.set_params(warm_start=False).fit(WHOLE)._filling is None
    assert before.shape == ours.transform(X[:9]).shape


def test_complete_rows_are_fitted_to_the_same_bits_whatever_came_before():
    fresh, used = quick(2).fit(WHOLE), quick(2).fit(X).fit(WHOLE)
    assert_array_equal(fresh.transform(WHOLE), used.transform(WHOLE))


def test_sparse_rows_frames_and_files():
    ours = quick(2).fit(X)
    for rows in (csr_array(X), pd.DataFrame(X), X.astype(np.float32)):
        twin = quick(2).fit(rows)
        assert_allclose(twin.transform(rows), ours.transform(X), atol=2e-3)
    again = pickle.loads(pickle.dumps(ours))
    assert_array_equal(again.transform(X), ours.transform(X))


def test_copies_of_incomplete_rows_are_one_group():
    rows = np.repeat(X[:15], 10, axis=0)
    rows[np.isnan(rows)] *= np.where(np.arange(np.isnan(rows).sum()) % 2, 1, -1)  # NaN of two signs
    ours = quick(1, max_iter=40, learning_rate=1e-2).fit(rows)
    start = quick(1, max_iter=1, learning_rate=1e-12).fit(rows)
    held_out = curved(100, seed=9)
    assert ours.score(held_out) >= start.score(held_out) - 0.05


def test_callbacks_get_checked_rows_with_their_gaps(monkeypatch):
    from skautoencoder._estimators._reporting import FitReporter

    seen, begin = [], FitReporter.begin
    monkeypatch.setattr(
        FitReporter, "begin", lambda self: (seen.append(self._hook_arguments["X"]), begin(self))
    )
    quick(2, max_iter=1).fit(X.tolist())
    assert_array_equal(seen[0], X)
    assert isinstance(seen[0], np.ndarray)


@pytest.mark.slow
def test_pipelines_and_searches():
    grid = {"n_components": [1, 2]}
    ours = AutoencoderSearchCV(quick(2, max_iter=3), grid, cv=3).fit(X)
    theirs = GridSearchCV(quick(2, max_iter=3), grid, cv=3).fit(X)
    assert_allclose(
        ours.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"], atol=0.02
    )
    assert make_pipeline(StandardScaler(), quick(2)).fit_transform(X).shape == (150, 2)


def test_likelihood_of_what_is_seen():
    ours = quick(2, objective=Variational(), max_iter=20).fit(X)
    found = ours.log_likelihood(X, n_draws=20, random_state=0)
    assert np.isfinite(found).all()
    assert found[7] == pytest.approx(0, abs=0.2)  # nothing is there to be unlikely
