"""Boltzmann machines as graphs."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skautoencoder import RBMTransformer
from skautoencoder.onnx import to_onnx
from tests.onnx.helpers import assert_same, run


def machine(**settings):
    """A machine whose weights are all drawn at random."""
    X = np.random.RandomState(0).uniform(size=(20, 5))
    estimator = RBMTransformer(3, n_iter=0, random_state=0, **settings).fit(X)
    rng = np.random.default_rng(0)
    for name in ("components_", "intercept_hidden_", "intercept_visible_"):
        setattr(estimator, name, rng.standard_normal(getattr(estimator, name).shape))
    return estimator, X


@pytest.mark.filterwarnings("ignore:.*standardized")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("settings", [{"pseudo_likelihood": "exact"}, {"visible": "gaussian"}])
def test_codes_reconstructions_and_scores_are_the_same(settings, dtype):
    estimator, X = machine(**settings)
    X = X.astype(dtype)
    model = to_onnx(estimator, dtype=dtype)
    assert [output.name for output in model.graph.output] == ["code", "reconstruction", "score"]
    assert_same(model, estimator, X)
    codes = estimator.transform(X)
    back = run(to_onnx(estimator, inverse=True, dtype=dtype), code=codes)["reconstruction"]
    assert_allclose(back, estimator.inverse_transform(codes), atol=1e-6)


def test_a_score_by_chance_is_none_of_the_outputs():
    estimator, X = machine()
    assert_same(to_onnx(estimator, dtype=np.float64), estimator, X)
    with pytest.raises(ValueError, match=r"some of \['code', 'reconstruction'\]"):
        to_onnx(estimator, outputs=["score"])
    with pytest.raises(ValueError, match="RBMTransformer takes no rows with gaps"):
        to_onnx(estimator, gaps=True)
