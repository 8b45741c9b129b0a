"""The same random_state gives the same bits, wherever the fit runs."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from joblib import Parallel, delayed

from tests.conftest import curved, quick

_IN_ANOTHER_PROCESS = """
from tests.training.test_determinism import fingerprint
print(fingerprint(3))
"""


def wide(n_samples=700, n_features=300):
    """Wide enough for BLAS to share the work among its threads."""
    rng = np.random.RandomState(0)
    return np.tanh(rng.standard_normal((n_samples, 4)) @ rng.standard_normal((4, n_features)))


def fingerprint(seed, X=None):
    """All parameters of a fit, as one string of their bits."""
    ours = quick(3, random_state=seed, max_iter=2).fit(wide() if X is None else X)
    arrays = [ours.mean_, *ours.encoder_.weights, *ours.encoder_.biases, ours.encoder_.linear]
    arrays += [*ours.decoder_.weights, *ours.decoder_.biases, ours.decoder_.linear]
    return "".join(array.tobytes().hex() for array in arrays)


@pytest.fixture(scope="module")
def expected():
    return fingerprint(3)


def test_on_refit(expected):
    assert fingerprint(3) == expected
    assert fingerprint(4) != expected


@pytest.mark.slow
def test_in_another_process(expected):
    done = subprocess.run(
        [sys.executable, "-c", _IN_ANOTHER_PROCESS],
        capture_output=True, text=True, check=True,
        env={**os.environ, "JAX_ENABLE_COMPILATION_CACHE": "false"},  # compile it there, too
    )  # fmt: skip
    assert done.stdout.strip() == expected


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["threading", "loky"])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_under_joblib(expected, backend, n_jobs):
    found = Parallel(n_jobs=n_jobs, backend=backend)(delayed(fingerprint)(3) for _ in range(2))
    assert found == [expected, expected]


def test_with_a_random_state_object_the_fit_draws_from_it():
    rng = np.random.RandomState(0)
    X = curved(60)
    assert fingerprint(rng, X) != fingerprint(rng, X)
    assert fingerprint(np.random.RandomState(5), X) == fingerprint(np.random.RandomState(5), X)
