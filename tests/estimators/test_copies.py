"""Copies and pickles of every estimator, in every state it can be in, by every way to make them."""

from __future__ import annotations

import copy
import io
import itertools
import os
import pickle
import signal
import threading
from functools import cache

import joblib
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skautoencoder import (
    AutoencoderDetector,
    AutoencoderImputer,
    AutoencoderSearchCV,
    RBMTransformer,
    TableAutoencoderTransformer,
)
from skautoencoder._training._contrastive_learner import ContrastiveLearner
from skautoencoder._training._gradient_learner import GradientLearner
from tests.conftest import curved, quick, quick_convolutional

try:
    import cloudpickle
except ImportError:  # joblib brings it, and before 1.6 within itself
    from joblib.externals import cloudpickle

X = StandardScaler().fit_transform(curved(60))
ROWS = StandardScaler().fit_transform(curved(200))  # fewer cells, and no network is trained
GAPS = np.where(np.random.RandomState(0).uniform(size=ROWS.shape) < 0.1, np.nan, ROWS)
FRAME = pd.DataFrame({"number": X[:, 0], "word": np.where(X[:, 1] > 0, "up", "down")})
SMALL = {"hidden_layer_sizes": (16,), "max_iter": 3, "random_state": 0}


def search(**settings):
    grid = {"learning_rate": [1e-3, 1e-2]}
    return AutoencoderSearchCV(quick(max_iter=2), grid, cv=2, **settings)


ESTIMATORS = {
    "dense": (quick(), X),
    "gaps": (quick(objective="variational"), GAPS),
    "convolutional": (quick_convolutional(), X),
    "machine": (RBMTransformer(2, visible="gaussian", n_iter=3, random_state=0), X),
    "table": (TableAutoencoderTransformer(1, **SMALL), FRAME),
    "imputer": (AutoencoderImputer(n_networks=1, **SMALL), GAPS),
    "detector": (AutoencoderDetector(quick(max_iter=2), contamination=0.1), X),
    "search": (search(), X),
    "pipeline": (make_pipeline(StandardScaler(), quick()), X),
}
SLOW = {"gaps", "convolutional", "table", "imputer", "detector", "search", "pipeline"}  # to fit


def by_joblib(ours):
    file = io.BytesIO()
    joblib.dump(ours, file)
    file.seek(0)
    return joblib.load(file)


WAYS = {
    "pickle": lambda ours: pickle.loads(pickle.dumps(ours)),
    "oldest pickle": lambda ours: pickle.loads(pickle.dumps(ours, protocol=0)),
    "joblib": by_joblib,
    "cloudpickle": lambda ours: pickle.loads(cloudpickle.dumps(ours)),
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
}


# -- the states


def unfitted(ours, rows):
    return ours


def fitted(ours, rows):
    return ours.fit(rows)


def after_chunks(ours, rows):
    return ours.partial_fit(rows).partial_fit(rows[:30])


def after_a_fit_and_a_chunk(ours, rows):
    return ours.fit(rows).partial_fit(rows[:30])


def warm(ours, rows):
    return ours.set_params(warm_start=True).fit(rows).fit(rows)


def interrupted(ours, rows, epoch=1):
    """After Ctrl-C in an epoch of the first training."""
    usual, trained = signal.signal(signal.SIGINT, signal.default_int_handler), itertools.count()

    def interrupting(train):
        def train_or_interrupt(*arguments, **named):
            if next(trained) == epoch:
                os.kill(os.getpid(), signal.SIGINT)
            return train(*arguments, **named)

        return train_or_interrupt

    with pytest.MonkeyPatch.context() as patched:
        for learner in (GradientLearner, ContrastiveLearner):
            patched.setattr(learner, "epochs", interrupting(learner.epochs))
        with pytest.raises(KeyboardInterrupt):
            ours.fit(rows)
    signal.signal(signal.SIGINT, usual)
    return ours


def interrupted_at_once(ours, rows):
    return interrupted(ours, rows, epoch=0)


STATES = {
    one.__name__: one
    for one in (
        unfitted, fitted, after_chunks, after_a_fit_and_a_chunk, warm, interrupted,
        interrupted_at_once,
    )
}  # fmt: skip


def has_state(name, state):
    ours = ESTIMATORS[name][0]
    if state == "warm":
        return "warm_start" in ours.get_params()
    return "chunk" not in state or (hasattr(ours, "partial_fit") and name != "search")


CASES = [
    pytest.param(name, state, marks=[pytest.mark.slow] * (name in SLOW))
    for name in ESTIMATORS
    for state in STATES
    if has_state(name, state)
]


@cache
def in_state(name, state):
    ours, rows = ESTIMATORS[name]
    return STATES[state](clone(ours), rows)


def seen(ours, rows):
    """What an estimator gives, or the error that it gives instead, and all that it holds."""
    held = sorted({*vars(ours)} - {"_checked_cv_orig"})  # which a search makes anew in each fit
    try:
        codes = ours.transform(rows)
    except Exception as error:
        return type(error).__name__, held
    back = ours.inverse_transform(codes) if hasattr(ours, "inverse_transform") else codes
    scores = ours.score_samples(rows) if hasattr(ours, "score_samples") else back
    return *map(np.asarray, (codes, back, scores)), held


def assert_same(found, expected):
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert_array_equal(one, other)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("name", "state"), CASES)
def test_a_copy_is_what_it_was_copied_from(name, state, way):
    ours, rows = in_state(name, state), ESTIMATORS[name][1]
    twin = WAYS[way](ours)
    assert twin is not ours
    assert repr(twin) == repr(ours)
    assert_same(seen(twin, rows), seen(ours, rows))


@pytest.mark.parametrize(("name", "state"), CASES)
def test_a_copy_goes_on_alone(name, state):
    ours, rows = in_state(name, state), ESTIMATORS[name][1]
    before, twins = seen(ours, rows), [WAYS[way](ours) for way in ("pickle", "deepcopy")]
    chunks = has_state(name, "after_chunks")
    after = [seen(twin.partial_fit(rows) if chunks else twin.fit(rows), rows) for twin in twins]
    assert_same(*after)
    assert_same(seen(ours, rows), before)


# -- while something runs


class Copying:
    """A callback that copies the estimator in every way, at the beginning and end of each task."""

    found: list = []
    lock = threading.Lock()

    def setup(self, estimator, context): ...
    def teardown(self, estimator, context): ...

    def on_fit_task_begin(self, estimator, context):
        self._copy(estimator)

    def on_fit_task_end(self, estimator, context):
        self._copy(estimator)

    def _copy(self, estimator):
        for way in WAYS.values():
            twin = way(estimator)
            assert repr(twin) == repr(estimator)
            with self.lock:
                self.found.append(twin)


@pytest.mark.parametrize("name", ["dense", "machine"])
def test_copies_made_while_a_fit_runs(name, monkeypatch):
    monkeypatch.setattr(Copying, "found", [])
    ours, rows = clone(ESTIMATORS[name][0]).set_callbacks(Copying()), ESTIMATORS[name][1]
    again = [clone(ours).set_callbacks().fit(rows), ours.fit(rows)]
    assert len(Copying.found) >= 6 * len(WAYS)
    again += [twin.set_callbacks().fit(rows) for twin in Copying.found[6:18]]
    for twin in again:
        assert_array_equal(twin.transform(rows), again[0].transform(rows))


class Scoring:
    """A scorer that copies the fitted estimator, and the search that asks, which is running."""

    search = None

    def __repr__(self):
        return "Scoring()"

    def __call__(self, estimator, X, y=None):
        for way in WAYS.values():
            assert_array_equal(way(estimator).transform(X), estimator.transform(X))
            twin = way(self.search)
            assert repr(twin) == repr(self.search)
        return estimator.score(X)


@pytest.mark.slow
@pytest.mark.parametrize("how", [{}, {"batch": True}, {"halving_factor": 2}, {"n_jobs": 2}])
def test_copies_made_while_a_search_runs(how, monkeypatch):
    ours = search(scoring=Scoring(), error_score="raise", **how)
    monkeypatch.setattr(Scoring, "search", ours)
    over, failed = threading.Event(), []

    def copy_on():
        while not over.is_set():
            for way in WAYS.values():
                try:
                    way(ours)
                except BaseException as error:
                    failed.append(error)
                    return

    beside = threading.Thread(target=copy_on)
    beside.start()
    try:
        ours.fit(X)
    finally:
        over.set()
        beside.join()
    assert failed == []
    assert search(**how).fit(X).cv_results_["mean_test_score"] == pytest.approx(
        ours.cv_results_["mean_test_score"]
    )
