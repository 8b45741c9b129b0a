"""Fits over a mesh of eight devices, each in a process that has eight, beside fits on one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def on_eight_devices(*cases):
    """What the cases of on_eight_devices.py found."""
    forced = os.environ | {"XLA_FLAGS": "--xla_force_host_platform_device_count=8"}
    command = [sys.executable, "-m", "tests.training.on_eight_devices", *cases]
    done = subprocess.run(command, capture_output=True, text=True, env=forced, cwd=ROOT)
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


def is_the_same(found):
    return found["apart"] < 1e-5 and found["same without"]


def test_the_rows_of_a_batch_are_apart_and_the_result_is_that_of_one_device():
    found = on_eight_devices("dense")["dense"]
    assert is_the_same(found)
    assert found["spread"] == [[8, 32], [8, 64]]


SAME = ["from PCA", "held out", "folds", "tied", "denoising", "variational", "contractive"]
SAME += [
    "sparse",
    "gaps",
    "convolutional",
    "wide",
    "rbm start",
    "own optimizer",
    "weights",
    "bfloat16",
]


@pytest.mark.slow
def test_any_fit_is_that_of_one_device():
    found = on_eight_devices(*SAME)
    assert [name for name in SAME if not is_the_same(found[name])] == []
    assert [name for name in SAME if [8, 64] not in found[name]["spread"]] == []


@pytest.mark.slow
def test_batches_that_the_mesh_does_not_divide_are_filled_up():
    found = on_eight_devices("batches of 20", "three")
    assert is_the_same(found["batches of 20"])
    assert found["batches of 20"]["spread"] == [[8, 24], [8, 64]]
    assert found["three"]["apart"] < 1e-5
    assert found["three"]["spread"] == [[3, 33], [3, 66]]


@pytest.mark.slow
def test_all_else_runs_on_one_device():
    names = ["machine", "persistent machine", "imputer", "after a fit"]
    found = on_eight_devices(*names)
    assert [found[name]["apart"] for name in names] == [0, 0, 0, 0]


@pytest.mark.slow
def test_fits_that_go_on_and_searches():
    found = on_eight_devices("chunks", "warm", "checkpoint", "search", "donated")
    assert all(found[name]["apart"] < 1e-5 for name in ("chunks", "warm", "search"))
    assert found["checkpoint"]["same bits"]
    assert found["donated"]["gone"]
