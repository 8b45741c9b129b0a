"""A fit that ends at max_iter says so where more epochs would help, and only there, and once."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest
from sklearn import datasets
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skautoencoder import (
    AutoencoderDetector,
    AutoencoderSearchCV,
    AutoencoderTransformer,
    TableAutoencoderTransformer,
    compare_transformers,
)
from skautoencoder._training._recipe import Recipe
from tests.conftest import curved, quick

X = curved(200)
SAID = "Training ended at max_iter=20 while the loss of held-out rows still fell"


def unfinished(**settings):
    return quick(1, **{"learning_rate": 3e-2, "max_iter": 20, **settings})


def told(fit):
    """The warnings of a fit that more epochs would help."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit()
    return [one for one in caught if "Training ended at max_iter" in str(one.message)]


def test_it_is_told_at_the_line_of_the_caller():
    for fit in (
        lambda: unfinished().fit(X),
        lambda: make_pipeline(StandardScaler(), unfinished()).fit(X),
    ):
        (one,) = told(fit)
        assert str(one.message).startswith(SAID)
        assert one.category is ConvergenceWarning
        assert one.filename == __file__


def test_it_is_true():
    few, many = unfinished().fit(X), unfinished(max_iter=40).fit(X)
    assert many.best_loss_ < 0.95 * few.best_loss_


@pytest.mark.parametrize(
    "settings",
    [
        {"early_stopping": False},  # nothing is held out that could tell
        {"warm_start": True},  # there is more to come
        {"learning_rate": 1e-7},  # PCA it is, and stays
    ],
)
def test_it_is_not_told_where_it_is_not_known(settings):
    assert told(lambda: unfinished(**settings).fit(X)) == []


def test_a_chunk_of_a_stream_is_no_end():
    assert told(lambda: unfinished().partial_fit(X).partial_fit(X)) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", [AutoencoderSearchCV, GridSearchCV])
def test_a_search_tells_it_once_of_its_best(kind):
    search = kind(unfinished(), {"random_state": [0, 1]}, cv=2)
    assert len(told(lambda: search.fit(X))) == 1
    assert told(lambda: search.set_params(refit=False).fit(X)) == []


@pytest.mark.slow
def test_folds_comparisons_and_detectors_tell_nothing():
    assert told(lambda: cross_val_score(unfinished(), X, cv=2)) == []
    assert told(lambda: compare_transformers([unfinished()], X, n_components=1, cv=2)) == []
    detector = AutoencoderDetector(unfinished(), method="network", random_state=0)
    assert told(lambda: detector.fit(X)) == []


@pytest.mark.slow
def test_a_table_tells_it_too():
    settings = {"hidden_layer_sizes": (16,), "max_iter": 20, "learning_rate": 3e-2}
    table = TableAutoencoderTransformer(1, random_state=0, **settings)
    (one,) = told(lambda: table.fit(X))
    assert one.filename == __file__


@pytest.mark.parametrize(
    ("curve", "is_unfinished"),
    [
        (np.linspace(2, 1, 21), True),
        (1 + 2.0 ** -np.arange(21), False),  # it has come to rest
        (np.linspace(2, 1, 21) - 3, False),  # below zero nothing can be said
        (np.r_[np.linspace(2, 1, 11), np.linspace(1, 2, 10)], False),  # it rises again
        (np.r_[np.linspace(2, 1, 19), 1.0, 1.0], False),  # not at the end
        ([2.0], False),
        ([2.0, 1.0], True),
    ],
)
def test_what_is_unfinished(curve, is_unfinished):
    assert Recipe().unfinished(tuple(curve)) == is_unfinished


@pytest.mark.slow
@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "diabetes", "digits"])
def test_defaults_say_nothing_of_small_tables(name, scaled):
    rows = getattr(datasets, f"load_{name}")().data
    rows = StandardScaler().fit_transform(rows) if scaled and name != "digits" else rows
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", ".* has more than 99.9 %")
        AutoencoderTransformer(random_state=0).fit(rows)


def test_the_message_is_the_one_that_the_suite_passes_over(request):
    ignored = request.config.getini("filterwarnings")
    assert any(re.match(one.split(":")[1], SAID) for one in ignored if one.startswith("ignore:"))
