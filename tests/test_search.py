"""AutoencoderSearchCV: GridSearchCV's results, batched or not, and losers that leave early."""

from __future__ import annotations

import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from joblib.parallel import ThreadingBackend
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.callback import ProgressBar
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, ShuffleSplit
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from skautoencoder import AutoencoderSearchCV, AutoencoderTransformer, RBMTransformer
from skautoencoder._search import _race, _rendezvous
from skautoencoder._search._halving import Halving
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_grid_over_architectures_is_batched_in_groups():
    grid = {"hidden_layer_sizes": [(5,), (6, 4)], "learning_rate": [1e-3, 1e-2], "tol": [0.0, 0.5]}
    theirs, ours = both(quick(), grid, curved(120), batch=True)
    assert_allclose(ours.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"],
                    atol=2e-4)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("faster", [False, True])
def test_what_is_faster_is_measured_and_then_done(monkeypatch, faster):
    monkeypatch.setattr(_rendezvous, "_RACE_AFTER", 0.0)
    monkeypatch.setattr(_race.Race, "_WORTHWHILE", np.inf if faster else 0.0)
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


class Elsewhere(ThreadingBackend):
    """A backend that is none of joblib's own, as of dask or ray: tests/engines."""


def test_workers_that_stay_idle_are_told_of():
    joblib.register_parallel_backend("elsewhere", Elsewhere)
    search = AutoencoderSearchCV(quick(), {"weight_decay": [0.0]}, cv=2)
    with joblib.parallel_config("elsewhere"), pytest.warns(UserWarning, match="Elsewhere idle"):
        search.fit(curved(60))
    with joblib.parallel_config("threading", n_jobs=2):
        search.fit(curved(60))  # and of joblib's own there is nothing to tell


def test_a_refit_that_uses_joblib_itself_is_left_alone():
    X, y = load_iris(return_X_y=True)
    pipeline = make_pipeline(quick(), RandomForestClassifier(4, n_jobs=2, random_state=0))
    theirs, ours = both(pipeline, {"autoencodertransformer__n_components": [1, 2]}, X, y)
    assert_allclose(ours.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"])


def test_the_best_estimator_is_an_ordinary_one():
    search = AutoencoderSearchCV(quick(), GRID, cv=2, halving_factor=2).fit(curved(120))
    best = pickle.loads(pickle.dumps(search)).best_estimator_
    assert vars(best).keys() == vars(quick().fit(curved(60))).keys()
    theirs = GridSearchCV(quick(), {"max_iter": [1]}, cv=2).fit(curved(60))
    own = {"halving_factor", "batch", "n_epochs_", "batched_"}
    assert vars(search).keys() - vars(theirs).keys() == own
    assert best.n_iter_ == best.max_iter


STEPS = [quick(1), PCA(2), "passthrough", RBMTransformer(2, n_iter=1, random_state=0), quick(2)]


@pytest.mark.slow
@pytest.mark.parametrize("settings", [{}, {"batch": True}, {"halving_factor": 2}])
@pytest.mark.parametrize(
    ("estimator", "grid"),
    [
        (make_pipeline(MinMaxScaler(), quick(), LogisticRegression()),
         {"autoencodertransformer": STEPS}),
        (make_pipeline(MinMaxScaler(), PCA(), LogisticRegression()),
         [{"pca": STEPS}, {"pca": [PCA()], "pca__n_components": [1, 2]}]),
        (Pipeline([("only", quick(1))]), {"only": [PCA(1), quick(2)]}),
        (make_union(quick(1), PCA(2)), {"autoencodertransformer": [quick(2), "drop"]}),
    ],
    ids=["step", "no autoencoder but in the grid", "last step", "union"],
)  # fmt: skip
def test_steps_are_candidates_themselves(estimator, grid, settings):
    X, y = load_iris(return_X_y=True)
    scoring = None
    if not hasattr(estimator, "score"):
        scoring = lambda fitted, X, y: float(np.abs(fitted.transform(X)).mean())  # noqa: E731
    theirs, ours = both(estimator, grid, X, y, scoring=scoring, **settings)
    if "halving_factor" not in settings:
        for name in SCORES:
            assert_allclose(ours.cv_results_[name], theirs.cv_results_[name], atol=1e-5)
        assert ours.best_index_ == theirs.best_index_
    trains = [any(isinstance(v, AutoencoderTransformer) for v in params.values())
              for params in ours.cv_results_["params"]]  # fmt: skip
    assert_array_equal((ours.n_epochs_ > 0).all(axis=1), trains)


@pytest.mark.slow
@pytest.mark.parametrize("settings", [{}, {"halving_factor": 2}])
def test_several_autoencoders_and_caches_in_a_pipeline(settings, tmp_path):
    X, y = load_iris(return_X_y=True)
    pipeline = Pipeline(
        [("first", quick(3)), ("second", quick(2, max_iter=8)), ("last", LogisticRegression())],
        memory=str(tmp_path),
    )
    grid = {"second__learning_rate": [1e-3, 1e-2, 2e-2], "last__C": [1.0, 2.0]}
    theirs, ours = both(pipeline, grid, X, y, **settings)
    winner = ours.best_index_
    assert_allclose(ours.cv_results_["mean_test_score"][winner],
                    theirs.cv_results_["mean_test_score"][winner], atol=1e-5)  # fmt: skip
    assert ours.best_estimator_["second"].n_iter_ == 8


@pytest.mark.slow
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


def test_who_has_nothing_to_train_or_equals_another_is_not_dropped():
    halving = Halving(n_candidates=4, n_splits=1, factor=2)
    for number, loss in enumerate([3.0, 1.0, 3.0]):  # the last candidate is PCA, say
        halving.begin(number)
        halving.note(number, loss)
    assert not any(halving.who_stops([0, 1, 2]).values())
    halving.note(2, 2.5)
    assert halving.who_stops([0, 1, 2]) == {0: True, 1: False, 2: False}
    assert halving.rungs.tolist() == [2, 0, 0, 0]
    halving.begin(1)  # it trains something else, whose loss is of another kind
    halving.note(1, 9.0)
    assert halving.who_stops([1, 2]) == {1: True, 2: False}


REFITS = {
    "best": True,
    "callable": lambda results: int(np.argmax(results["mean_test_score"])),
    "fastest": lambda results: int(np.argmin(results["mean_fit_time"])),
}


@pytest.mark.slow
@pytest.mark.parametrize("refit", REFITS)
@pytest.mark.parametrize("factor", [2, 3])
def test_only_candidates_trained_to_the_end_can_win(refit, factor):
    # The sooner a fit stops, the better it scores.
    def score(estimator, X, y=None):
        return -estimator.n_iter_ - estimator.learning_rate

    grid = {"learning_rate": [1e-6, 1e-5, 1e-4, 1e-3, 1e-2]}
    estimator = quick(max_iter=9, n_iter_no_change=100)
    search = AutoencoderSearchCV(
        estimator, grid, scoring=score, refit=REFITS[refit], cv=2, halving_factor=factor
    ).fit(curved(120))
    n_epochs = search.n_epochs_[:, 0]
    rank = search.cv_results_["rank_test_score"]
    assert search.best_estimator_.n_iter_ == 9
    assert n_epochs[search.best_index_] == 9
    assert search.best_params_ == search.cv_results_["params"][search.best_index_]
    assert rank.argmin() == search.best_index_ or refit == "fastest"
    assert (np.diff(n_epochs[np.argsort(rank, kind="stable")]) <= 0).all()
    assert sorted(rank) == [1, 2, 3, 4, 5]


def test_ranks_of_each_metric_put_dropped_candidates_behind():
    scoring = {"few": lambda e, X, y=None: -e.n_iter_, "many": lambda e, X, y=None: e.n_iter_}
    grid = {"learning_rate": [1e-6, 1e-4, 1e-2]}
    search = AutoencoderSearchCV(
        quick(max_iter=9), grid, scoring=scoring, refit="few", cv=2, halving_factor=3
    ).fit(curved(120))
    assert search.n_epochs_[search.best_index_, 0] == 9
    for name in scoring:
        assert search.cv_results_[f"rank_test_{name}"].argmin() == search.best_index_


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("factor", [None, 2])
@pytest.mark.slow
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
@pytest.mark.slow
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

    monkeypatch.setattr(_rendezvous, "train_blocks", fail)
    search = AutoencoderSearchCV(quick(), GRID, cv=2, batch=True, error_score="raise")
    with pytest.raises(MemoryError, match="too many lanes"):
        search.fit(curved(60))


@pytest.mark.slow
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


@pytest.mark.parametrize(
    "settings",
    [
        {"n_jobs": 1.5}, {"n_jobs": "2"}, {"batch": "yes"}, {"batch": 2}, {"halving_factor": 1},
        {"halving_factor": 2.5}, {"halving_factor": "3"}, {"cv": "many"}, {"refit": 0.5},
        {"error_score": "nan"}, {"verbose": -1},
    ],
    ids=str,
)  # fmt: skip
def test_a_bad_parameter_is_named(settings):
    (name,) = settings
    search = AutoencoderSearchCV(quick(), GRID, **settings)
    with pytest.raises(ValueError, match=f"The '{name}' parameter of AutoencoderSearchCV must"):
        search.fit(curved(60))
    assert not hasattr(search, "best_index_")


def test_a_search_without_an_autoencoder_is_refused():
    with pytest.raises(ValueError, match="Got PCA"):
        AutoencoderSearchCV(PCA(), {"n_components": [1]}).fit(curved(60))


@pytest.mark.parametrize(
    "X",
    [
        np.empty((0, 4)), [], [[1, 2], [3]], [[1, 2], [3]] * 5, [[1.0, [2]]] * 10, None, 5,
        "ab", {"a": [1, 2]}, [["a"]] * 10, np.ones((10, 2, 2)), np.full((10, 2), np.nan),
    ],
    ids=lambda X: repr(X)[:30].replace("\n", ""),
)  # fmt: skip
@pytest.mark.parametrize("factor", [None, 2])
def test_bad_data_get_the_error_of_grid_search(X, factor):
    errors = []
    for search in (
        GridSearchCV(quick(), GRID, cv=2),
        AutoencoderSearchCV(quick(), GRID, cv=2, halving_factor=factor),
    ):
        with pytest.raises((ValueError, TypeError)) as caught:
            search.fit(X)
        errors.append((caught.type, str(caught.value).split("Below are more details")[0]))
    assert errors[0] == errors[1]


@pytest.mark.parametrize("kind", [list, pd.DataFrame, csr_array, np.float32])
def test_data_of_any_kind(kind):
    X = kind(curved(60))
    theirs, ours = both(quick(), {"n_components": [1, 2]}, X)
    assert_allclose(ours.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"],
                    atol=1e-6)  # fmt: skip


@pytest.mark.slow
def test_rows_of_text():
    texts = ["red green", "green blue", "blue red red", "green"] * 15
    pipeline = make_pipeline(CountVectorizer(), quick(1))
    theirs, ours = both(pipeline, {"autoencodertransformer__max_iter": [2, 3]}, texts)
    assert ours.best_params_ == theirs.best_params_


def test_callbacks_see_the_search_itself(capsys):
    seen = []

    class Recorder:
        def setup(self, estimator, context):
            seen.append((estimator, context.estimator_name))

        def on_fit_task_begin(self, estimator, context):
            seen.append((estimator, context.estimator_name))

        def on_fit_task_end(self, estimator, context):
            pass

        def teardown(self, estimator, context):
            seen.append((estimator, context.estimator_name))

    search = AutoencoderSearchCV(quick(), GRID, cv=2, halving_factor=2)
    search.set_callbacks(Recorder(), ProgressBar()).fit(curved(60))
    assert {name for _, name in seen} == {"AutoencoderSearchCV"}
    assert all(estimator is search for estimator, _ in seen)
    shown = capsys.readouterr().out
    assert "AutoencoderSearchCV" in shown
    assert "GridSearchCV" not in shown


@pytest.mark.parametrize("pre_dispatch", ["all", 1, "n_jobs"])
def test_pre_dispatch_holds_nobody_up(pre_dispatch):
    grid = {"learning_rate": [1e-3, 1e-2, 2e-2]}
    search = AutoencoderSearchCV(quick(), grid, cv=2, halving_factor=3, pre_dispatch=pre_dispatch)
    assert search.fit(curved(60)).n_epochs_.shape == (3, 2)


def test_parameters_are_kept_and_cloned():
    search = AutoencoderSearchCV(
        AutoencoderTransformer(), GRID, halving_factor=3, batch=True, n_jobs=2, verbose=0
    )
    assert clone(search).get_params()["halving_factor"] == 3
    assert repr(search).startswith("AutoencoderSearchCV(batch=True")
