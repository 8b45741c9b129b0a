"""Print the lowest version that pyproject.toml promises of each package, as pip's constraints."""

import re
import tomllib
from pathlib import Path

# What checks the code is no part of the promise.
_TOOLS = {"hypothesis", "mypy", "pytest", "pytest-cov", "pytest-xdist", "ruff"}

project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
extras = project["optional-dependencies"]
for requirement in sorted({*project["dependencies"], *extras["test"]}):
    name, lowest = re.match(r"([\w-]+)(?:\[\w+\])?>=([\w.]+)", requirement).groups()
    if name not in _TOOLS:
        print(f"{name}=={lowest}" + ".0" * (2 - lowest.count(".")))
    if name == "jax":  # which takes the newest of its other half, if it is let
        print(f"jaxlib=={lowest}")
print("pyparsing<3.3")  # of whose later versions matplotlib 3.9 warns
