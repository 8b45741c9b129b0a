"""Checkpoint: a fit that goes on is the fit that was never stopped; what is damaged is refused."""

from __future__ import annotations

import os
import pickle
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.datasets import load_digits, load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skautoencoder import (
    AutoencoderSearchCV,
    AutoencoderTransformer,
    ConvolutionalAutoencoderTransformer,
    RBMTransformer,
    TableAutoencoderTransformer,
)
from skautoencoder.callbacks import Checkpoint

X = load_iris().data[::3]
QUICK = {"hidden_layer_sizes": (8,), "max_iter": 8, "random_state": 0}


class Watch:
    """Counts the epochs that are run, and stops the fit after so many, as an error would."""

    def __init__(self, stop_after=None):
        self.stop_after, self.n_epochs = stop_after, 0

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        if context.task_name == "epoch":
            self.n_epochs += 1
            if self.n_epochs == self.stop_after:
                raise RuntimeError("stopped here")


def fitted(estimator, X, *callbacks, **arguments):
    return estimator.set_callbacks(*callbacks).fit(X, **arguments)


def stopped(estimator, X, folder, after, every=1, **arguments):
    """A fit that an error ends after so many epochs."""
    with pytest.raises(RuntimeError, match="stopped here"):
        fitted(estimator, X, Checkpoint(folder, every=every), Watch(after), **arguments)


def with_gaps(X):
    return np.where(np.random.default_rng(0).random(X.shape) < 0.1, np.nan, X)


WIDE = np.random.default_rng(0).random((12, 40))
BITS = np.greater(X, X.mean(0))
ESTIMATORS = {
    "folds": (AutoencoderTransformer(2, **QUICK), X, {}),
    "a split": (AutoencoderTransformer(4, **QUICK), load_digits().data[:400] / 16, {}),
    "no held-out rows": (AutoencoderTransformer(2, early_stopping=False, **QUICK), X, {}),
    "rows to validate by": (AutoencoderTransformer(2, **QUICK), X, {"X_val": X[:20] + 0.1}),
    "weights and groups": (
        AutoencoderTransformer(2, **QUICK),
        X,
        {"sample_weight": np.arange(50) % 3, "groups": np.arange(50) // 5},
    ),
    "gaps": (AutoencoderTransformer(2, **QUICK), with_gaps(X), {}),
    "more columns than rows": (AutoencoderTransformer(2, **QUICK), WIDE, {}),
    "second try": (
        AutoencoderTransformer(2, n_iter_no_change=1, **QUICK | {"max_iter": 20}), X, {}
    ),
    "variational": (AutoencoderTransformer(2, objective="variational", **QUICK), X, {}),
    "random start, L2": (
        AutoencoderTransformer(2, init="glorot", optimizer="sgd", weight_decay=0.1, **QUICK), X, {}
    ),
    "images": (
        ConvolutionalAutoencoderTransformer(2, image_shape=(8, 8), max_iter=8, random_state=0),
        load_digits().data[:60],
        {},
    ),
    "a table": (
        TableAutoencoderTransformer(2, **QUICK),
        pd.DataFrame({"a": X[:, 0], "b": np.where(X[:, 1] > 3, "wide", "narrow")}),
        {},
    ),
    "a Boltzmann machine": (RBMTransformer(3, n_iter=8, random_state=0), BITS, {}),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "every"), [(kind, 1 + i % 2 * 2) for i, kind in enumerate(ESTIMATORS)]
)
def test_a_fit_that_goes_on_ends_with_the_same_bits(kind, every, tmp_path):
    estimator, X, arguments = ESTIMATORS[kind]
    whole = fitted(estimator, X, **arguments).transform(X)
    counted = fitted(estimator, X, watch := Watch(), **arguments)
    curve = getattr(counted, "loss_curve_", None)
    for after in (2, 4):
        stopped(estimator, X, tmp_path, min(after, watch.n_epochs), every, **arguments)
    again = fitted(estimator, X, Checkpoint(tmp_path, every=every), rest := Watch(), **arguments)
    assert_array_equal(again.transform(X), whole)
    assert getattr(again, "loss_curve_", None) == curve
    assert rest.n_epochs < watch.n_epochs
    # What has ended is not run again
    third = fitted(estimator, X, Checkpoint(tmp_path, every=every), none := Watch(), **arguments)
    assert none.n_epochs == 0
    assert_array_equal(third.transform(X), whole)


def test_at_most_the_interval_is_lost(tmp_path):
    estimator = AutoencoderTransformer(2, early_stopping=False, **QUICK)
    stopped(estimator, X, tmp_path, 6, every=3)
    fitted(estimator, X, Checkpoint(tmp_path, every=3), rest := Watch())
    assert rest.n_epochs == 8 - 3  # the sixth epoch was stopped before it was kept


def test_no_seed_no_checkpoint(tmp_path):
    with pytest.raises(ValueError, match="random_state of AutoencoderTransformer to be a number"):
        fitted(AutoencoderTransformer(2), X, Checkpoint(tmp_path))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("every", [0, -1, 1.5, True, "1"])
def test_every_is_a_number_of_epochs(every, tmp_path):
    with pytest.raises(ValueError, match=re.escape(f"every={every!r} must be a whole number")):
        Checkpoint(tmp_path, every=every)


@pytest.mark.parametrize(
    ("changed", "data", "named"),
    [
        ({"learning_rate": 0.01}, X, r"learning_rate \(0.002 there, 0.01 here\)"),
        ({"max_iter": 9}, X, r"max_iter \(8 there, 9 here\)"),
        ({"random_state": 1}, X, "random_state"),
        ({}, X + 1, "X "),
        ({}, X[:40], r"X \(50 x 4, "),
    ],
)
def test_other_data_or_parameters_are_named_and_begin_anew(changed, data, named, tmp_path):
    stopped(AutoencoderTransformer(2, **QUICK), X, tmp_path, 2)
    estimator = AutoencoderTransformer(2, **QUICK | changed)
    with pytest.warns(UserWarning, match=f"(?s)begins anew.*differs in.*{named}"):
        fitted(estimator, data, Checkpoint(tmp_path), watch := Watch())
    assert watch.n_epochs >= 8


def damaged(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (damaged, "damaged"),
        (lambda content: content[: len(content) // 2], "cut off"),
        (lambda content: b"", "no safetensors file"),
        (lambda content: b"PK\x03\x04 something else", "no safetensors file"),
    ],
)
def test_a_damaged_checkpoint_is_refused_and_the_one_before_taken(harm, reason, tmp_path):
    estimator = AutoencoderTransformer(2, early_stopping=False, **QUICK)
    whole = fitted(estimator, X).transform(X)
    stopped(estimator, X, tmp_path, 5)  # four epochs are kept, and three before
    (path,) = tmp_path.glob("*.safetensors")
    path.write_bytes(harm(path.read_bytes()))
    with pytest.warns(UserWarning, match=f"passed over: .*{reason}"):
        again = fitted(estimator, X, Checkpoint(tmp_path), watch := Watch())
    assert watch.n_epochs == 8 - 3
    assert_array_equal(again.transform(X), whole)


def test_both_damaged_begins_anew(tmp_path):
    estimator = AutoencoderTransformer(2, early_stopping=False, **QUICK)
    stopped(estimator, X, tmp_path, 5)
    for path in tmp_path.iterdir():
        path.write_bytes(b"")
    with pytest.warns(UserWarning, match="passed over"):
        fitted(estimator, X, Checkpoint(tmp_path), watch := Watch())
    assert watch.n_epochs == 8


def test_the_file_of_another_fit_is_refused(tmp_path):
    one, other = (AutoencoderTransformer(2, learning_rate=rate, **QUICK) for rate in (1e-3, 1e-2))
    stopped(one, X, tmp_path, 3)
    (path,) = tmp_path.glob("*.safetensors")
    content = path.read_bytes()
    with pytest.warns(UserWarning, match="begins anew"):
        stopped(other, X, tmp_path, 3)
    (of_other,) = set(tmp_path.glob("*.safetensors")) - {path}
    of_other.write_bytes(content)
    with pytest.warns(UserWarning, match="passed over: it is of another fit"):
        fitted(other, X, Checkpoint(tmp_path))


def test_a_full_disk_stops_no_fit(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("skautoencoder.callbacks.write_file", full)
    estimator = AutoencoderTransformer(2, **QUICK)
    with pytest.warns(UserWarning, match="No space left on device") as told:
        fitted(estimator, X, Checkpoint(tmp_path))
    assert len(told) == 1
    assert estimator.n_iter_ == 8


def test_a_folder_that_is_none(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        fitted(AutoencoderTransformer(2, **QUICK), X, Checkpoint(tmp_path / "file"))


@pytest.mark.slow
@pytest.mark.parametrize("halving_factor", ["none", None, 2])
def test_a_search_runs_no_fit_again(halving_factor, tmp_path):
    def search(*callbacks):
        settings = {"cv": 2, "error_score": "raise"}
        autoencoder = AutoencoderTransformer(2, **QUICK).set_callbacks(*callbacks)
        pipeline = make_pipeline(StandardScaler(), autoencoder)
        grid = {"autoencodertransformer__learning_rate": [1e-4, 1e-3, 1e-2, 1e-1]}
        if halving_factor == "none":
            return GridSearchCV(pipeline, grid, **settings).fit(X)
        settings["halving_factor"] = halving_factor
        return AutoencoderSearchCV(pipeline, grid, **settings).fit(X)

    whole = search(every := Watch())
    with pytest.raises(RuntimeError, match="stopped here"):
        search(Checkpoint(tmp_path), Watch(stop_after=every.n_epochs - 10))
    again = search(Checkpoint(tmp_path), rest := Watch())
    assert rest.n_epochs <= 20
    assert_array_equal(again.cv_results_["mean_test_score"], whole.cv_results_["mean_test_score"])
    assert again.best_params_ == whole.best_params_
    search(Checkpoint(tmp_path), none := Watch())
    assert none.n_epochs == 0


SCRIPT = """
import sys
from sklearn.datasets import load_digits
from skautoencoder import AutoencoderTransformer
from skautoencoder.callbacks import Checkpoint
estimator = AutoencoderTransformer(
    4, hidden_layer_sizes=(16,), max_iter=400, early_stopping=False, random_state=0, verbose=1
)
estimator.set_callbacks(Checkpoint(sys.argv[1]))
estimator.fit(load_digits().data[:300])
print("codes", estimator.transform(load_digits().data[:300]).sum().hex(), flush=True)
"""


@pytest.mark.slow
def test_a_process_killed_twenty_times_loses_at_most_an_epoch_each_time(tmp_path):
    def run(folder):
        command = [sys.executable, "-u", "-c", SCRIPT, str(folder)]
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)

    def epochs(lines):
        return [int(n) for n in re.findall(r"Epoch +(\d+)/", lines)]

    undisturbed, _ = run(tmp_path / "whole").communicate()
    chance, last = random.Random(0), 0
    for _ in range(20):
        process = run(tmp_path / "killed")
        begun = process.stdout.readline()  # training has begun
        time.sleep(chance.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        found = epochs(begun + process.communicate()[0])
        assert found[0] >= last  # the last epoch told may not have been kept
        last = found[-1]
    finished, _ = run(tmp_path / "killed").communicate()
    assert finished.splitlines()[-1] == undisturbed.splitlines()[-1]
    assert finished.startswith("Epoch") or last == 400


def test_a_copy_that_a_worker_has_takes_the_other_fits_of_a_search_for_granted(tmp_path):
    """As in another process, where each fit comes with a copy of the callback."""
    for learning_rate in (1e-3, 1e-2):  # else it warns: "begins anew"
        ours = AutoencoderTransformer(2, **QUICK | {"learning_rate": learning_rate})
        pickle.loads(pickle.dumps(ours.set_callbacks(Checkpoint(tmp_path)))).fit(X)
    assert len(list(tmp_path.glob("*.safetensors"))) == 2
