"""A true scikit-learn citizen: its own checks, and those it does not generate for others."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.exceptions import SkipTestWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score, cross_validate
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.utils import estimator_html_repr
from sklearn.utils.estimator_checks import (
    check_global_output_transform_pandas,
    check_global_set_output_transform_polars,
    check_param_validation,
    check_set_output_transform_pandas,
    check_set_output_transform_polars,
    check_transformer_get_feature_names_out,
    check_transformer_get_feature_names_out_pandas,
    parametrize_with_checks,
)

from tests.conftest import curved, quick, quick_convolutional

# A weight of two is a gradient counted twice in one batch; a repeated row is the same
# gradient in two batches, shuffled apart, or in one of another size. The two agree in
# expectation, not to the checks' 1e-7: `test_weights_make_the_checks_fail_by_chance_alone`
# shows that two shuffles of one data set differ by as much.
BY_CHANCE = "batches are drawn at random: see test_weights_make_the_checks_fail_by_chance_alone"
EXPECTED_FAILURES = {
    "check_sample_weight_equivalence_on_dense_data": BY_CHANCE,
    "check_sample_weight_equivalence_on_sparse_data": BY_CHANCE,
}


@parametrize_with_checks(
    [quick(hidden_layer_sizes=(8,)), quick_convolutional()],
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES,
)
def test_scikit_learns_checks(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SkipTestWarning)
        check(estimator)


def test_weights_make_the_checks_fail_by_chance_alone():
    """Why two checks are expected to fail.

    Weighted and repeated data start alike to rounding (see
    `test_weighted_start_is_that_of_repeated_rows`). After that they differ, and by no
    more than two random states on the repeated rows themselves do.
    """
    X = np.random.RandomState(0).uniform(size=(15, 10))
    counts = np.random.RandomState(1).randint(0, 5, 15)
    repeated = np.repeat(X, counts, axis=0)

    def codes(seed, rows, weight=None):
        ours = quick(hidden_layer_sizes=(8,), random_state=seed, early_stopping=False, batch_size=4)
        return ours.fit(rows, sample_weight=weight).transform(X)

    def distance(one, other):
        return np.abs(one - other).max()

    others = [codes(seed, repeated) for seed in range(4)]
    weighted = codes(0, X, counts)
    by_chance = max(distance(one, other) for one in others for other in others)
    assert 1e-7 < min(distance(weighted, other) for other in others) < 2 * by_chance


@pytest.mark.parametrize(
    "check",
    [
        check_global_output_transform_pandas,
        check_global_set_output_transform_polars,
        check_param_validation,
        check_set_output_transform_pandas,
        check_set_output_transform_polars,
        check_transformer_get_feature_names_out,
        check_transformer_get_feature_names_out_pandas,
    ],
)
@pytest.mark.filterwarnings("ignore:X (does not have valid|has) feature names")  # the checks' doing
def test_checks_that_scikit_learn_keeps_for_itself(check):
    check("AutoencoderTransformer", quick(hidden_layer_sizes=(8,)))


def test_names_of_columns_in_and_out():
    frame = pd.DataFrame(curved(40), columns=list("abcde"))
    ours = quick(3).fit(frame)
    assert list(ours.feature_names_in_) == list("abcde")
    names = [f"autoencodertransformer{i}" for i in range(3)]
    assert list(ours.get_feature_names_out()) == names
    assert 0 < ours.score(frame) < 1  # without a warning about missing names
    with pytest.raises(ValueError, match="feature names should match"):
        ours.transform(frame[list("edcba")])


@pytest.mark.parametrize(("library", "frame"), [("pandas", pd.DataFrame), ("polars", pl.DataFrame)])
def test_set_output(library, frame):
    ours = quick().set_output(transform=library)
    codes = ours.fit_transform(curved(40))
    assert isinstance(codes, frame)
    assert list(codes.columns) == ["autoencodertransformer0", "autoencodertransformer1"]
    assert ours.inverse_transform(codes).shape == (40, 5)


@pytest.mark.slow
def test_grid_search_over_what_changes_numbers_and_networks(digits):
    X, y = digits[1], digits[2]
    pipeline = make_pipeline(MinMaxScaler(), quick(4), LogisticRegression(max_iter=500))
    grid = {
        "autoencodertransformer__n_components": [2, 6],
        "autoencodertransformer__learning_rate": [1e-3, 1e-2],
    }
    search = GridSearchCV(pipeline, grid, cv=2).fit(X, y)
    assert search.best_params_["autoencodertransformer__n_components"] == 6
    assert search.score(X, y) > 0.7


@pytest.mark.slow
def test_grid_search_by_its_own_score():
    search = GridSearchCV(quick(), {"n_components": [1, 2, 4]}, cv=3).fit(curved(90))
    assert search.best_params_ == {"n_components": 4}
    scores = cross_val_score(quick(4), curved(90), cv=3)
    assert scores.min() > 0.9
    assert (
        cross_validate(quick(4), curved(90), cv=3, return_train_score=True)["train_score"].min()
        > 0.9
    )


def test_column_transformer_and_feature_union():
    frame = pd.DataFrame(curved(60), columns=list("abcde"))
    columns = ColumnTransformer([("code", quick(), ["a", "b", "c"])], remainder=StandardScaler())
    assert columns.fit_transform(frame).shape == (60, 4)
    union = FeatureUnion([("code", quick(3)), ("pca", PCA(2))])
    assert union.fit_transform(frame).shape == (60, 5)
    assert list(union.get_feature_names_out()[:1]) == ["code__autoencodertransformer0"]


def test_pipeline_inverts_and_caches(tmp_path):
    X = curved(60)
    pipeline = Pipeline(
        [("scale", StandardScaler()), ("code", quick(4, max_iter=20))], memory=str(tmp_path)
    )
    codes = pipeline.fit_transform(X)
    assert pipeline.inverse_transform(codes).shape == X.shape
    again = clone(pipeline).fit(X)
    assert_array_equal(again.transform(X), codes)
    cached = Pipeline([("code", quick(4)), ("scale", StandardScaler())], memory=str(tmp_path)).fit(
        X
    )
    assert_array_equal(clone(cached).fit(X).transform(X), cached.transform(X))


def test_pipeline_transforms_the_validation_rows_on_the_way():
    X, X_val = curved(80) * 1000, curved(40, seed=1) * 1000
    with sklearn.config_context(enable_metadata_routing=True):
        pipeline = make_pipeline(
            StandardScaler(), quick().set_fit_request(X_val=True), transform_input=["X_val"]
        ).fit(X, X_val=X_val)
    ours = pipeline[-1]
    expected = -ours.score_samples(pipeline[0].transform(X_val)).mean()
    assert ours.best_loss_ == pytest.approx(expected, rel=1e-4)


def test_weights_are_routed():
    X = curved(60)
    weight = np.r_[np.ones(30), np.zeros(30)]
    with sklearn.config_context(enable_metadata_routing=True):
        pipeline = make_pipeline(
            StandardScaler().set_fit_request(sample_weight=False),
            quick().set_fit_request(sample_weight=True),
        )
        routed = pipeline.fit(X, sample_weight=weight)[-1]
        direct = quick().fit(StandardScaler().fit_transform(X), sample_weight=weight)
    assert_allclose(routed.mean_, direct.mean_)


def test_html_representation_tells_what_was_changed():
    html = estimator_html_repr(quick(3))
    assert "AutoencoderTransformer" in html
    assert "n_components" in html
    assert repr(quick(3)) == (
        "AutoencoderTransformer(hidden_layer_sizes=(16,), max_iter=5, n_components=3,\n"
        "                       random_state=0)"
    )
