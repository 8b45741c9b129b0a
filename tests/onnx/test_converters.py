"""Pipelines that hold our estimators, exported by skl2onnx."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skautoencoder import AutoencoderImputer, RBMTransformer
from skautoencoder._networks import DenseNetwork
from skautoencoder.onnx import register_converters
from tests.conftest import curved, quick, quick_convolutional
from tests.onnx.helpers import run, untrained

skl2onnx = pytest.importorskip("skl2onnx")


@pytest.fixture(scope="module")
def rows():
    X = curved(40)
    X[::4, 1] = np.nan
    return X, (X[:, 0] > 0).astype(int)


def exported(pipeline, X):
    register_converters()
    options = {id(pipeline): {"zipmap": False}} if hasattr(pipeline, "classes_") else None
    return skl2onnx.to_onnx(pipeline, X[:1], options=options)


PIPELINES = {
    "autoencoder": lambda: make_pipeline(
        StandardScaler(), quick(hidden_layer_sizes=(4,), max_iter=1), LogisticRegression()
    ),
    "imputer": lambda: make_pipeline(
        AutoencoderImputer(n_networks=0, random_state=0), StandardScaler(), LogisticRegression()
    ),
    "both": lambda: make_pipeline(
        AutoencoderImputer(n_networks=0, n_neighbors=0, random_state=0),
        quick_convolutional(max_iter=1),
        LogisticRegression(),
    ),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "name", ["autoencoder", "imputer", pytest.param("both", marks=pytest.mark.slow)]
)
def test_a_pipeline_predicts_the_same(name, dtype, rows):
    X, y = rows[0].astype(dtype), rows[1]
    pipeline = PIPELINES[name]().fit(X, y)
    label, probability = run(exported(pipeline, X), X=X).values()
    assert_array_equal(label, pipeline.predict(X))
    assert_allclose(probability, pipeline.predict_proba(X), atol=1e-5)


def test_one_of_our_estimators_alone_gives_its_code(rows):
    estimator = quick(hidden_layer_sizes=(4,), max_iter=1).fit(rows[0])
    found = run(exported(estimator, rows[0]), X=rows[0])
    assert list(found) == ["variable"]
    assert_allclose(found["variable"], estimator.transform(rows[0]), atol=1e-10)


def test_columns_on_their_way_to_different_steps_and_whole_numbers():
    X = np.random.RandomState(0).randint(0, 2, (30, 6))
    machine = RBMTransformer(2, n_iter=0, random_state=0)
    columns = make_column_transformer((machine, [4, 1, 2]), (StandardScaler(), [0, 3])).fit(X)
    found = run(exported(columns, X), X=X)
    assert_allclose(next(iter(found.values())), columns.transform(X), atol=1e-5)


def test_two_steps_of_ours_keep_their_names_apart(rows):
    rng, X = np.random.default_rng(0), np.nan_to_num(rows[0])
    networks = (DenseNetwork(*sizes, (4,), "gelu", False) for sizes in ((5, 3), (3, 2)))
    pipeline = make_pipeline(*(untrained(network, rng) for network in networks))
    found = run(exported(pipeline, X), X=X)
    assert_allclose(found["variable"], pipeline.transform(X), rtol=1e-10)


def test_operators_that_are_too_old_are_refused(rows):
    register_converters()
    estimator = quick(hidden_layer_sizes=(4,), max_iter=1).fit(rows[0])
    with pytest.raises(ValueError, match=r"target_opset must be an integer from 18 .* Got 15"):
        skl2onnx.to_onnx(estimator, rows[0][:1], target_opset=15)
