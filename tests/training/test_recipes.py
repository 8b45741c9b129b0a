"""Users' own optimizers: given as factories they are copied, pickled, cached, and compiled once."""

from __future__ import annotations

import copy
import gc
import pickle
from dataclasses import dataclass
from functools import partial

import jax
import joblib
import numpy as np
import optax
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skautoencoder import AutoencoderSearchCV
from skautoencoder._training import _gradient, _programs
from tests.conftest import curved, quick, quick_convolutional
from tests.training.test_compilation import compilations


def chained():
    return optax.chain(optax.clip_by_global_norm(1.0), optax.adam(1e-3))


def scaled(rates, names=()):
    return optax.adam(float(rates[0]) + len(names))


class Momentum:
    """A transformation that is a class of its own."""

    def __init__(self):
        self._inner = optax.sgd(1e-2, momentum=0.9)

    def init(self, params):
        return self._inner.init(params)

    def update(self, updates, state, params=None):
        return self._inner.update(updates, state, params)


@dataclass
class Adam:
    rates: list

    def __call__(self):
        return optax.adam(self.rates[0])


FACTORIES = {
    "partial": partial(optax.adam, 1e-3),
    "partial by name": partial(optax.adamw, learning_rate=1e-3, weight_decay=0.1),
    "partial of a partial": partial(partial(optax.adam, b1=0.8), 1e-3),
    "partial with what cannot be hashed": partial(scaled, np.array([1e-3]), names=[]),
    "function": chained,
    "class": Momentum,
    "dataclass": Adam([1e-3]),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FACTORIES)
def test_a_factory_trains_and_is_copied_and_pickled(name, tmp_path):
    X = curved(60)
    ours = quick(optimizer=FACTORIES[name]).fit(X)
    assert ours.loss_curve_[-1] != ours.loss_curve_[0]
    joblib.dump(ours, tmp_path / "ours")
    for other in (
        pickle.loads(pickle.dumps(ours)), joblib.load(tmp_path / "ours"), copy.deepcopy(ours),
    ):  # fmt: skip
        assert_array_equal(other.transform(X), ours.transform(X))
    with compilations() as compiled:
        for other in (clone(ours), pickle.loads(pickle.dumps(quick(optimizer=FACTORIES[name])))):
            assert_array_equal(other.fit(X).transform(X), ours.transform(X))
        ours.partial_fit(X)
    assert compiled == []


@pytest.mark.slow
def test_factories_that_differ_are_programs_that_differ():
    X = curved(60)
    codes = [
        quick(optimizer=optimizer, init="glorot", early_stopping=False).fit(X).transform(X)
        for optimizer in (
            partial(optax.sgd, 1e-3), partial(optax.sgd, 1e-2), partial(optax.sgd, 1e-2, 0.9),
            Adam([1e-3]), Adam([1e-2]), partial(scaled, np.array([1e-4])),
            partial(scaled, np.array([1e-1])),
        )
    ]  # fmt: skip
    for i, some in enumerate(codes):
        assert not any(np.array_equal(some, other) for other in codes[:i])


def test_a_factory_gives_what_its_transformation_gives():
    X = curved(60)
    codes = [
        quick(optimizer=optimizer).fit(X).transform(X)
        for optimizer in (optax.adam(1e-2), partial(optax.adam, 1e-2))
    ]
    assert_array_equal(*codes)


@pytest.mark.parametrize(
    "optimizer", [optax.adam(1e-3), lambda: optax.adam(1e-3), partial(optax.adam, lambda n: 1e-3)],
    ids=["transformation", "lambda", "partial with a lambda"],
)  # fmt: skip
@pytest.mark.parametrize("estimator", [quick, quick_convolutional])
def test_what_cannot_be_pickled_says_what_can(optimizer, estimator):
    ours = estimator(optimizer=optimizer)
    with pytest.raises((pickle.PicklingError, AttributeError), match=r"functools\.partial"):
        pickle.dumps(ours)
    assert copy.deepcopy(ours).optimizer == ours.optimizer
    assert copy.copy(ours).optimizer is optimizer


def fails():
    raise RuntimeError("no such file")


@pytest.mark.parametrize(
    ("optimizer", "message"),
    [
        (optax.adam, "missing 1 required positional argument"),
        (partial(optax.adam, nothing=1), "unexpected keyword argument"),
        (dict, r"returned {}"),
        (lambda: "adam", r"returned 'adam'"),
        (partial(partial, optax.adam, 1e-3), "returned functools.partial"),
        (fails, "raised RuntimeError: no such file"),
    ],
)
def test_a_bad_factory_is_named(optimizer, message):
    for train in (quick(optimizer=optimizer).fit, quick(optimizer=optimizer).partial_fit):
        with pytest.raises(ValueError, match=rf"(?s)'optimizer' parameter must be .*{message}"):
            train(curved(60))


@pytest.mark.parametrize(
    "optimizer", [None, 1, "momentum", [optax.adam(1e-3)]], ids=["None", "int", "name", "list"]
)
def test_what_is_no_optimizer_is_named(optimizer):
    with pytest.raises(ValueError, match="The 'optimizer' parameter of AutoencoderTransformer"):
        quick(optimizer=optimizer).fit(curved(60))


def test_a_cached_pipeline_trains_once(tmp_path):
    X, y = curved(60), np.arange(60) % 2
    pipeline = make_pipeline(
        quick(optimizer=FACTORIES["partial"]), LogisticRegression(), memory=str(tmp_path)
    )
    pipeline.fit(X, y)
    with compilations() as compiled:
        assert_array_equal(clone(pipeline).fit(X, y).predict(X), pipeline.predict(X))
    assert compiled == []
    assert len(list(tmp_path.rglob("output.pkl"))) == 1


@pytest.mark.slow
@pytest.mark.parametrize("batch", [False, True])
def test_searches_over_factories(batch):
    grid = {"optimizer": [partial(optax.adam, rate) for rate in (1e-4, 1e-2)] + ["adam"]}
    theirs = GridSearchCV(quick(), grid, cv=2).fit(curved(60))
    ours = AutoencoderSearchCV(quick(), grid, cv=2, batch=batch, n_jobs=2).fit(curved(60))
    assert ours.best_index_ == theirs.best_index_
    assert pickle.loads(pickle.dumps(ours)).best_params_.keys() == {"optimizer"}


@pytest.mark.slow
def test_processes_get_factories_and_transformations():
    grid = {"optimizer": [partial(optax.adam, 1e-2), optax.adam(1e-2)]}
    search = GridSearchCV(quick(max_iter=2), grid, cv=2, n_jobs=2).fit(curved(60))
    assert np.ptp(search.cv_results_["mean_test_score"]) == 0


def test_only_the_programs_used_last_are_kept(monkeypatch):
    monkeypatch.setattr(_programs, "N_KEPT", 2)
    make = _programs.kept(lambda *kind: object())
    first = make("a", 1)
    assert make("a", 1) is first
    others = [make("a", n) for n in range(2, 5)]
    assert make("a", 4) is others[-1]
    assert make("a", 1) is not first
    assert make.n_kept() == 2


@pytest.mark.slow
def test_programs_that_are_no_longer_kept_are_freed():
    def n_programs():
        gc.collect()
        return len(jax.devices()[0].client.live_executables())

    def forget():
        for cache in (_gradient.training_program, _gradient.evaluation_program):
            cache.forget()

    ours = quick(hidden_layer_sizes=(5,), optimizer=partial(optax.sgd, 0.125))
    forget()  # else new ones take the place of others
    before = n_programs()
    ours.fit(curved(60))
    assert n_programs() >= before + 3  # the optimizer's state, training, judging
    forget()
    assert n_programs() <= before
    assert ours.fit(curved(60)).n_iter_ == 5
