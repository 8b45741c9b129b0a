"""The house: who may import whom, how large a room may be, and what importing costs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

import skautoencoder

PACKAGE = Path(skautoencoder.__file__).parent

# The whole package. A part may import what stands before it, never what stands after.
ORDER = [
    "_errors.py",
    "_garbage.py",
    "_processes.py",
    "_functions.py",
    "_draws.py",
    "_range.py",
    "_whole_file.py",
    "_networks",
    "losses",
    "boltzmann.py",
    "_model.py",
    "objectives",
    "_data",
    "_streams",
    "sources.py",
    "_training",
    "_starts",
    "_imputation",
    "_tables",
    "_anomalies",
    "_sklearn.py",
    "_estimators",
    "onnx",
    "_search",
    "persistence",
    "callbacks.py",
    "comparison",
    "display",
    "_cli",
]
ENTRANCES = {"__init__.py", "__main__.py", "py.typed"}

# The bans: where JAX may be, where scikit-learn begins, what knows nothing of searches.
WITH_JAX = {"_draws.py", "objectives", "boltzmann.py", "_training", "_starts"}
WITHOUT_SCIKIT_LEARN = ORDER[: ORDER.index("_sklearn.py")]
WITHOUT_SEARCHES = ["_networks", "losses", "_model.py", "_data", "_training", "_starts"]

MOST_LINES, MOST_LINES_OF_A_FUNCTION, LINES_OF_A_COPY = 400, 50, 6

FILES = sorted(PACKAGE.rglob("*.py"))
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))


def part_of(path):
    return path.relative_to(PACKAGE).parts[0]


@cache
def tree_of(path):
    return ast.parse(path.read_text())


def imported(path):
    """Dotted names of all that a file imports, wherever it does so."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_order_holds_the_whole_package():
    names = {path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"}
    assert names == set(ORDER) | ENTRANCES


@each_file
def test_a_part_imports_only_what_stands_before_it(path):
    part = part_of(path)
    for name in imported(path):
        inside, *names = name.split(".")
        if inside != "skautoencoder" or part in ENTRANCES or names == ["__version__"]:
            continue
        other = next(p for p in ORDER if p.removesuffix(".py") == names[0])
        assert ORDER.index(other) <= ORDER.index(part), f"{part} imports {name}"


@each_file
def test_jax_is_where_something_is_trained(path):
    if part_of(path) not in WITH_JAX:
        roots = {name.split(".")[0] for name in imported(path)}
        assert not roots & {"jax", "jaxlib", "optax"}


@each_file
def test_scikit_learn_has_one_door(path):
    part = part_of(path)
    names = [name for name in imported(path) if name.split(".")[0] in ("sklearn", "joblib")]
    if part in WITHOUT_SCIKIT_LEARN:
        assert names == []
    if part != "_sklearn.py":
        private = [name for name in names if re.search(r"\._", name)]
        assert private == []


@each_file
def test_training_knows_of_no_search(path):
    if part_of(path) in WITHOUT_SEARCHES:
        text = path.read_text().lower().replace("searchsorted", "")
        assert re.findall(r"search|lockstep|halving", text) == []


@each_file
def test_a_file_is_one_idea_and_a_function_fits_a_screen(path):
    assert len(path.read_text().splitlines()) <= MOST_LINES
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            n_lines = node.end_lineno - body[0].lineno + 1 if body else 0
            assert n_lines <= MOST_LINES_OF_A_FUNCTION, node.name


def logic_of(path):
    """Lines of a file that do something, with their numbers: no docstring, no import."""
    tree, lines = tree_of(path), path.read_text().splitlines()
    passed_over = set()
    for node in ast.walk(tree):
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if docstring or isinstance(node, ast.Import | ast.ImportFrom):
            passed_over |= set(range(node.lineno, node.end_lineno + 1))
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":  # scikit-learn wants them
            passed_over |= set(range(node.lineno, node.end_lineno + 1))
    for number, line in enumerate(lines, start=1):
        text = line.split("#")[0].strip()
        if number not in passed_over and text.strip("()[]{},:"):
            yield number, text


def test_no_run_of_logic_stands_twice():
    places = defaultdict(list)
    for path in FILES:
        lines = list(logic_of(path))
        for i in range(len(lines) - LINES_OF_A_COPY + 1):
            some = lines[i : i + LINES_OF_A_COPY]
            text = "\n".join(text for _, text in some)
            places[text].append(f"{path.relative_to(PACKAGE)}:{some[0][0]}")
    assert [found for found in places.values() if len(found) > 1] == []


def test_what_is_imported_is_declared():
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"]]
    for extra in ("plot", "files", "progress", "onnx"):
        asked += project["optional-dependencies"][extra]
    names = {re.match(r"[\w-]+", one)[0].lower() for one in asked}
    declared = {{"scikit-learn": "sklearn"}.get(name, name) for name in names}
    used = {name.split(".")[0] for path in FILES for name in imported(path)}
    assert used - set(sys.stdlib_module_names) - {"skautoencoder"} <= declared


def test_import_brings_nothing_heavy_and_sets_no_option():
    program = """
import sys
import scipy, sklearn.base, sklearn.callback, sklearn.utils.validation
known = set(sys.modules)
import skautoencoder
for name in ("AutoencoderTransformer", "ConvolutionalAutoencoderTransformer", "RBMTransformer"):
    getattr(skautoencoder, name)()
new = {name.split(".")[0] for name in set(sys.modules) - known}
print(*sorted(new - {"skautoencoder", "sklearn"} - set(sys.stdlib_module_names)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() in ([], ["threadpoolctl"], ["joblib", "threadpoolctl"])


def test_training_sets_no_option_of_jax():
    program = """
import jax
before = dict(jax.config.values)
import numpy as np
from skautoencoder import AutoencoderTransformer
AutoencoderTransformer(1, max_iter=1).fit(np.random.RandomState(0).standard_normal((20, 3)))
assert dict(jax.config.values) == before
"""
    subprocess.run([sys.executable, "-c", program], check=True)
