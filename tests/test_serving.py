"""Fitted estimators are imported, unpickled and applied where there is no JAX."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from skautoencoder import RBMTransformer, save
from skautoencoder.losses import MixedLoss
from tests.conftest import curved, quick, quick_convolutional
from tests.helpers import WITHOUT_JAX

ROOT = Path(__file__).parents[1]

PROGRAM = (
    WITHOUT_JAX
    + """
import pickle
from pathlib import Path
import matplotlib
matplotlib.use("Agg")
import skautoencoder
from skautoencoder.display import CodeDisplay, LossCurveDisplay, ReconstructionDisplay

with open(sys.argv[1], "rb") as file:
    estimators, X = pickle.load(file)
loaded = {path.stem: skautoencoder.load(path) for path in Path().glob("*.safetensors")}
assert {name: str(loaded[name]) for name in loaded} == {
    name: str(estimators[name]) for name in estimators
}
found = {"loaded": {name: loaded[name].transform(X) for name in loaded}}
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
    for name, estimator in estimators.items():
        save(estimator, tmp_path / f"{name}.safetensors")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run(
        [sys.executable, "-c", PROGRAM, before, after], check=True, cwd=tmp_path, env=environment
    )
    found = pickle.loads(after.read_bytes())
    loaded = found.pop("loaded")
    assert set(found) == set(estimators)
    for name, codes in loaded.items():
        assert_array_equal(codes, found[name][0], err_msg=name)
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


SERVER = (
    WITHOUT_JAX
    + """
import runpy
from wsgiref.simple_server import make_server
application = runpy.run_path(sys.argv[1])["application"]
with make_server("127.0.0.1", 0, application(sys.argv[2])) as server:
    print(server.server_port, flush=True)
    server.serve_forever()
"""
)


def asked(port, rows):
    """Status and content of what the example answers to a request over the loopback."""
    address = f"http://127.0.0.1:{port}"
    try:
        with urllib.request.urlopen(address, json.dumps(rows).encode(), timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.mark.slow
def test_the_example_serves_codes_over_http_where_there_is_no_jax(tmp_path):
    X = curved(60)
    ours = quick().fit(X)
    path = tmp_path / "model.safetensors"
    save(ours, path)
    program = [sys.executable, "-c", SERVER, str(ROOT / "examples" / "serving.py"), str(path)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as server:
        try:
            port = int(server.stdout.readline())
            status, found = asked(port, X[:3].tolist())
            assert status == 200
            assert_allclose(found["codes"], ours.transform(X[:3]), rtol=1e-6)
            assert_allclose(found["scores"], ours.score_samples(X[:3]), rtol=1e-6)
            status, found = asked(port, [[1, None, 0, 0, 0]])
            assert status == 200
            assert np.isfinite(found["codes"]).all()
            for wrong in ([[1, 2]], "x", {"a": 1}, []):
                status, found = asked(port, wrong)
                assert status == 400
                assert found["error"]
        finally:
            server.kill()
