"""After a real fork: what is fitted is applied, and a fit that would hang says so."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import select
import signal
import subprocess
import sys
import threading
from functools import cache, partial
from pathlib import Path

import jax
import joblib
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import StandardScaler

from skautoencoder import (
    AutoencoderDetector,
    AutoencoderImputer,
    AutoencoderSearchCV,
    RBMTransformer,
    TableAutoencoderTransformer,
)
from skautoencoder._data._blas import n_blas_threads, one_blas_thread
from tests.conftest import curved, quick, quick_convolutional

ROOT = Path(__file__).parents[1]

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here"),
    # What JAX, and Python from 3.12, say of any fork.
    pytest.mark.filterwarnings(r"ignore:os\.fork\(\) was called:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]

X = StandardScaler().fit_transform(curved(60))
ROWS = StandardScaler().fit_transform(curved(200))  # fewer cells, and no network is trained
GAPS = np.where(np.random.RandomState(0).uniform(size=ROWS.shape) < 0.1, np.nan, ROWS)
FRAME = pd.DataFrame({"number": X[:, 0], "word": np.where(X[:, 1] > 0, "up", "down")})
# So many rows are worked through by threads.
MANY = np.random.RandomState(0).standard_normal((300_000, 5)).astype(np.float32)

SMALL = {"hidden_layer_sizes": (8,), "max_iter": 2, "random_state": 0}
ESTIMATORS = {
    "dense": (quick(), X),
    "variational": (quick(objective="variational"), X),
    "convolutional": (quick_convolutional(), X),
    "machine": (RBMTransformer(2, visible="gaussian", n_iter=2, random_state=0), X),
    "table": (TableAutoencoderTransformer(1, objective="variational", **SMALL), FRAME),
    "imputer": (AutoencoderImputer(n_networks=1, **SMALL), GAPS),
    "detector": (AutoencoderDetector(quick(max_iter=2), random_state=0), X),
}
SLOW = {"variational", "convolutional", "table", "imputer", "detector"}  # to fit
every_estimator = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW)) for name in ESTIMATORS]
)


@cache
def fitted(name):
    ours, rows = ESTIMATORS[name]
    return clone(ours).fit(rows)


@pytest.fixture(scope="module")
def _jax_has_started():
    jax.numpy.ones(3).block_until_ready()


def in_child(function, *, seconds=60):
    """What a function returns or raises in a forked process, which is ended if it hangs."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)  # with its own children
        try:
            try:
                answer = function()
            except BaseException as error:
                answer = error
            with open(writing, "wb") as file:
                pickle.dump(answer, file)
        finally:
            os._exit(0)
    os.close(writing)
    try:
        with open(reading, "rb") as file:
            assert select.select([file], [], [], seconds)[0], "it hangs"
            answer = pickle.load(file)
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # it is over
            os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    if isinstance(answer, BaseException):
        raise answer
    return answer


def applied(ours, rows):
    """All that a fitted estimator makes of some rows without drawing by JAX."""
    found = {}
    for name in ("transform", "score_samples", "score", "impute", "p_values"):
        if hasattr(ours, name):
            found[name] = np.asarray(getattr(ours, name)(rows))
    if hasattr(ours, "inverse_transform"):
        found["back"] = np.asarray(ours.inverse_transform(found["transform"]))
    if hasattr(ours, "sample") and not isinstance(ours, RBMTransformer):
        found["sample"] = np.asarray(ours.sample(3, random_state=0))
    if hasattr(ours, "log_likelihood"):
        found["log_likelihood"] = ours.log_likelihood(rows, 3, random_state=0)
    return found


@every_estimator
def test_what_is_fitted_is_applied_as_before(name):
    ours, rows = fitted(name), ESTIMATORS[name][1]
    expected = applied(ours, rows)
    found = in_child(lambda: applied(ours, rows))
    assert found.keys() == expected.keys()
    for method, values in expected.items():
        assert_array_equal(found[method], values, err_msg=method)


@pytest.mark.parametrize("name", ["dense", "machine"])
def test_a_fork_amid_what_threads_do_leaves_no_lock_and_no_limit(name):
    ours, begun, over = fitted(name), threading.Event(), threading.Event()
    n_threads, expected = n_blas_threads(), ours.transform(MANY)

    def work():
        with one_blas_thread():
            begun.set()
            over.wait()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        begun.wait()
        assert in_child(n_blas_threads) == n_threads
        assert_allclose(in_child(lambda: ours.transform(MANY)), expected, rtol=1e-5, atol=1e-6)
    finally:
        over.set()
        thread.join()
    assert n_blas_threads() == n_threads


WOULD_HANG = {
    **{name: partial(type(ours).fit, ours, rows) for name, (ours, rows) in ESTIMATORS.items()},
    "partial_fit": partial(quick().partial_fit, X),
    "machine's partial_fit": partial(RBMTransformer(2, visible="gaussian").partial_fit, X),
    "search": partial(AutoencoderSearchCV(quick(), {"n_components": [1, 2]}, cv=2).fit, X),
    "infinity": partial(quick().fit, np.full((9, 3), np.inf)),
}  # fmt: skip


@pytest.mark.parametrize("what", WOULD_HANG)
@pytest.mark.usefixtures("_jax_has_started")
def test_a_fit_that_would_hang_says_so(what):
    with pytest.raises(RuntimeError, match=r"forked.*'spawn' or 'forkserver'.*loky") as raised:
        in_child(WOULD_HANG[what])
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(("what", "arguments"), [("gibbs", (X,)), ("sample", (2, 3))])
def test_a_draw_by_jax_that_would_hang_says_so(what, arguments):
    with pytest.raises(RuntimeError, match="all else that asks JAX"):
        in_child(lambda: getattr(fitted("machine"), what)(*arguments))


def test_derivatives_by_jax_that_would_hang_say_so():
    ours, rows = fitted("dense"), X
    with pytest.raises(RuntimeError, match="would hang"):
        in_child(lambda: ours.feature_importances(rows))
    found = in_child(lambda: ours.feature_importances(rows, direction="code_to_features"))
    assert_allclose(found, ours.feature_importances(rows, direction="code_to_features"))


@pytest.mark.slow
def test_an_estimate_by_jax_that_would_hang_says_so():
    # with 21 hidden units, log Z is estimated
    ours = RBMTransformer(21, visible="gaussian", learning_rate=1e-4, n_iter=1).fit(X)
    with pytest.raises(RuntimeError, match="all else that asks JAX"):
        in_child(lambda: ours.log_partition(2, 3))
    with pytest.raises(RuntimeError, match="all else that asks JAX"):
        in_child(lambda: ours.score(X))


def test_a_refused_fit_leaves_the_estimator_as_it_was():
    def refit_then(ours):
        with pytest.raises(RuntimeError):
            ours.fit(X[:, :3])
        return ours.transform(X)

    assert_array_equal(in_child(lambda: refit_then(fitted("dense"))), fitted("dense").transform(X))
    with pytest.raises(NotFittedError):
        in_child(lambda: refit_then(quick()))


def test_a_childs_child_is_told_too():
    assert_array_equal(
        in_child(lambda: in_child(lambda: fitted("dense").transform(X), seconds=20)),
        fitted("dense").transform(X),
    )
    with pytest.raises(RuntimeError, match="forked"):
        in_child(lambda: in_child(lambda: quick().fit(X), seconds=20))


@pytest.mark.usefixtures("_jax_has_started")
def test_a_fit_that_needs_no_jax_goes_on():
    ours = AutoencoderImputer(n_networks=0, random_state=0)
    assert_array_equal(in_child(lambda: ours.fit_transform(GAPS)), ours.fit_transform(GAPS))


# -- through the pools that people use


def transform_of_global(rows):
    return fitted("dense").transform(rows)


def refusal(rows):
    """The error of a fit, returned: a pool that stops amid its tasks may hang of itself."""
    try:
        quick().fit(rows)
    except RuntimeError as error:
        return str(error)


def through_a_pool():
    with multiprocessing.get_context("fork").Pool(2) as pool:
        by_global = pool.map(transform_of_global, [X, X[:9]])
        by_pickle = pool.map(fitted("dense").transform, [X, X[:9]])
        return *by_global, *by_pickle, *pool.map(refusal, [X, X])


def through_joblib():
    pool, ours = joblib.Parallel(2, backend="multiprocessing"), fitted("dense")
    codes = pool(joblib.delayed(ours.transform)(rows) for rows in (X, X[:9], X, X[:9]))
    return *codes, *pool(joblib.delayed(refusal)(X) for _ in range(2))


@pytest.mark.parametrize("through", [through_a_pool, through_joblib])
def test_pools_of_processes(through):
    if through is through_joblib and multiprocessing.get_start_method() != "fork":
        pytest.skip("joblib does not fork")
    expected = fitted("dense").transform(X)
    *codes, refused, again = in_child(through)
    for found in codes:
        assert_allclose(found, expected[: len(found)], rtol=1e-6)
    assert "before this process was forked" in refused
    assert again == refused


# -- in processes of their own, for what JAX has not started in yet


def run(program, *arguments):
    """The lines that a program prints, which has `X`, `forked` and pickled models."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM + program, *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


PROGRAM = """
import os, sys, time
import numpy as np

X = np.random.RandomState(0).standard_normal((40, 4))

def forked(function, leave=os._exit):
    pid = os.fork()
    if pid == 0:
        try:
            function()
            code = 0
        except RuntimeError as error:
            code = 3 if "before this process was forked" in str(error) else 1
        leave(code)
    until = time.monotonic() + 40
    while time.monotonic() < until:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            print({0: "works", 3: "refused"}.get(os.waitstatus_to_exitcode(status), "fails"))
            return
        time.sleep(0.01)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    print("hangs")

def fit():
    from skautoencoder import AutoencoderTransformer
    return AutoencoderTransformer(1, hidden_layer_sizes=(4,), max_iter=1).fit(X)
"""


@pytest.mark.slow
def test_a_child_forked_before_jax_started_trains():
    program = "import skautoencoder, jax; forked(fit); fit(); forked(fit); forked(fit)"
    assert run(program) == ["works", "refused", "refused"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "first", ["import skautoencoder", "from skautoencoder import RBMTransformer", ""]
)
def test_whoever_started_jax_and_wherever_we_are_imported_first(first):
    program = f"{first}\nimport jax\njax.numpy.ones(3).block_until_ready()\nforked(fit)\nfit()"
    assert run(program) == (["refused"] if first or sys.platform == "linux" else ["hangs"])


@pytest.mark.slow
def test_a_server_that_loads_and_then_forks(tmp_path):
    """As gunicorn does with --preload; its workers leave by way of Python's own exit."""
    path = tmp_path / "models.pickle"
    path.write_bytes(pickle.dumps((fitted("dense"), fitted("machine"), X)))
    program = """
import pickle
with open(sys.argv[1], "rb") as file:
    dense, machine, rows = pickle.load(file)
def serve():
    dense.transform(rows), machine.transform(rows), machine.sample(2, 3), fit()
serve_codes = lambda: dense.transform(np.tile(rows, (5000, 1)))
serve_codes()
forked(serve_codes, sys.exit)
forked(serve, sys.exit)
"""
    assert run(program, path) == ["works", "works"]
