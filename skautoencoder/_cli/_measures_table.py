"""A comparison as a table in HTML: measures as rows, transformers of each size as columns."""

from __future__ import annotations

import html

from skautoencoder._cli._page import breakable, scrolling
from skautoencoder.comparison._comparison import RAW
from skautoencoder.comparison._table import table_of

# Measures by what they are about.
_GROUPS = {
    "What is kept of the rows": (
        "squared_error", "explained_variance", "trustworthiness", "continuity", "knn_recall",
    ),
    "What the code says of the target": (
        "linear_score", "knn_score", "network_score", "network_seconds", "silhouette",
        "davies_bouldin", "adjusted_rand",
    ),
    "What it costs": (
        "fit_seconds", "compile_seconds", "transform_seconds", "peak_mib", "code_share",
    ),
}  # fmt: skip


def measures_table(comparison):
    """The table, and why numbers are missing where they are."""
    found = table_of(comparison)
    order = _order(found)
    rows = {row.measure: row._replace(cells=[row.cells[i] for i in order]) for row in found.rows}
    groups = "".join(
        _group([rows[name] for name in names if name in rows], heading, found.against)
        for heading, names in _GROUPS.items()
        if set(names) & set(rows)
    )
    caption = "Means over the folds \N{PLUS-MINUS SIGN} one standard error, on held-out rows"
    head = _head([found.columns[i] for i in order])
    table = f"<table><caption>{caption}</caption>{head}{groups}</table>"
    return scrolling(table, "Held-out measures") + _problems(found)


def _order(table):
    """Which columns come first: those of one size side by side, the raw features last."""
    columns = table.columns
    sizes = list(dict.fromkeys(size for name, size in columns if name != RAW))
    return sorted(
        range(len(columns)),
        key=lambda i: len(sizes) if columns[i][0] == RAW else sizes.index(columns[i][1]),
    )


def _head(columns):
    sizes = [size for name, size in columns if name != RAW]
    above = '<th scope="col" rowspan="2">measure</th>'
    below, spans = "", "<col>"
    for size in dict.fromkeys(sizes):
        n = sizes.count(size)
        spans += f'<colgroup span="{n}"></colgroup>'
        above += f'<th scope="colgroup" colspan="{n}">{_size(size)}</th>'
    for name, size in columns:
        if name == RAW:
            spans += "<col>"
            above += f'<th scope="col" rowspan="2">{RAW}, all {size}</th>'
        else:
            below += f'<th scope="col">{breakable(name)}</th>'
    return f"{spans}<thead><tr>{above}</tr><tr>{below}</tr></thead>"


def _size(size):
    if float(size) < 1:
        return f"{size} of the variance"
    return f"{size} component{'s' * (size != '1')}"


def _group(rows, heading, against):
    n_columns = len(rows[0].cells) + 1
    head = f'<tr><th scope="rowgroup" colspan="{n_columns}"><span>{heading}</span></th></tr>'
    lines = [
        f'<tr><th scope="row"><span class="name">{row.label}</span> '
        f"<small>{row.direction or 'of the size of a row'}</small></th>"
        f"{''.join(_cell(cell, against) for cell in row.cells)}</tr>"
        for row in rows
    ]
    return f"<tbody>{head}{''.join(lines)}</tbody>"


def _cell(cell, against):
    if not cell.text:
        return '<td class="none"><span class="unseen">no value</span></td>'
    sign, mark = "", ""
    if cell.mark:
        told = html.escape(f" {cell.verdict} than {against}")
        sign, mark = f'{cell.mark}<span class="unseen">{told}</span>', f' class="{cell.verdict}"'
    return f'<td{mark}>{cell.text} <b class="sign">{sign}</b></td>'


def _problems(table):
    """A list of why numbers are missing, or nothing."""
    problems = "".join(f"<li>{html.escape(problem)}</li>" for problem in table.problems)
    return f'<ul class="note">{problems}</ul>' if problems else ""
