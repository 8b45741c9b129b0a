"""Fitted estimators are imported, unpickled and applied where there is no JAX."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from skautoencoder import RBMTransformer
from skautoencoder.losses import MixedLoss
from tests.conftest import curved, quick, quick_convolutional
from tests.helpers import WITHOUT_JAX

ROOT = Path(__file__).parents[1]

PROGRAM = (
    WITHOUT_JAX
    + """
import pickle
import matplotlib
matplotlib.use("Agg")
import skautoencoder
from skautoencoder.display import CodeDisplay, LossCurveDisplay, ReconstructionDisplay

with open(sys.argv[1], "rb") as file:
    estimators, X = pickle.load(file)
found = {}
for name, estimator in estimators.items():
    codes = estimator.transform(X)
    found[name] = [codes, estimator.inverse_transform(codes)]
    for score in ("score_samples", "score"):
        if hasattr(estimator, score):
            found[name].append(getattr(estimator, score)(X))
    if hasattr(estimator, "log_likelihood"):
        found[name].append(estimator.log_likelihood(X, n_draws=5, random_state=0))
        found[name].append(estimator.sample(3, random_state=0))
    estimator.get_feature_names_out()
CodeDisplay.from_estimator(estimators["plain"], X)
LossCurveDisplay.from_estimator(estimators["plain"])
ReconstructionDisplay.from_estimator(estimators["images"], X)
pickle.loads(pickle.dumps(estimators))
with open(sys.argv[2], "wb") as file:
    pickle.dump(found, file)
assert not any(name.split(".")[0] in ("jax", "jaxlib", "optax") for name in sys.modules)
"""
)


@pytest.fixture(scope="module")
def fitted():
    X = MinMaxScaler().fit_transform(curved(60)).astype(np.float64)
    estimators = {
        "plain": quick(),
        "tied": quick(tied_weights=True),
        "sparse": quick(objective="sparse"),
        "variational": quick(objective="variational"),
        "cross-entropy": quick(loss="cross_entropy"),
        "poisson": quick(loss="poisson"),
        "mixed": quick(loss=MixedLoss(binary=(1, 2))),
        "images": quick_convolutional(),
        "machine": RBMTransformer(2, n_iter=2, random_state=0),
        "pipeline": make_pipeline(MinMaxScaler(), quick()),
    }
    fitted = {name: estimator.fit(X) for name, estimator in estimators.items()}
    return fitted | {"chunks": quick().partial_fit(X).partial_fit(X)}, X


@pytest.mark.slow
def test_what_is_fitted_needs_no_jax(fitted, tmp_path):
    estimators, X = fitted
    before, after = tmp_path / "before.pickle", tmp_path / "after.pickle"
    before.write_bytes(pickle.dumps(fitted))
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run(
        [sys.executable, "-c", PROGRAM, before, after], check=True, cwd=tmp_path, env=environment
    )
    found = pickle.loads(after.read_bytes())
    assert set(found) == set(estimators)
    for name, estimator in estimators.items():
        codes = estimator.transform(X)
        assert_allclose(found[name][0], codes, rtol=1e-6, err_msg=name)
        assert_allclose(found[name][1], estimator.inverse_transform(codes), rtol=1e-6)
    plain, variational = estimators["plain"], estimators["variational"]
    assert_allclose(found["plain"][2], plain.score_samples(X), rtol=1e-6)
    assert found["plain"][3] == pytest.approx(plain.score(X))
    assert_allclose(
        found["variational"][4], variational.log_likelihood(X, n_draws=5, random_state=0), rtol=1e-6
    )
    assert found["variational"][5].shape == (3, 5)
    assert len(found["machine"]) == 4
