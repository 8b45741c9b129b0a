"""On dask: a cluster of two workers on this machine, started here."""

from __future__ import annotations

import os
import runpy
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.model_selection import GridSearchCV, cross_validate

from skautoencoder import AutoencoderSearchCV
from skautoencoder.callbacks import Checkpoint
from tests.conftest import curved, quick
from tests.engines.scorers import KillingOnce, figures, where

distributed = pytest.importorskip("distributed", reason="the extra dask is not installed")
da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe")
EXAMPLE = runpy.run_path(str(Path(__file__).parents[2] / "examples" / "on_dask.py"))

pytestmark = pytest.mark.slow

GRID = {"learning_rate": [1e-4, 1e-3, 1e-2], "weight_decay": [0.0, 0.1]}


@pytest.fixture(scope="module")
def client():
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("JAX_COMPILATION_CACHE_DIR", raising=False)  # each worker is to compile
        with EXAMPLE["workers"]() as client:
            yield client


def test_a_search_finds_the_same_and_a_worker_compiles_once_for_all_its_fits(client):
    X = curved(120)
    here = GridSearchCV(quick(), GRID, cv=2).fit(X)
    for _ in range(2):
        with joblib.parallel_config(backend="dask"):
            there = GridSearchCV(quick(), GRID, cv=2, scoring=where, refit=False).fit(X)
        assert_allclose(
            there.cv_results_["mean_test_score"], here.cv_results_["mean_test_score"], atol=1e-5
        )
        # One alone may do all of them: dask leaves short tasks where their data are.
        assert set(figures(there, "process")) <= set(client.run(os.getpid).values())
        assert set(figures(there, "compiled")) == {2}  # training, validation


def test_blocks_of_an_array_are_transformed_where_they_are(client):
    X = curved(120).astype(np.float32)
    ours = quick().fit(X)
    codes = EXAMPLE["codes_of_array"](ours, da.from_array(X, chunks=(50, 2)))
    assert codes.chunks == ((50, 50, 20), (2,))
    assert codes.dtype == np.float32
    assert_allclose(codes.compute(), ours.transform(X), rtol=1e-5, atol=1e-6)
    whole = da.from_array(X, chunks=(50, 5))
    scores = whole.map_blocks(ours.score_samples, dtype=X.dtype, drop_axis=1)
    assert_allclose(scores.compute(), ours.score_samples(X), rtol=1e-4)
    rebuilt = codes.map_blocks(ours.inverse_transform, dtype=X.dtype, chunks=whole.chunks)
    assert_allclose(
        rebuilt.compute(), ours.inverse_transform(codes.compute()), rtol=1e-4, atol=1e-5
    )


def test_partitions_of_a_frame_are_transformed_and_may_be_empty(client):
    frame = pd.DataFrame(curved(120), columns=list("abcde")).sort_values("a")
    ours = quick().fit(frame)
    some = dd.from_pandas(frame, npartitions=4, sort=False).query("a > 1.5")
    codes = EXAMPLE["codes_of_frame"](ours, some, frame[:1])
    expected = ours.transform(frame.query("a > 1.5"))
    assert list(codes.columns) == list(expected.columns)
    assert min(some.map_partitions(len).compute()) == 0
    pd.testing.assert_frame_equal(codes.compute(), expected)


def test_a_search_of_ours_stays_in_its_process_and_says_so(client):
    search = AutoencoderSearchCV(quick(), GRID, cv=2, scoring=where, refit="score")
    with (
        joblib.parallel_config(backend="dask"),
        pytest.warns(UserWarning, match="workers of joblib's DaskDistributedBackend idle"),
    ):
        search.fit(curved(120))
    assert set(figures(search, "process")) == {os.getpid()}


def test_whole_searches_of_ours_are_spread_over_workers(client):
    search = AutoencoderSearchCV(quick(), GRID, cv=2, scoring=where, refit="score")
    with joblib.parallel_config(backend="dask"):
        found = cross_validate(search, curved(120), cv=4, return_estimator=True)
    workers = set(client.run(os.getpid).values())
    for each in found["estimator"]:
        assert len(set(figures(each, "process"))) == 1  # all of a search at one place
        assert set(figures(each, "process")) <= workers


def test_the_example_runs_on_the_workers_of_a_scheduler(client, capsys):
    EXAMPLE["main"](client.scheduler.address)
    printed = capsys.readouterr().out
    assert "codes of an array: (1797, 8)" in printed
    assert "codes of a frame: (" in printed


def test_a_killed_worker_ends_a_search_which_goes_on_from_checkpoints(client, tmp_path):
    X = curved(120)
    here = GridSearchCV(quick(), GRID, cv=2).fit(X)
    ours = quick().set_callbacks(Checkpoint(tmp_path / "checkpoints"))
    search = GridSearchCV(ours, GRID, cv=2, scoring=KillingOnce(tmp_path), refit=False)
    with (
        joblib.parallel_config(backend="dask"),
        pytest.raises(distributed.client.FutureCancelledError, match="cancelled"),
    ):
        search.fit(X)
    client.wait_for_workers(2, timeout=60)  # the cluster starts another in its place
    before = checkpoints(tmp_path)
    with joblib.parallel_config(backend="dask"):
        search.fit(X)
    assert_allclose(
        search.cv_results_["mean_test_score"], here.cv_results_["mean_test_score"], atol=1e-5
    )
    assert search.best_params_ == here.best_params_
    assert before.items() & checkpoints(tmp_path).items()  # some had ended, and were not run again


def checkpoints(folder):
    """When each fit was last heard of."""
    files = (folder / "checkpoints").glob("*.safetensors")
    return {path.name: path.stat().st_mtime_ns for path in files}


def test_arrays_and_frames_are_learnt_from_a_partition_at_a_time(client, monkeypatch):
    monkeypatch.setattr("skautoencoder._streams._survey.IN_MEMORY_VALUES", 0)
    X = curved(400)
    names = [f"c{number}" for number in range(X.shape[1])]
    array = da.from_array(X, chunks=(150, 2))
    frame = dd.from_pandas(pd.DataFrame(X, columns=names), npartitions=3)
    for rows in (array, frame, array[array[:, 0] > -10]):  # of the last, nobody knows the lengths
        ours = quick().fit(rows)
        assert ours.n_samples_ == 400
        assert np.asarray(ours.transform(rows)).shape == (400, 2)
    weight = np.arange(400) % 3
    assert quick().fit(array, sample_weight=weight).n_samples_ == np.count_nonzero(weight)
    with pytest.raises(ValueError, match="compute_chunk_sizes"):
        quick().fit(array[array[:, 0] > -10], sample_weight=weight)
