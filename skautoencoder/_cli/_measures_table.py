"""A comparison as a table in HTML: measures as rows, transformers of each size as columns."""

from __future__ import annotations

import html

import numpy as np

from skautoencoder._cli._page import breakable, scrolling
from skautoencoder._cli._said import said
from skautoencoder.comparison import LARGER_IS_BETTER
from skautoencoder.comparison._comparison import RAW

# Measures by what they are about, with the names that readers know them by.
_GROUPS = {
    "What is kept of the rows": {
        "squared_error": "squared error",
        "explained_variance": "variance explained",
        "trustworthiness": "trustworthiness",
        "continuity": "continuity",
        "knn_recall": "nearest neighbors kept",
    },
    "What the code says of the target": {
        "linear_score": "linear model",
        "knn_score": "5 nearest neighbors",
        "network_score": "small network",
        "network_seconds": "time of the network",
        "silhouette": "silhouette",
        "davies_bouldin": "Davies\N{EN DASH}Bouldin index",
        "adjusted_rand": "adjusted Rand index",
    },
    "What it costs": {
        "fit_seconds": "time to fit",
        "compile_seconds": "time to compile",
        "transform_seconds": "time to transform",
        "peak_mib": "memory",
        "code_share": "size of the code",
    },
}
_MARKS = {"better": "+", "worse": "\N{MINUS SIGN}"}


def measures_table(comparison):
    """The table, and why numbers are missing where they are."""
    columns = _columns(comparison)
    groups = "".join(
        _group(comparison, columns, heading, names)
        for heading, names in _GROUPS.items()
        if set(names) & set(comparison.measures)
    )
    caption = "Means over the folds \N{PLUS-MINUS SIGN} one standard error, on held-out rows"
    table = f"<table><caption>{caption}</caption>{_head(comparison, columns)}{groups}</table>"
    return scrolling(table, "Held-out measures") + _problems(comparison)


def label(measure):
    """What a measure is called."""
    return next(names[measure] for names in _GROUPS.values() if measure in names)


def _columns(comparison):
    """Transformers and sizes, those of one size side by side, the raw features last."""
    pairs = [(name, size) for name in comparison.transformers for size in comparison.sizes(name)]
    order = list(dict.fromkeys(size for name, size in pairs if name != RAW))
    return sorted(pairs, key=lambda pair: len(order) if pair[0] == RAW else order.index(pair[1]))


def _head(comparison, columns):
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
            above += f'<th scope="col" rowspan="2">{RAW}, all {size:,}</th>'
        else:
            below += f'<th scope="col">{breakable(name)}</th>'
    return f"{spans}<thead><tr>{above}</tr><tr>{below}</tr></thead>"


def _size(size):
    if size < 1:
        return f"{size:.4g} of the variance"
    return f"{size} component{'s' * (size > 1)}"


def _group(comparison, columns, heading, names):
    rows = [
        f'<tr><th scope="rowgroup" colspan="{len(columns) + 1}"><span>{heading}</span></th></tr>'
    ]
    for measure in names:
        if measure in comparison.measures:
            cells = "".join(_cell(comparison, *column, measure) for column in columns)
            rows.append(f'<tr><th scope="row">{_label(measure)}</th>{cells}</tr>')
    return f"<tbody>{''.join(rows)}</tbody>"


def _label(measure):
    better = {True: "more is better", False: "less is better", None: "of the size of a row"}
    hint = better[LARGER_IS_BETTER[measure]]
    return f'<span class="name">{label(measure)}</span> <small>{hint}</small>'


def _cell(comparison, transformer, size, measure):
    values = comparison.values(transformer, size, measure)
    if not np.isfinite(values).all():
        return '<td class="none"><span class="unseen">no value</span></td>'
    verdict = comparison.verdict(transformer, size, measure)
    sign = _MARKS.get(verdict, "")
    if sign:
        sign = f'{sign}<span class="unseen"> {verdict} than PCA</span>'
    mark = f' class="{verdict}"' if sign else ""
    return f'<td{mark}>{said(values, measure, comparison.task)} <b class="sign">{sign}</b></td>'


def _problems(comparison):
    """A list of why numbers are missing, or nothing."""
    problems = [
        f"<li>{html.escape(f'{name}, {size} components: {error}')}</li>"
        for name in comparison.transformers
        for size in comparison.sizes(name)
        if (error := comparison.error(name, size))
    ]
    return f'<ul class="note">{"".join(problems)}</ul>' if problems else ""
