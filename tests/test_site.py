"""The documentation site: nothing public is missing, and its parts say what is true."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import sys
from pathlib import Path

import pytest

import skautoencoder

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
REFERENCE = (DOCS / "api" / "index.md").read_text("utf-8").split()
PARTS = (
    "callbacks",
    "comparison",
    "display",
    "losses",
    "objectives",
    "onnx",
    "persistence",
    "sources",
)

sys.path.append(str(DOCS))
sys.path.append(str(DOCS / "_ext"))
layouts = importlib.import_module("benchmark_layouts")
check_links = importlib.import_module("check_links")


def public_names():
    """Each with the module that users take it from."""
    top = set(skautoencoder.__all__)
    yield from top
    for part in PARTS:
        module = importlib.import_module(f"skautoencoder.{part}")
        yield from (f"{part}.{name}" for name in module.__all__ if name not in top)
    boltzmann = importlib.import_module("skautoencoder.boltzmann")
    for name, value in vars(boltzmann).items():
        if not name.startswith("_") and getattr(value, "__module__", "") == boltzmann.__name__:
            yield f"boltzmann.{name}"


def test_the_reference_has_all_that_is_public():
    pytest.importorskip("onnx")
    assert [name for name in public_names() if name not in REFERENCE] == []


ESTIMATORS = [
    name for name in skautoencoder.__all__ if hasattr(getattr(skautoencoder, name), "get_params")
]


@pytest.mark.parametrize("name", ESTIMATORS)
def test_an_estimator_in_a_notebook_links_to_its_page(name):
    made = getattr(skautoencoder, name)
    needs = {"estimator": skautoencoder.AutoencoderTransformer(), "param_grid": {}}
    asked = inspect.signature(made).parameters
    estimator = made(**({} if asked.keys() < needs.keys() or "param_grid" not in asked else needs))
    page = f"https://skautoencoder.readthedocs.io/en/stable/api/generated/skautoencoder.{name}.html"
    assert page in estimator._repr_html_()
    assert name in REFERENCE  # which is what makes that page


def test_the_citation_is_of_this_version():
    version = re.search(r"^version: (.*)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)[1]
    assert version == skautoencoder.__version__


def result_of(layout):
    path = next(iter(sorted((ROOT / "benchmarks/results" / layout.benchmark).glob("*.json"))))
    result = json.loads(path.read_text())
    del result["machine"]
    return result


@pytest.mark.parametrize("name", layouts.LAYOUTS)
def test_a_table_is_made_of_a_kept_result(name):
    layout = layouts.LAYOUTS[name]
    assert (ROOT / "benchmarks" / layout.script).exists()
    header, rows = layout.table(result_of(layout))
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(header)}
    assert all(any(cell for cell in row[1:]) or row[0].startswith("**") for row in rows)


def test_a_table_says_what_was_measured():
    layout = layouts.LAYOUTS["default recipe"]
    ratios = result_of(layout)["ratio to PCA"]["default"]["wine"]
    _, rows = layout.table(result_of(layout))
    mean, worst = next(row[1:3] for row in rows if row[0] == "wine")
    assert float(mean) == pytest.approx(sum(ratios) / len(ratios), abs=0.005)
    assert float(worst) == pytest.approx(max(ratios), abs=0.005)


def test_every_table_is_on_a_page():
    pages = "\n".join(path.read_text("utf-8") for path in DOCS.glob("*.md"))
    assert {found for found in re.findall(r"{benchmark-table} (.*)", pages)} == set(layouts.LAYOUTS)


def test_the_page_of_the_command_line_has_every_command(capsys):
    from skautoencoder._cli import main

    with pytest.raises(SystemExit):
        main(["--help"])
    page = (DOCS / "command_line.md").read_text("utf-8")
    documented = re.findall(r"{command-help} (\S+)", page)
    printed = capsys.readouterr().out
    commands = re.findall(r"^ {4}([a-z][a-z-]+)\b", printed, re.MULTILINE)
    assert set(documented) == {name for name in commands if name != "skautoencoder"}


def test_broken_links_are_found(tmp_path, capsys):
    assert check_links.main(tmp_path) == 1  # nothing was built
    whole = '<a href="other.html#here">a</a> <a href="https://example.org/x">b</a> <p id="top">'
    (tmp_path / "index.html").write_text(whole + '<a href="#top">c</a>')
    (tmp_path / "other.html").write_text('<p id="here">')
    assert check_links.main(tmp_path) == 0
    (tmp_path / "index.html").write_text('<a href="#gone">a</a><img src="gone.png">')
    assert check_links.broken_links(tmp_path) == ["index.html: #gone", "index.html: gone.png"]
