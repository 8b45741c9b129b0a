"""Every public estimator, in every state, comes back from its file as it was."""

from __future__ import annotations

import pickle
import re
from dataclasses import dataclass
from functools import partial

import numpy as np
import optax
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from pandas.testing import assert_frame_equal
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skautoencoder import AutoencoderTransformer, load, save
from skautoencoder.losses import SquaredError
from skautoencoder.objectives import Denoising
from tests.conftest import quick
from tests.persistence.models import UNFITTED, X, answers, each_fit, fitted


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def words(estimator):
    """Class and parameters, without addresses in memory."""
    return re.sub(r" at 0x\w+|<function \w+|0x\w+", "", repr(estimator))


def assert_same(found, wanted):
    assert type(found) is type(wanted)
    if isinstance(wanted, pd.DataFrame):
        assert_frame_equal(found, wanted)
    else:
        assert_array_equal(found, wanted, strict=True)


@each_fit
def test_what_is_loaded_answers_as_what_was_saved(name, path):
    estimator, rows = fitted(name)
    save(estimator, path)
    loaded = load(path)
    assert words(loaded) == words(estimator)
    wanted, found = answers(estimator, rows), answers(loaded, rows)
    assert wanted
    assert list(found) == list(wanted)
    for each in wanted:
        assert_same(found[each], wanted[each])


@pytest.mark.parametrize("name", UNFITTED)
def test_parameters_come_back(name, path):
    save(UNFITTED[name], path)
    loaded = load(path)
    assert repr(loaded) == repr(UNFITTED[name])
    for one, value in UNFITTED[name].get_params(deep=False).items():
        assert type(getattr(loaded, one)) is type(value)
    assert not hasattr(loaded, "n_features_in_")


def test_learning_goes_on_as_if_nothing_had_been_saved(path):
    estimator = quick(random_state=0).partial_fit(X)
    save(estimator, path)
    loaded = load(path)
    assert_array_equal(loaded.partial_fit(X).mean_, estimator.partial_fit(X).mean_)
    assert_array_equal(loaded.transform(X), estimator.transform(X))


def test_the_same_estimator_makes_the_same_file(path, tmp_path):
    estimator, _ = fitted("pipeline")
    save(estimator, path)
    save(pickle.loads(pickle.dumps(estimator)), tmp_path / "again.safetensors")
    save(load(path), tmp_path / "third.safetensors")
    files = [each.read_bytes() for each in tmp_path.iterdir()]
    assert files == [files[0]] * 3


@pytest.mark.slow
def test_a_loaded_search_scores_and_can_be_fitted_again(path):
    search, _ = fitted("search")
    save(search, path)
    loaded = load(path)
    assert loaded.score(X) == search.score(X)
    assert list(loaded.cv_results_) == list(search.cv_results_)
    for name, value in search.cv_results_.items():
        assert type(loaded.cv_results_[name]) is type(value)
    assert loaded.fit(X).best_params_ == search.best_params_


class Watching:
    def setup(self, estimator, context):
        pass

    teardown = on_fit_task_begin = on_fit_task_end = setup


def test_callbacks_stay_in_the_session(path):
    save(AutoencoderTransformer().set_callbacks(Watching()), path)
    assert not hasattr(load(path), "_skl_callbacks")


# -- classes and functions of the user's own


class OwnError(SquaredError):
    pass


@dataclass(frozen=True)
class Shrunk(Denoising):
    share: float = 0.5

    def code(self, model, params, x):
        return self.share * super().code(model, params, x)


class Doubled(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        self.factor_ = 2.0
        return self

    def transform(self, X):
        return self.factor_ * X


def made_by_hand():
    return optax.sgd(1e-2)


@pytest.mark.parametrize(
    ("estimator", "classes"),
    [
        (AutoencoderTransformer(loss=OwnError()), [OwnError]),
        (quick(objective=Shrunk(share=0.25), max_iter=1).fit(X), [Shrunk]),
        (AutoencoderTransformer(optimizer=made_by_hand), [made_by_hand]),
        (AutoencoderTransformer(optimizer=partial(optax.adam, b1=0.8)), [optax.adam]),
        (make_pipeline(Doubled().fit(X), AutoencoderTransformer()), [Doubled]),
        (make_pipeline(FunctionTransformer(np.log1p), AutoencoderTransformer()), [np.log1p]),
    ],
    ids=["loss", "objective, fitted", "function", "partial", "estimator", "function of numpy"],
)
def test_what_is_named_is_saved_and_what_is_not_is_refused(estimator, classes, path):
    with pytest.raises(TypeError, match=r"cannot save .*classes=\[\.\.\.\]"):
        save(estimator, path)
    assert not path.exists()
    save(estimator, path, classes=classes)
    assert repr(load(path, classes=classes)) == repr(estimator)
    with pytest.raises(ValueError, match=r"name it in classes=\[\.\.\.\]") as caught:
        load(path)
    assert len(str(caught.value).splitlines()) == 1


class Climbing(Doubled):
    """Has attributes of the names that scikit-learn's searches of neighbors have."""

    def fit(self, X, y=None):
        self._fit_method, self._tree = "kd_tree", np.arange(3)
        return super().fit(X)


def test_what_is_ones_own_is_kept_whatever_it_is_called(path):
    save(Climbing().fit(X), path, classes=[Climbing])
    assert_array_equal(load(path, classes=[Climbing])._tree, np.arange(3))


def test_an_optimizer_of_closures_is_refused_with_what_to_do_instead(path):
    with pytest.raises(TypeError, match=r"at optimizer.*"):
        save(AutoencoderTransformer(optimizer=optax.adam(1e-3)), path)


# -- steps of scikit-learn


def test_a_step_that_holds_more_than_plain_values_is_refused_by_name(path):
    forest = RandomForestClassifier(2).fit(X, X[:, 0] > 0.5)
    with pytest.raises(
        TypeError, match=r"sklearn\.tree\._tree\.Tree.* at steps\.1\.1\.estimators_"
    ):
        save(make_pipeline(StandardScaler(), forest), path)


def test_a_folder_of_pickles_is_not_kept(path, tmp_path):
    pipeline = make_pipeline(StandardScaler(), quick(), memory=str(tmp_path))
    with pytest.raises(TypeError, match=r"Pipeline\(memory=\.\.\.\)"):
        save(pipeline, path)


def test_another_version_of_scikit_learn_is_told(path):
    scaler = StandardScaler().fit(X)
    state = scaler.__getstate__() | {"_sklearn_version": "1.8.0"}
    scaler.__getstate__ = lambda: state
    save(make_pipeline(scaler, quick()), path)
    with pytest.warns(InconsistentVersionWarning, match="StandardScaler from version 1.8.0"):
        load(path)
