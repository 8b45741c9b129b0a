"""The benchmarks: each is where it is said to be. Running them is smoke.py's part."""

from __future__ import annotations

import re
import sys
from pathlib import Path

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
    return [p for p in found if p.parent.name != "lib"]


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
    monkeypatch.setattr(sys, "path", [str(ROOT), *sys.path])
    from benchmarks.lib.machine import short_name

    assert short_name(processor) == expected


def test_results_are_kept_by_benchmark_and_machine():
    for path in (ROOT / "benchmarks/results").rglob("*.*"):
        assert len(path.relative_to(ROOT / "benchmarks/results").parts) == 2, path
