"""Who may import whom, and what importing costs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import skautoencoder

PACKAGE = Path(skautoencoder.__file__).parent

# Each part of the core, and what it may import of this package and beyond it.
MAY_IMPORT = {
    "networks": {"skautoencoder._networks", "jax", "numpy"},
    "losses.py": {"numpy"},
    "_range.py": {"numpy"},
    "boltzmann.py": {"jax", "numpy"},
    "model.py": {"jax"},
    "objectives": {
        "skautoencoder.objectives",
        "skautoencoder._model",
        "jax",
        "numpy",
    },
    "training": {
        "skautoencoder.training",
        "skautoencoder.boltzmann",
        "skautoencoder._networks",
        "skautoencoder._model",
        "skautoencoder.objectives",
        "jax",
        "optax",
        "numpy",
        "scipy",
        "threadpoolctl",
    },
}


def imported(path):
    """Dotted names of all modules that a file imports, wherever it does so."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_the_core_imports_only_what_its_table_says(part):
    place = PACKAGE / part
    for path in [place] if place.is_file() else place.rglob("*.py"):
        for name in imported(path):
            if name.split(".")[0] in sys.stdlib_module_names:
                continue
            allowed = any(name == a or name.startswith(a + ".") for a in MAY_IMPORT[part])
            assert allowed, f"{path.relative_to(PACKAGE)} imports {name}"


def test_the_table_covers_the_core():
    surface = {
        "__init__.py",
        "__main__.py",
        "_autoencoder.py",
        "_base.py",
        "_cli.py",
        "_convolutional.py",
        "_errors.py",
        "_files.py",
        "_input.py",
        "_interrupting.py",
        "_keeping.py",
        "_inverse.py",
        "_measures.py",
        "_rbm.py",
        "_report.html",
        "_report.py",
        "_search.py",
        "_targets.py",
        "_watching.py",
        "comparison.py",
        "display.py",
        "py.typed",
    }
    names = {path.name for path in PACKAGE.iterdir() if not path.name.startswith("__pycache__")}
    assert names == surface | set(MAY_IMPORT)


def test_what_is_imported_is_declared():
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"]]
    for extra in ("plot", "files", "progress"):
        asked += project["optional-dependencies"][extra]
    names = {re.match(r"[\w-]+", one)[0].lower() for one in asked}
    declared = {{"scikit-learn": "sklearn"}.get(name, name) for name in names}
    used = {name.split(".")[0] for path in PACKAGE.rglob("*.py") for name in imported(path)}
    assert used - set(sys.stdlib_module_names) - {"skautoencoder"} <= declared


def test_import_brings_nothing_heavy_and_sets_no_option():
    program = """
import sys
import jax, scipy, sklearn.base, sklearn.callback, sklearn.utils.validation
known = set(sys.modules)
before = dict(jax.config.values)
import skautoencoder
assert dict(jax.config.values) == before
new = {name.split(".")[0] for name in set(sys.modules) - known}
print(*sorted(new - {"skautoencoder", "sklearn"} - set(sys.stdlib_module_names)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
