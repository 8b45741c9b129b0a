"""``benchmark-table``: a table made of ``benchmarks/results/`` as pages are built.

Each layout of `benchmark_layouts` makes a table of one kept result; here it is read, written as
Markdown, and given a line that says by which script, when and on which machine it was measured.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmark_layouts import LAYOUTS
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
OURS = ("AutoencoderTransformer", "AutoencoderSearchCV", "ours")


def result_file(benchmark: str, machine: str) -> Path:
    """Where the result of a machine is kept; that of the other, where it has none."""
    folder = BENCHMARKS / "results" / benchmark
    path = folder / f"{machine}.json"
    return path if path.exists() else next(iter(sorted(folder.glob("*.json"))))


def markdown(header: list[str], rows: list[list[str]]) -> str:
    """A table, numbers to the right, the first column to the left, our own names bold."""
    rows = [[f"**{row[0]}**" if row[0].startswith(OURS) else row[0], *row[1:]] for row in rows]
    lines = [header, [":--", *["--:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def source(script: str, machine: dict[str, Any]) -> str:
    """Who says so."""
    if not (BENCHMARKS / script).exists():
        raise FileNotFoundError(f"benchmarks/{script}")
    known = {name: machine[name] for name in ("python", "numpy", "jax") if name in machine}
    versions = ", ".join(f"{name} {number}" for name, number in known.items())
    processor = machine["processor"].replace("(R)", "")
    return (
        f"`benchmarks/{script}`, {machine['date']}, {machine['cores']} cores of {processor}, "
        f"{versions}"
    )


def table_of(name: str, machine: str = "intel_xeon") -> tuple[str, str, Path]:
    """A table and its source as Markdown, and the file that it is made of."""
    layout = LAYOUTS[name]
    path = result_file(layout.benchmark, machine)
    result = json.loads(path.read_text())
    about = source(layout.script, result.pop("machine"))
    return markdown(*layout.table(result)), about, path


class BenchmarkTable(SphinxDirective):
    """The table that the argument names, of the machine that an option names."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {"machine": directives.unchanged_required}

    def run(self):
        """Markdown, read as if it stood on the page."""
        table, about, path = table_of(self.arguments[0], self.options.get("machine", "intel_xeon"))
        self.env.note_dependency(str(path))
        text = f"{table}\n\n:::{{rst-class}} benchmark-source\n:::\n\n{about}.\n"
        return self.parse_text_to_nodes(text)


def setup(app):
    """Make the directive known."""
    app.add_directive("benchmark-table", BenchmarkTable)
    return {"parallel_read_safe": True}
