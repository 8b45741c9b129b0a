"""What ``compare`` shows on a terminal: how far it is, and the table."""

from __future__ import annotations

import sys

import numpy as np

# What the table shows: heading, measure, format.
_COLUMNS = (
    ("error", "squared_error", "{:.4g}"),
    ("explained", "explained_variance", "{:.1%}"),
    ("trustworthy", "trustworthiness", "{:.3f}"),
    ("linear", "linear_score", "{:.3f}"),
    ("kNN", "knn_score", "{:.3f}"),
    ("network", "network_score", "{:.3f}"),
    ("fit s", "fit_seconds", "{:.2f}"),
)
# What the scores of the target are, told below the table.
_MEANINGS = {
    "classification": ("linear, kNN, network: accuracy (the target taken for classification)",),
    "regression": ("linear, kNN, network: R^2 (the target taken for regression)",),
}
_MARKS = {"better": "+", "worse": "-", "no difference shown": " "}


class ProgressLine:
    """One line on the terminal that says how far the comparison is."""

    def __init__(self, n_steps, width=24):
        self._n_steps, self._width, self._done = n_steps, width, 0

    def __call__(self, line):
        if sys.stderr.isatty():
            filled = "#" * (self._width * self._done // self._n_steps)
            bar = f"[{filled:.<{self._width}}] {self._done}/{self._n_steps}  {line}"
            print(f"\r{bar:<79.79}", end="", file=sys.stderr, flush=True)
        self._done += 1
        if self._done == self._n_steps and sys.stderr.isatty():
            print(f"\r{'':79}\r", end="", file=sys.stderr)


def terminal_table(comparison):
    """A comparison as lines of text: a row for each size of each transformer, and notes."""
    columns = [column for column in _COLUMNS if column[1] in comparison.measures]
    head = ["components", "transformer", *(f"{heading} " for heading, _, _ in columns)]
    rows, problems = [head], []
    sizes = sorted({s for t in comparison.transformers for s in comparison.sizes(t)})
    for size in sizes:
        for transformer in comparison.transformers:
            if size not in comparison.sizes(transformer):
                continue
            cells = [_cell(comparison, transformer, size, *column[1:]) for column in columns]
            rows.append([str(size), transformer, *cells])
            error = comparison.error(transformer, size)
            if error:
                problems.append(f"{transformer}, {size} components: {error}")
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = ["  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    note = "+ better, - worse than PCA of the same size on held-out rows, beyond chance (5 %)"
    notes = [note, *_MEANINGS.get(comparison.task, ())]
    return "\n".join([*lines, *notes, *problems])


def _cell(comparison, transformer, size, measure, pattern):
    values = comparison.values(transformer, size, measure)
    if not np.isfinite(values).all():
        return ""
    mark = _MARKS[comparison.verdict(transformer, size, measure)]
    return pattern.format(values.mean()) + mark
