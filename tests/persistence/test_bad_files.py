"""Files that are none of ours, damaged or lying ones, and places that cannot be written to."""

from __future__ import annotations

import copy
import json
import os
import pickle
import resource
import signal
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from safetensors.numpy import save_file
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline

from skautoencoder import AutoencoderTransformer, load, save
from skautoencoder.persistence import _file
from tests.conftest import quick
from tests.persistence.forged import forged, split
from tests.persistence.fuzz import run
from tests.persistence.models import X, fitted

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "plain.safetensors"
    save(fitted("plain")[0], path)
    return path.read_bytes()


def refused(path, content, words):
    path.write_bytes(content)
    with pytest.raises(ValueError, match=words) as caught:
        load(path)
    assert len(str(caught.value).splitlines()) == 1
    assert str(path) in str(caught.value)


def test_cut_off_files(path, content):
    for size in (0, 1, 7, 8, 100, 3000, len(content) - 1):
        refused(path, content[:size], "no safetensors file, or cut off")


def test_files_with_more_behind(path, content):
    refused(path, content + b"x", "no safetensors file, or cut off")


@pytest.mark.parametrize("place", [5000, -1, -1000])
def test_a_single_wrong_byte(path, content, place):
    wrong = bytearray(content)
    wrong[place] ^= 1
    refused(path, bytes(wrong), "damaged|no safetensors|no model")


def test_foreign_files(path):
    refused(path, pickle.dumps(PCA()), "no safetensors file")
    refused(path, b"PK\3\4" + b"x" * 100, "no safetensors file")
    refused(path, b"a,b\n1,2\n", "no safetensors file")
    save_file({"weight": np.ones(3)}, path)
    refused(path, path.read_bytes(), "no model of skautoencoder")
    save_file({"weight": np.ones(3)}, path, {"skautoencoder": "[1, 2"})
    refused(path, path.read_bytes(), "no model of skautoencoder")


def test_a_file_that_tells_no_more_than_a_pickle_would_do_executes_nothing(path):
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(path) + ".evil",)

    refused(path, pickle.dumps(Evil()), "no safetensors file")
    assert not Path(str(path) + ".evil").exists()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (2, "of format 2, and this version reads formats up to 1: install a later skautoencoder"),
        (0, "its format is 0"),
        ("1", "its format is '1'"),
        (True, "its format is True"),
    ],
)
def test_other_formats(path, content, number, words):
    told, arrays = split(content)
    refused(path, forged(told | {"format": number}, arrays), words)


def in_the_estimator(path, told, value):
    """What a file says, with another value at a place in the estimator."""
    told = copy.deepcopy(told)
    *outer, last = path
    node = told["estimator"]
    for key in outer:
        node = node[key]
    node[last] = value
    return told


HOLDS = ("instance", "holds")
LIES = {
    "shape": ((*HOLDS, "mean_", "array", "shape"), [4], r"of shape \[5\].* not of \[4\]"),
    "dtype": ((*HOLDS, "mean_", "array", "dtype"), "<f4", "type <f8, not of .* and <f4"),
    "no dtype": ((*HOLDS, "mean_", "array", "dtype"), "V999999999999", "no type of array"),
    "array": ((*HOLDS, "mean_", "array", "name"), "nowhere", "'nowhere' is missing"),
    "class": (("instance", "class"), "os.system", "os.system, which is not known"),
    "module": (("instance", "class"), "sklearn.utils.validation.check_array", "is not known"),
    "no class": (("instance", "class"), 5, "5, which is not known"),
    "a test of scikit-learn": (("instance", "class"), "sklearn.conftest.fetch", "is not known"),
    "method": ((*HOLDS, "transform"), 1, "takes no attribute 'transform'"),
    "dunder": ((*HOLDS, "__class__"), 1, "takes no attribute '__class__'"),
    "property": ((*HOLDS, "code_scale_"), 1, "takes no attribute 'code_scale_'"),
    "kind": ((*HOLDS, "mean_"), {"pickle": "gASV"}, "no kind of value 'pickle'"),
    "two kinds": ((*HOLDS, "mean_"), {"tuple": [], "set": []}, "one key"),
    "features": ((*HOLDS, "n_features_in_"), 6, r"of shape \(5,\), not \(6,\)"),
    "components": ((*HOLDS, "n_components_"), 3, "not"),
    "parameter of a network": ((*HOLDS, "_network", "instance", "holds", "depth"), 3, "not sound"),
    "activation": ((*HOLDS, "_network", "instance", "holds", "activation"), "eval", "not sound"),
    "wide text": (
        (*HOLDS, "x"), {"values": {"shape": [10**9], "dtype": "<U999", "values": []}}, "holds 0"),
    "memory": (
        ("instance",),
        {"class": "sklearn.pipeline.Pipeline", "holds": {"steps": [], "memory": "/tmp"}},
        "folder of pickles",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_lies_with_a_sum_that_fits(path, content, name):
    place, value, words = LIES[name]
    told, arrays = split(content)
    refused(path, forged(in_the_estimator(place, told, value), arrays), words)


def test_a_file_has_no_function_called(path):
    called = []

    def distance(a, b):
        called.append(1)
        return 0.0

    ours = make_pipeline(quick(), NearestNeighbors(algorithm="ball_tree")).fit(X)
    neighbors = ours[-1]
    neighbors.effective_metric_, neighbors.effective_metric_params_ = "pyfunc", {"func": distance}
    save(ours, path, classes=[distance])
    with pytest.raises(ValueError, match="distances by a function"):
        load(path, classes=[distance])
    assert not called


def test_values_within_values_without_end(path, content):
    told, arrays = split(content)
    deep = "[" * 500 + "]" * 500
    told = in_the_estimator((*HOLDS, "x"), told, json.loads(deep))
    refused(path, forged(told, arrays), "too deep")


def test_weights_of_another_size(path, content):
    told, arrays = split(content)
    name = "encoder_.weights.0"
    arrays[name] = arrays[name][:, :3].copy()
    place = (*HOLDS, "encoder_", "instance", "holds", "weights", "tuple", 0, "array", "shape")
    told = in_the_estimator(place, told, list(arrays[name].shape))
    refused(path, forged(told, arrays), "not sound")


def test_an_older_file_lacks_newer_parameters(path, content):
    told, arrays = split(content)
    del told["estimator"]["instance"]["holds"]["whiten"]
    path.write_bytes(forged(told, arrays))
    loaded = load(path)
    assert loaded.whiten is False
    assert_array_equal(loaded.transform(X), fitted("plain")[0].transform(X))


def test_mutated_files_are_opened_or_refused_in_one_line(tmp_path):
    """A short run of the script, which opens ten thousand."""
    counts = run(150, 1, tmp_path, ["plain"])
    assert counts["refused"] > 100
    assert sum(counts.values()) == 150


def test_loading_takes_no_more_than_the_arrays(path):
    save(_wide(fitted("plain")[0], 2_000_000), path)
    load(path)
    tracemalloc.start()
    try:
        load(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1.05 * path.stat().st_size


# -- places


def test_places_that_cannot_be_read(tmp_path):
    with pytest.raises(FileNotFoundError, match="none"):
        load(tmp_path / "none.safetensors")
    with pytest.raises(IsADirectoryError):
        load(tmp_path)


def test_a_pipe_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="is no file"):
        load(tmp_path / "pipe")


def test_places_that_cannot_be_written_to(tmp_path):
    (tmp_path / "file").write_text("x")
    for place, error in (
        (tmp_path, IsADirectoryError),
        (tmp_path / "no" / "model.safetensors", FileNotFoundError),
        (tmp_path / "file" / "model.safetensors", FileNotFoundError),
    ):
        with pytest.raises(error):
            save(AutoencoderTransformer(), place)
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="to root, nothing is forbidden")
def test_a_file_that_may_not_be_written_to_stays(path):
    save(AutoencoderTransformer(), path)
    path.chmod(0o444)
    before = path.read_bytes()
    with pytest.raises(PermissionError):
        save(AutoencoderTransformer(3), path)
    assert path.read_bytes() == before


def _on_a_small_disk(folder):
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=True, capture_output=True
    )


def test_a_full_disk_leaves_the_old_file(tmp_path):
    """On a disk of 64 kB where one may be mounted, and else with files of that size at most."""
    estimator, _ = fitted("plain")
    path = tmp_path / "model.safetensors"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        _on_a_small_disk(tmp_path)
        mounted = True
    except (OSError, subprocess.CalledProcessError):
        mounted = False
    try:
        save(AutoencoderTransformer(3), path)
        before = path.read_bytes()
        large = _wide(estimator)
        if not mounted:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (2**16, limits[1]))
        with pytest.raises(OSError, match=r"space|large"):
            save(large, path)
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path]
        assert load(path).n_components == 3
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        if mounted:
            subprocess.run(["umount", tmp_path], check=True)


def _wide(estimator, n_values=20_000):
    """An estimator that takes more than 64 kB."""
    found = copy.deepcopy(estimator)
    found.loss_curve_ = np.random.RandomState(0).uniform(size=n_values)
    return found


SAVING = """
import sys
import numpy as np
from skautoencoder import AutoencoderTransformer, save
print("begin", flush=True)
number = 0
while True:
    number += 1
    estimator = AutoencoderTransformer(number)
    estimator.loss_curve_ = np.full(200_000, float(number))
    save(estimator, sys.argv[1])
"""


@pytest.mark.slow
def test_kill_9_at_any_moment_leaves_the_old_file_or_the_new_one(path):
    chance = np.random.RandomState(0)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    found = []
    for _ in range(20):
        program = [sys.executable, "-c", SAVING, str(path)]
        with subprocess.Popen(program, stdout=subprocess.PIPE, env=environment) as process:
            process.stdout.readline()
            while not path.exists():
                time.sleep(0.001)
            time.sleep(chance.uniform(0, 0.2))
            process.kill()
        loaded = load(path)
        assert_array_equal(loaded.loss_curve_, np.full(200_000, float(loaded.n_components)))
        found.append(loaded.n_components)
    assert len(set(found)) > 1


def test_no_file_is_touched_before_all_is_packed(path, monkeypatch):
    save(AutoencoderTransformer(3), path)
    monkeypatch.setattr(_file, "arrays_to_bytes", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save(AutoencoderTransformer(4), path)
    assert load(path).n_components == 3
