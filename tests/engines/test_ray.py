"""On Ray: a cluster of two workers on this machine, started here."""

from __future__ import annotations

import os
import runpy
import secrets
import subprocess
import sys
from pathlib import Path

import joblib
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.model_selection import GridSearchCV, cross_validate

from skautoencoder import AutoencoderSearchCV
from tests.conftest import curved, quick
from tests.engines.scorers import KillingOnce, figures, where

ROOT = Path(__file__).parents[2]
ray = pytest.importorskip("ray", reason="the extra ray is not installed")
pytest.importorskip("ray.data")
SCRIPT = str(ROOT / "examples" / "on_ray.py")
EXAMPLE = runpy.run_path(SCRIPT)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray"),  # of its own settings
    # A cluster that is started after JAX is forked, and at once another program.
    pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning"),
]

GRID = {"learning_rate": [1e-4, 1e-3, 1e-2], "weight_decay": [0.0, 0.1]}


@pytest.fixture(scope="module", autouse=True)
def cluster():
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("JAX_COMPILATION_CACHE_DIR", raising=False)  # each worker is to compile
        patch.setenv("PYTHONPATH", str(ROOT), prepend=os.pathsep)  # of the scorers
        patch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))  # else in a file at home
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
        EXAMPLE["register_ray"]()
        yield
        ray.shutdown()


def on_ray(**restarts):
    return joblib.parallel_config(backend="ray", n_jobs=2, ray_remote_args=restarts or None)


def test_a_search_finds_the_same_and_a_worker_compiles_once_for_all_its_fits():
    X = curved(120)
    here = GridSearchCV(quick(), GRID, cv=2).fit(X)
    with on_ray():
        there = GridSearchCV(quick(), GRID, cv=2, scoring=where, refit=False).fit(X)
    assert_allclose(
        there.cv_results_["mean_test_score"], here.cv_results_["mean_test_score"], atol=1e-5
    )
    assert os.getpid() not in figures(there, "process")
    assert set(figures(there, "compiled")) == {2}  # training, validation


def test_batches_of_a_dataset_are_transformed():
    frame = pd.DataFrame(curved(120), columns=list("abcde"))
    ours = quick().fit(frame)
    codes = EXAMPLE["codes_of_dataset"](ours, ray.data.from_pandas([frame[:50], frame[50:]]))
    assert codes.schema().names == list(ours.get_feature_names_out())
    assert_allclose(codes.to_pandas().to_numpy(float), ours.transform(frame), rtol=1e-6)


def test_a_search_of_ours_stays_in_its_process_and_says_so():
    search = AutoencoderSearchCV(quick(), GRID, cv=2, scoring=where, refit="score")
    with on_ray(), pytest.warns(UserWarning, match="workers of joblib's RayBackend idle"):
        search.fit(curved(120))
    assert set(figures(search, "process")) == {os.getpid()}


def test_whole_searches_of_ours_are_spread_over_workers():
    search = AutoencoderSearchCV(quick(), GRID, cv=2, scoring=where, refit="score")
    with on_ray():
        found = cross_validate(search, curved(120), cv=2, return_estimator=True)
    for each in found["estimator"]:
        assert len(set(figures(each, "process"))) == 1  # all of a search at one place
        assert os.getpid() not in figures(each, "process")


def test_a_killed_worker_ends_a_search_unless_it_may_restart(tmp_path):
    X = curved(120)
    here = GridSearchCV(quick(), GRID, cv=2).fit(X)
    for folder, restarts in [("none", 0), ("one", 1)]:
        (tmp_path / folder).mkdir()
        search = GridSearchCV(quick(), GRID, cv=2, scoring=KillingOnce(tmp_path / folder))
        with on_ray(max_restarts=restarts, max_task_retries=restarts):
            if not restarts:
                with pytest.raises(ray.exceptions.ActorDiedError, match="died unexpectedly"):
                    search.fit(X)
                continue
            search.fit(X)
        assert_allclose(
            search.cv_results_["mean_test_score"], here.cv_results_["mean_test_score"], atol=1e-5
        )


def test_the_example_runs():
    ray.shutdown()  # it starts its own
    done = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=True)
    assert "codes of a dataset: (1797, 8)" in done.stdout
