"""Rows beside what is rebuilt of them, as a table in HTML, in the data's own units."""

from __future__ import annotations

import html

import numpy as np

from skautoencoder._cli._in_units import LevelColumn, shortened, texts_of_rows
from skautoencoder._cli._page import breakable, scrolling

_OTHER = "\N{NOT EQUAL TO}"


def rebuilt_table(table, rows, columns, rebuilt):
    """Columns as rows, and for each row of the data what it holds and what is rebuilt.

    Parameters
    ----------
    table : Table
    rows : ndarray of int
    columns : list of NumberColumn or LevelColumn
    rebuilt : dict of str to ndarray of shape (n_rows, n_features)
        By the names of transformers.
    """
    originals = texts_of_rows(table, columns, rows)
    versions = {
        name: [column.texts(np.asarray(values)) for column in columns]
        for name, values in rebuilt.items()
    }
    names = table.row_names
    above = _head([shortened(f"row {names[row]}") for row in rows], list(rebuilt))
    lines = []
    for i, column in enumerate(columns):
        cells = []
        for k in range(len(rows)):
            cells.append(f'<td class="first">{html.escape(originals[i][k])}</td>')
            cells += [_rebuilt(column, originals[i][k], texts[i][k]) for texts in versions.values()]
        name = breakable(shortened(column.name))
        head = f'<th scope="row"><span class="name">{name}</span></th>'
        lines.append(f"<tr>{head}{''.join(cells)}</tr>")
    caption = "<caption><span>Each column of some rows, and what is rebuilt of it</span></caption>"
    body = f"{caption}{above}<tbody>{''.join(lines)}</tbody>"
    return scrolling(f"<table>{body}</table>", "Rows and what is rebuilt of them")


def _head(rows, names):
    span = 1 + len(names)
    spans = "<col>" + f'<colgroup span="{span}"></colgroup>' * len(rows)
    above = "".join(
        f'<th scope="colgroup" colspan="{span}">{html.escape(row)}</th>' for row in rows
    )
    one = '<th scope="col" class="first">original</th>'
    one += "".join(
        f'<th scope="col">\N{RIGHTWARDS ARROW}\N{NO-BREAK SPACE}{html.escape(name)}</th>'
        for name in names
    )
    first = '<th scope="col" rowspan="2">column</th>'
    return f"{spans}<thead><tr>{first}{above}</tr><tr>{one * len(rows)}</tr></thead>"


def _rebuilt(column, original, rebuilt):
    """A cell; a level that is another than that of the row has a sign."""
    if isinstance(column, LevelColumn) and original not in (rebuilt, "missing"):
        sign = f'{_OTHER}<span class="unseen"> another than in the row: </span>'
        return f'<td><b class="worse">{sign}</b> {html.escape(rebuilt)}</td>'
    return f"<td>{html.escape(rebuilt)}</td>"
