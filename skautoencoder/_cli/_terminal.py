"""A comparison as lines of text that fit a terminal."""

from __future__ import annotations

import textwrap
from typing import NamedTuple

import numpy as np


class _Column(NamedTuple):
    """A column of the table: its heading, a shorter one, a measure, its format and meaning."""

    heading: str
    short: str
    measure: str
    pattern: str
    meaning: str


_COLUMNS = (
    _Column("error", "error", "squared_error", "{:.4g}", "squared error of a row"),
    _Column("explained", "expl.", "explained_variance", "{:.1%}", "share of the variance"),
    _Column(
        "trustworthy", "trust", "trustworthiness", "{:.3f}", "1 where near codes are near rows"
    ),
    _Column("linear", "lin.", "linear_score", "{:.3f}", "a linear model"),
    _Column("kNN", "kNN", "knn_score", "{:.3f}", "5 nearest neighbors"),
    _Column("network", "net", "network_score", "{:.3f}", "a small network"),
    _Column("fit s", "fit s", "fit_seconds", "{:.2f}", "seconds"),
)
_SCORES = {"classification": "accuracy", "regression": "R^2"}
_MARKS = {"better": "+", "worse": "-", "no difference shown": " "}
_GAP = "  "
_MOST_DIGITS = 9
_MOST_LETTERS = 12  # of a transformer's name, where there is too little room


def terminal_table(comparison, width=80, *, summary=True):
    """A comparison as text: a row for each size of each transformer, notes, and a verdict.

    Parameters
    ----------
    comparison : Comparison
    width : int, default=80
        Of the terminal. Where the table is wider, headings and names are shortened; then each
        transformer has a table of its own; then the columns are in several.
    summary : bool, default=True
        Whether to end with a verdict in words.
    """
    columns = [column for column in _COLUMNS if column.measure in comparison.measures]
    rows = [
        (name, str(size), [_cell(comparison, name, size, column) for column in columns])
        for size in sorted({s for t in comparison.transformers for s in comparison.sizes(t)})
        for name in comparison.transformers
        if size in comparison.sizes(name)
    ]
    tables = (layout(columns, rows, width) for layout in (_plain, _shortened, _by_transformer))
    lines, headings = next(found for found in tables if found)
    notes = [*_notes(comparison, columns, headings), *_problems(comparison)]
    verdict = ["", comparison.summary()] if summary else []
    for paragraph in ["", *notes, *verdict]:
        lines += textwrap.wrap(paragraph, width) or [""]
    return "\n".join(lines)


def _plain(columns, rows, width):
    """Lines of one table and its headings, or None if it is too wide."""
    headings = [column.heading for column in columns]
    return _one_table(["components", "transformer", *headings], rows, width)


def _shortened(columns, rows, width):
    """The same in fewer letters."""
    short = _short_names(dict.fromkeys(name for name, _, _ in rows))
    rows = [(short[name], size, cells) for name, size, cells in rows]
    headings = [column.short for column in columns]
    return _one_table(["size", "transformer", *headings], rows, width)


def _one_table(head, rows, width):
    lines = _lines(head, [[size, name, *cells] for name, size, cells in rows])
    return (lines, head[2:]) if max(map(len, lines)) <= width else None


def _by_transformer(columns, rows, width):
    """Lines of a table for each transformer, or several of as many columns as fit."""
    headings, lines = [column.short for column in columns], []
    for name in dict.fromkeys(name for name, _, _ in rows):
        own = [[size, *cells] for other, size, cells in rows if other == name]
        lines += ["", *textwrap.wrap(name, width)]
        widths = [max(map(len, cells)) for cells in zip(["size", *headings], *own, strict=True)]
        for some in _fitting(widths, width):
            part = [[row[0], *(row[i] for i in some)] for row in own]
            lines += _lines(["size", *(headings[i - 1] for i in some)], part)
    return lines[1:], headings


def _fitting(widths, width):
    """Numbers of columns, from 1, in as few groups as fit beside column 0."""
    groups: list[list[int]] = []
    room = 0
    for i, needed in enumerate(widths[1:], start=1):
        needed += 1 + len(_GAP)  # for a mark
        if not groups or needed > room:
            groups.append([])
            room = width - widths[0]
        groups[-1].append(i)
        room -= needed
    return groups


def _lines(head, rows):
    """Rows of cells as lines, the heads of numbers with room for the marks below them."""
    first = [i for i, heading in enumerate(head) if heading == "transformer"] or [0]
    head = [f"{heading} " if i > first[0] else heading for i, heading in enumerate(head)]
    widths = [max(map(len, cells)) for cells in zip(head, *rows, strict=True)]
    lines = [
        _GAP.join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in [head, *rows]
    ]
    lines.insert(1, _GAP.join("-" * width for width in widths))
    return lines


def _short_names(names):
    """Names of transformers in a few letters each, as long as they are still told apart."""
    short = {name: name.removesuffix("Transformer") or name for name in names}
    cut = {
        name: text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 2]}.."
        for name, text in short.items()
    }
    return cut if len(set(cut.values())) == len(cut) else short


def _notes(comparison, columns, headings):
    """What the columns are, as lines."""
    named = list(zip(columns, headings, strict=True))
    plain = [f"{head}: {c.meaning}" for c, head in named if not c.measure.endswith("_score")]
    scores = [f"{head}: {c.meaning}" for c, head in named if c.measure.endswith("_score")]
    yield "+ better, - worse than PCA of the same size on held-out rows, beyond chance (5%)"
    yield "; ".join(plain)
    if scores:
        score = _SCORES[comparison.task]
        yield f"{score} of models on the codes (the target taken for {comparison.task}): " + (
            "; ".join(scores)
        )


def _problems(comparison):
    """Why numbers are missing, as lines."""
    for name in comparison.transformers:
        for size in comparison.sizes(name):
            error = comparison.error(name, size)
            if error:
                yield f"{name}, {size} components: {error}"


def _cell(comparison, transformer, size, column):
    values = comparison.values(transformer, size, column.measure)
    if not np.isfinite(values).all():
        return ""
    mark = _MARKS[comparison.verdict(transformer, size, column.measure)]
    return _number(column.pattern, values.mean()) + mark


def _number(pattern, value):
    """A number as a pattern has it, or, where that is long, in few digits."""
    text = pattern.format(value)
    if len(text) <= _MOST_DIGITS:
        return text
    return f"{100 * value:.2g}%" if text.endswith("%") else f"{value:.3g}"
