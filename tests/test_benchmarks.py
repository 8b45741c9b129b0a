"""The benchmarks: each is where it is said to be, and is run. Running is smoke.py's part."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import jax
import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
if not (ROOT / "benchmarks").exists():
    pytest.skip("without a checkout there are no benchmarks", allow_module_level=True)

NAMED = re.compile(r"benchmarks/[\w/]+\.\w+")
NAMING = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "pyproject.toml",
    *ROOT.glob("docs/*.md"),
    *ROOT.glob("skautoencoder/**/*.py"),
    *ROOT.glob("benchmarks/**/*.py"),
    *ROOT.glob("examples/*.py"),
]


@pytest.mark.parametrize("path", NAMING, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_benchmark_that_is_named_is_there(path):
    for named in NAMED.findall(path.read_text()):
        assert (ROOT / named).exists(), f"{path.relative_to(ROOT)} names {named}"


def test_the_readme_of_the_benchmarks_names_what_is_there_and_all_of_it():
    readme = (ROOT / "benchmarks/README.md").read_text()
    named = set(re.findall(r"^\| `([\w/]+\.py)` \|", readme, re.MULTILINE))
    assert named == {str(path.relative_to(ROOT / "benchmarks")) for path in scripts()}
    for result in re.findall(r"results/\w+/\w+\.\w+", readme):
        assert (ROOT / "benchmarks" / result).exists()


def scripts():
    """All that is run; packages and what benchmarks share are not."""
    shared = {"__init__.py", "smoke.py"}
    found = [p for p in (ROOT / "benchmarks").rglob("*.py") if p.name not in shared]
    return sorted(p for p in found if p.parent.name != "lib")


def ours(name, monkeypatch):
    """A module of this checkout's benchmarks."""
    monkeypatch.syspath_prepend(ROOT)
    return importlib.import_module(name)


def test_smoke_runs_every_benchmark(monkeypatch):
    assert ours("benchmarks.smoke", monkeypatch).scripts() == scripts()


@pytest.mark.parametrize("path", scripts(), ids=lambda path: path.name)
def test_every_benchmark_has_a_smoke_of_its_own_and_keeps_results_where_it_is_told(path):
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    by_name = {}
    for call in calls:
        by_name.setdefault(getattr(call.func, "id", None), []).append(call)
    (parse,) = by_name["parse"]
    assert "smoke" in {keyword.arg for keyword in parse.keywords}
    for call in by_name["save"]:
        assert ast.unparse(call.args[2]) == "args.results"


def test_smoke_changes_defaults_and_leaves_what_is_given(monkeypatch, tmp_path):
    arguments = ours("benchmarks.lib.arguments", monkeypatch)
    images = ours("benchmarks.lib.images", monkeypatch)

    def parsed(*argv):
        monkeypatch.setattr("sys.argv", ["script.py", *argv])
        parser = arguments.command_line("What it asks.")
        parser.add_argument("folder", nargs="?")
        parser.add_argument("--epochs", type=int, default=50)
        smoke = {"epochs": 1, "settings": arguments.TINY}
        return arguments.parse(parser, images="folder", settings={}, smoke=smoke)

    plain, smoke = parsed(), parsed("--smoke")
    assert (plain.epochs, plain.settings, plain.folder) == (50, {}, None)
    assert plain.results == ROOT / "benchmarks/results"
    assert (smoke.epochs, smoke.settings) == (1, arguments.TINY)
    assert ROOT not in smoke.results.parents
    for name in ("mnist", "fashion-mnist"):
        train, test = images.load(smoke.folder, name)
        assert train.shape[1] == test.shape[1] == 784
        assert train.dtype == np.float32
        assert train.max() == 1
    rows, labels = images.load_labelled(smoke.folder, 40)
    assert len(rows) == len(labels) == 40
    assert set(labels) == set(range(10))
    given = parsed("--smoke", "--epochs", "3", "--results", str(tmp_path), "elsewhere")
    assert (given.epochs, given.results, given.folder) == (3, tmp_path, "elsewhere")


@pytest.mark.parametrize(
    ("processor", "expected"),
    [
        ("Intel(R) Xeon(R) Processor", "intel_xeon"),
        ("AMD EPYC", "amd_epyc"),
        ("Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz", "intel_xeon_platinum_8259cl"),
        ("AMD EPYC 7B13 64-Core Processor", "amd_epyc_7b13"),
        ("Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz", "intel_core_i7_8550u"),
        ("Apple M2 Pro", "apple_m2_pro"),
        ("../../etc", "etc"),
        ("", "unknown"),
    ],
)
def test_a_machine_has_a_short_name_that_is_fit_for_a_file(processor, expected, monkeypatch):
    machine = ours("benchmarks.lib.machine", monkeypatch)
    assert machine.short_name(processor) == expected


def test_a_result_is_kept_whole_with_its_machine(monkeypatch, tmp_path):
    results = ours("benchmarks.lib.results", monkeypatch)
    assert results.stored("speed", tmp_path) == {}
    path = results.save("speed", {"rate": 2.5}, tmp_path)
    assert path == results.place("speed", tmp_path)
    assert path.parent == tmp_path / "speed"
    assert results.stored("speed", tmp_path)["rate"] == 2.5
    with pytest.raises(TypeError):
        results.save("speed", {"rate": object()}, tmp_path)
    assert results.stored("speed", tmp_path)["rate"] == 2.5


def test_what_was_stored_is_kept_with_the_machine_of_the_new_run(monkeypatch, tmp_path):
    results = ours("benchmarks.lib.results", monkeypatch)
    path = results.save("speed", {"rate": 2.5, "machine": {"date": "2020-01-01"}}, tmp_path)
    kept = results.stored("speed", tmp_path)
    assert path.read_text().startswith('{\n "machine"')
    assert kept == {"machine": kept["machine"], "rate": 2.5}
    assert kept["machine"]["date"] != "2020-01-01"


@pytest.mark.parametrize("share", [0, 0.05, 0.4])
def test_no_row_with_anomalies_is_both_learnt_from_and_judged(share, monkeypatch):
    outliers = ours("benchmarks.lib.outliers", monkeypatch)
    X, anomalous = np.arange(240.0)[:, None], np.arange(240) >= 200
    train, test, of_test = outliers.split(X, anomalous, 0, share)
    n_bad = min(round(share / (1 - share) * 100), 20)
    assert sorted(np.concatenate([train, test]).ravel()) == list(range(240))
    assert np.sum(train >= 200) == n_bad
    np.testing.assert_array_equal(of_test, test.ravel() >= 200)
    fewer = outliers.split(X, anomalous, 0, share, most_train=30, most_test=50)
    assert (len(fewer.train) - np.sum(fewer.train >= 200), len(fewer.test)) == (30, 50)
    other = outliers.split(X, anomalous, 1, share)
    assert set(other.train.ravel()) != set(train.ravel())


def test_made_anomalies_are_a_tenth_of_the_rows_to_judge_and_change_part_of_a_row(monkeypatch):
    outliers = ours("benchmarks.lib.outliers", monkeypatch)
    for make in (outliers.signals, outliers.many_columns):
        train, test, anomalous = make(30, 40, 0)
        assert (len(train), len(test), anomalous.sum()) == (30, 40, 4)
    tables = ours("benchmarks.lib.tables", monkeypatch)
    changed = test != tables.curved_factors(70, 300, 8, 0)[30:]
    np.testing.assert_array_equal(changed.sum(axis=1), np.where(anomalous, 15, 0))


def test_images_are_read_between_their_pixels(monkeypatch):
    moved = ours("benchmarks.lib.moved_images", monkeypatch)
    images = np.random.default_rng(0).random((3, 28, 28), dtype=np.float32)
    still = moved.bent(images, jax.random.key(0), angle=0.0, stretch=0.0, arrows=0.0)
    np.testing.assert_allclose(still, images, atol=1e-6)
    assert np.abs(moved.bent(images, jax.random.key(0)) - images).max() > 0.1
    lines = np.arange(28.0)
    places = np.stack(np.meshgrid(lines + 1, lines + 0.5, indexing="ij"), -1).reshape(1, -1, 2)
    framed = np.pad(images[:1], ((0, 0), (0, 1), (0, 1)))  # black beyond the edge
    halfway = (framed[:, 1:, :-1] + framed[:, 1:, 1:]) / 2
    np.testing.assert_allclose(moved.between_pixels(images[:1], places), halfway, atol=1e-6)


def test_results_are_kept_by_benchmark_and_machine():
    for path in (ROOT / "benchmarks/results").rglob("*.*"):
        assert len(path.relative_to(ROOT / "benchmarks/results").parts) == 2, path
