"""Which of scikit-learn's estimators are saved beside ours, and which are refused by name."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.utils import all_estimators

from skautoencoder import load, save

X = np.abs(np.random.RandomState(0).standard_normal((60, 4)))
Y = (X[:, 0] > 0.7).astype(int)

# Trees, and parts of scikit-learn that are compiled or private.
REFUSED = {
    "AdaBoostClassifier", "AdaBoostRegressor", "BaggingClassifier", "BaggingRegressor", "Birch",
    "BisectingKMeans", "CalibratedClassifierCV", "DecisionTreeClassifier",
    "DecisionTreeRegressor", "ExtraTreeClassifier", "ExtraTreeRegressor",
    "ExtraTreesClassifier", "ExtraTreesRegressor", "FeatureAgglomeration",
    "GaussianProcessClassifier", "GaussianProcessRegressor", "GradientBoostingClassifier",
    "GradientBoostingRegressor", "HDBSCAN", "HistGradientBoostingClassifier",
    "HistGradientBoostingRegressor", "IsolationForest", "IterativeImputer", "KernelDensity",
    "MLPClassifier", "MLPRegressor", "PassiveAggressiveClassifier", "Perceptron",
    "PoissonRegressor", "RandomForestClassifier", "RandomForestRegressor",
    "RandomTreesEmbedding", "SGDClassifier", "SGDOneClassSVM", "SplineTransformer",
    "TweedieRegressor",
}  # fmt: skip


def fitted():
    """All that fit to a small table with their defaults."""
    for name, cls in all_estimators():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                yield name, cls().fit(X, Y)
            except (
                AttributeError,
                TypeError,
                ValueError,
                RuntimeError,
            ):  # what needs other data, or steps
                continue


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_all_but_a_few_are_saved_and_answer_as_they_did(tmp_path):
    path, n_saved = tmp_path / "m.safetensors", 0
    for name, estimator in fitted():
        if name in REFUSED:
            with pytest.raises(TypeError, match="cannot save "):
                save(estimator, path)
            continue
        save(estimator, path)
        loaded, n_saved = load(path), n_saved + 1
        for method in ("transform", "predict", "kneighbors"):
            if hasattr(estimator, method):
                found, wanted = (_answer(each, method) for each in (loaded, estimator))
                # Where arrays lie in memory, which decides last digits, is not kept.
                same = (
                    assert_allclose if np.asarray(wanted).dtype.kind == "f" else assert_array_equal
                )
                same(found, wanted, err_msg=name)
    assert n_saved > 120


def _answer(estimator, method):
    try:
        answer = getattr(estimator, method)(X)
    except Exception as error:
        return type(error).__name__
    answer = answer[0] if isinstance(answer, tuple) else answer
    return answer.toarray() if sparse.issparse(answer) else answer
