"""The gallery's scripts are well formed. The documentation runs them, in .ci/run."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted(ROOT.glob("examples/plot_*.py"))
LEAST_SCRIPTS, MOST_SCRIPTS = 10, 15

each_script = pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)


def test_the_gallery_has_a_head_and_enough_to_look_at():
    assert (ROOT / "examples/GALLERY_HEADER.rst").exists()
    assert LEAST_SCRIPTS <= len(SCRIPTS) <= MOST_SCRIPTS


@each_script
def test_a_script_begins_with_a_title_and_a_story(path):
    title, underline, blank, story = ast.get_docstring(ast.parse(path.read_text())).split("\n", 3)
    assert underline == "=" * len(title)
    assert blank == ""
    assert len(story) > 100


@each_script
def test_a_script_says_in_words_what_each_cell_does_and_ends_in_a_picture(path):
    text = path.read_text()
    assert text.endswith("plt.show()\n")
    cells = text.split("\n# %%\n")[1:]
    assert len(cells) >= 2
    assert "plt.subplots(" in cells[-1] or ".plot()" in cells[-1] or "plt.subplots(" in cells[-2]
    assert sum(cell.startswith("# ") for cell in cells) >= len(cells) - 1


@each_script
def test_a_script_is_the_same_each_time_and_on_each_machine(path):
    text = path.read_text()
    assert not re.search(r"[\"'](/|~|[A-Z]:\\)\w", text), "an absolute path"
    assert "fetch_" not in text, "data that come by network"
    for call in ast.walk(ast.parse(text)):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            drawn = {"AutoencoderTransformer", "KMeans", "train_test_split", "IsolationForest"}
            if call.func.id in drawn:
                given = {keyword.arg for keyword in call.keywords}
                assert given & {"random_state", None}, ast.unparse(call)


def test_what_the_scripts_import_is_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    asked = project["dependencies"] + extras["plot"] + extras["docs"]
    declared = {re.match(r"[\w-]+", one)[0].replace("-", "_") for one in asked}
    known = declared | {"sklearn", "skautoencoder", "serving", "PIL"}  # Pillow: matplotlib's
    for path in SCRIPTS:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module]
            roots = {name.split(".")[0] for name in names}
            assert roots <= known | set(sys.stdlib_module_names), path.name
