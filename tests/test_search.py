"""AutoencoderSearchCV: GridSearchCV's results, batched or not, and losers that leave early."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, ShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skautoencoder import AutoencoderSearchCV, AutoencoderTransformer
from skautoencoder.training import Halving, _lockstep
from tests.conftest import curved, quick

GRID = {"learning_rate": [1e-4, 1e-2], "weight_decay": [0.0, 0.1]}
SCORES = ("mean_test_score", "std_test_score", "split0_test_score", "split1_test_score")


def both(estimator, grid, X, y=None, **settings):
    """A grid search and ours, over the same."""
    ours = {name: settings.pop(name) for name in ("batch", "halving_factor") if name in settings}
    return (
        GridSearchCV(estimator, grid, cv=2, **settings).fit(X, y),
        AutoencoderSearchCV(estimator, grid, cv=2, **settings, **ours).fit(X, y),
    )


@pytest.mark.parametrize("batch", [None, False, True])
@pytest.mark.parametrize("n_jobs", [None, 2])
def test_results_are_those_of_grid_search(batch, n_jobs):
    X = curved(120)
    theirs, ours = both(quick(), GRID, X, batch=batch, n_jobs=n_jobs, return_train_score=True)
    assert set(ours.cv_results_) == set(theirs.cv_results_)
    assert ours.cv_results_["params"] == theirs.cv_results_["params"]
    for name in (*SCORES, "mean_train_score"):
        assert_allclose(ours.cv_results_[name], theirs.cv_results_[name], atol=2e-4)
    assert ours.best_params_ == theirs.best_params_
    assert ours.n_epochs_.shape == (4, 2)
    assert ours.n_epochs_.min() > 0
    assert ours.batched_ == bool(batch)
    assert_allclose(ours.transform(X), theirs.transform(X), atol=1e-5)
    assert vars(ours).keys() >= {name for name in vars(theirs) if name.endswith("_")}


def test_a_grid_over_architectures_is_batched_in_groups():
    grid = {"hidden_layer_sizes": [(5,), (6, 4)], "learning_rate": [1e-3, 1e-2], "tol": [0.0, 0.5]}
    theirs, ours = both(quick(), grid, curved(120), batch=True)
    assert_allclose(ours.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"],
                    atol=2e-4)  # fmt: skip


@pytest.mark.parametrize("faster", [False, True])
def test_what_is_faster_is_measured_and_then_done(monkeypatch, faster):
    monkeypatch.setattr(_lockstep, "_RACE_AFTER", 0.0)
    monkeypatch.setattr(_lockstep._Race, "_WORTHWHILE", np.inf if faster else 0.0)
    theirs, ours = both(quick(max_iter=12), GRID, curved(120))
    assert ours.batched_ is faster
    assert_allclose(ours.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"],
                    atol=2e-4)  # fmt: skip


def test_in_a_pipeline_before_a_classifier_and_at_the_end():
    X, y = load_iris(return_X_y=True)
    grid = {"autoencodertransformer__n_components": [1, 2], "standardscaler__with_std": [True]}
    for last in ([], [LogisticRegression()]):
        pipeline = make_pipeline(StandardScaler(), quick(), *last)
        theirs, ours = both(pipeline, grid, X, y)
        for name in SCORES:
            assert_allclose(ours.cv_results_[name], theirs.cv_results_[name], atol=1e-6)
        assert ours.score(X, y) == pytest.approx(theirs.score(X, y), abs=1e-6)


def test_a_refit_that_uses_joblib_itself_is_left_alone():
    X, y = load_iris(return_X_y=True)
    pipeline = make_pipeline(quick(), RandomForestClassifier(4, n_jobs=2, random_state=0))
    theirs, ours = both(pipeline, {"autoencodertransformer__n_components": [1, 2]}, X, y)
    assert_allclose(ours.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"])


def test_the_best_estimator_is_an_ordinary_one():
    search = AutoencoderSearchCV(quick(), GRID, cv=2, halving_factor=2).fit(curved(120))
    best = pickle.loads(pickle.dumps(search)).best_estimator_
    assert "_alongside" not in vars(best)
    assert "_alongside" not in vars(search.estimator)
    assert "_alongside" not in vars(clone(best).fit(curved(60)))
    assert best.n_iter_ == best.max_iter


def test_losers_leave_early_and_the_winner_is_trained_to_its_end():
    estimator = quick(max_iter=27, n_iter_no_change=100)
    grid = {"learning_rate": [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 5e-3, 1e-2, 2e-2]}
    theirs, ours = both(estimator, grid, curved(200), halving_factor=3)
    epochs = ours.n_epochs_
    assert (epochs == epochs[:, :1]).all()
    assert sorted(epochs[:, 0]) == [1] * 6 + [3] * 2 + [27]
    assert epochs[ours.best_index_, 0] == 27
    assert set(ours.cv_results_) == set(theirs.cv_results_)
    i = ours.best_index_
    assert_allclose(
        ours.cv_results_["mean_test_score"][i], theirs.cv_results_["mean_test_score"][i], atol=1e-6
    )


def test_halving_keeps_the_best_of_each_rung():
    halving = Halving(n_candidates=5, n_splits=2, factor=2)
    for number, loss in enumerate([5, 5, 1, 1, 4, 4, 2, 3, 3, 3]):
        halving.note(number, loss)
        halving.note(number, loss + 1)  # later, worse: the best so far counts
    assert [epoch for epoch in range(1, 33) if halving.at_rung(epoch, 32)] == [4, 8]
    stops = halving.who_stops(range(10))
    assert [number for number, stop in stops.items() if stop] == [0, 1, 4, 5]
    assert halving.who_stops([2, 3, 6, 7, 8, 9]) == {
        2: False, 3: False, 6: False, 7: False, 8: True, 9: True,
    }  # fmt: skip
    assert halving.who_stops([2, 3, 6, 7])[6] is True


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("factor", [None, 2])
def test_candidates_that_fail_or_finish_early_hold_nobody_up(batch, factor):
    grid = {"learning_rate": [1e-2, 1e-3, -1.0], "max_iter": [2, 9], "random_state": [0]}
    search = AutoencoderSearchCV(quick(), grid, cv=2, batch=batch, halving_factor=factor, n_jobs=2)
    with pytest.warns(match="fits failed|non-finite"):
        search.fit(curved(120))
    failed = np.isnan(search.cv_results_["mean_test_score"])
    assert failed.sum() == 2
    assert search.best_params_["learning_rate"] > 0
    with pytest.raises(ValueError, match="learning_rate"):
        clone(search).set_params(error_score="raise").fit(curved(120))


@pytest.mark.parametrize("batch", [False, True])
def test_no_fit_goes_on_when_a_search_has_failed(batch):
    at_work = set()

    class Watched(AutoencoderTransformer):
        def fit(self, X, y=None):
            at_work.add(self)
            try:
                return super().fit(X, y)
            finally:
                at_work.remove(self)

    estimator = Watched(hidden_layer_sizes=(8,), max_iter=500, early_stopping=False)
    grid = {"learning_rate": [1e-3, 1e-3, -1.0]}
    search = AutoencoderSearchCV(estimator, grid, cv=2, batch=batch, n_jobs=2, error_score="raise")
    with pytest.raises(ValueError, match="learning_rate"):
        search.fit(curved(120))
    assert not at_work


def test_an_error_in_the_program_ends_the_search(monkeypatch):
    def fail(arguments):
        raise MemoryError("too many lanes")

    monkeypatch.setattr(_lockstep, "train_blocks", fail)
    search = AutoencoderSearchCV(quick(), GRID, cv=2, batch=True, error_score="raise")
    with pytest.raises(MemoryError, match="too many lanes"):
        search.fit(curved(60))


def test_multiple_metrics_splitters_and_one_candidate():
    X, y = load_iris(return_X_y=True)
    pipeline = make_pipeline(quick(), LogisticRegression())
    settings = {"scoring": ["accuracy", "neg_log_loss"], "refit": "neg_log_loss"}
    grid = [{"autoencodertransformer__n_components": [1]}, {"logisticregression__C": [0.1, 1.0]}]
    cv = list(ShuffleSplit(2, random_state=0).split(X))
    theirs = GridSearchCV(pipeline, grid, cv=iter(cv), **settings).fit(X, y)
    ours = AutoencoderSearchCV(pipeline, grid, cv=iter(cv), **settings).fit(X, y)
    assert_allclose(ours.best_score_, theirs.best_score_)
    one = AutoencoderSearchCV(quick(), {"max_iter": [3]}, cv=cv[:1], refit=False).fit(X)
    assert one.n_epochs_.tolist() == [[3]]


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="Got PCA"):
        AutoencoderSearchCV(PCA(), {"n_components": [1]}).fit(curved(60))
    with pytest.raises(ValueError, match="halving_factor == 1"):
        AutoencoderSearchCV(quick(), GRID, halving_factor=1).fit(curved(60))
    with pytest.raises(TypeError, match="halving_factor"):
        AutoencoderSearchCV(quick(), GRID, halving_factor=2.5).fit(curved(60))


def test_parameters_are_kept_and_cloned():
    search = AutoencoderSearchCV(
        AutoencoderTransformer(), GRID, halving_factor=3, batch=True, n_jobs=2, verbose=0
    )
    assert clone(search).get_params()["halving_factor"] == 3
    assert repr(search).startswith("AutoencoderSearchCV(batch=True")
