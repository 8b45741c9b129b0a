"""Where a table stands in a text: what comes before it, its names, how wide its rows are."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from skautoencoder._cli._reading._words import is_gap, is_number
from skautoencoder._cli._table import BadInputError

_MOST_SHOWN = 60
UNNAMED = "Unnamed: {}"


@dataclass(frozen=True)
class Layout:
    """A table in a text.

    Attributes
    ----------
    n_skipped : int
        Records before the first row.
    names : list of str
        Of the columns; "" where there is none.
    width : int
        Cells of a row. Those beyond the names are empty.
    remarks : list of str
        What to tell.
    """

    n_skipped: int
    names: list
    width: int
    remarks: list


def layout_of(records, comment=None, header=None):
    """The layout of a table from its first records.

    Parameters
    ----------
    records : list of list of str
        The first ones, without empty lines; the last may be cut.
    comment : list of str or None
        The last line before the table, if it was one of comments, as a record.
    header : bool or None
        Whether the first record holds names; None if that is to be seen.

    Raises
    ------
    BadInputError
        If there are no rows, or names and rows do not go together.
    """
    body = records[1:] if len(records) > 1 and header is not False else records
    width = Counter(map(len, body)).most_common(1)[0][0]
    start, remarks = _preamble(records, width)
    first, rows = records[start], [r for r in records[start + 1 :] if len(r) == width]
    if header is False or (header is None and _is_row(first, rows, width)):
        return _without_names(start, width, comment, remarks)
    if header is None and _counts(first, width):
        remarks = [*remarks, f"line 1 {_shown(first)} is of counts, and left out"]
        return _without_names(start + 1, width, comment, remarks)
    if not rows:
        raise BadInputError(_no_rows(records, first, width))
    return _with_names(first, rows, start, remarks)


def _preamble(records, width):
    """How many records stand before the names or the first row, and what to tell of them."""
    start = next((i for i, record in enumerate(records) if len(record) == width), 0)
    if start == 0:
        return 0, []
    if start == 1 and _counts(records[0], width):
        return 1, [f"line 1 {_shown(records[0])} is of counts, and left out"]
    rows = [record for record in records[start + 1 :] if len(record) == width]
    if not _is_header(records[start], rows) or len(rows) < 2:
        return 0, []
    skipped = "line" if start == 1 else f"{start} lines"
    return start, [f"{skipped} before the table left out, from {_shown(records[0])}"]


def _counts(first, width):
    """Whether a line counts rows and columns and then names classes, as scikit-learn's do."""
    return (
        len(first) > 2
        and first[0].isdecimal()
        and first[1].isdecimal()
        and int(first[1]) in (width, width - 1)
        and not any(is_number(cell) for cell in first[2:])
    )


def _is_header(first, rows):
    """Whether a record names columns of numbers."""
    numbers = _columns_of_numbers(first, rows)
    return any(not is_number(first[i]) and not is_gap(first[i]) for i in numbers)


def _is_row(first, rows, width):
    """Whether the first record is a row like those below it."""
    if len(first) != width:
        return False
    numbers = _columns_of_numbers(first, rows)
    if not numbers:
        alone = not rows and all(map(_is_figure, first))
        return alone or (bool(rows) and all(first[i] in {r[i] for r in rows} for i in range(width)))
    if any(not _is_figure(first[i]) and not is_gap(first[i]) for i in numbers):
        return False
    return not _are_counted([first[i] for i in numbers if first[i]])


def _columns_of_numbers(first, rows):
    """The places at which all rows have numbers or gaps, and some a number."""
    return [
        i
        for i in range(min(len(first), *map(len, rows)) if rows else 0)
        if all(_is_figure(row[i]) or is_gap(row[i]) for row in rows)
        and any(_is_figure(row[i]) for row in rows)
    ]


def _is_figure(cell):
    return is_number(cell, ".") or is_number(cell, ",")


def _are_counted(cells):
    """Whether names count from 0, or are years in a row: frames have such names."""
    if not cells or not all(cell.isdecimal() for cell in cells):
        return not cells
    numbers = [int(cell) for cell in cells]
    counted = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    from_zero = numbers[0] == 0 and len(numbers) > 1
    return counted and (from_zero or (len(numbers) > 2 and 1000 <= numbers[0] <= 2200))


def _without_names(start, width, comment, remarks):
    if comment is not None and len(comment) == width:
        remarks = [*remarks, "names of columns taken from the comment before the table"]
        return Layout(start, comment, width, remarks)
    names = [f"x{i}" for i in range(width)]
    last = f" to x{width - 1}" if width > 1 else ""
    told = f"no names of columns: the first row taken as data, columns called x0{last}"
    return Layout(start, names, width, [*remarks, told])


def _with_names(names, rows, start, remarks):
    """The layout of names with rows below them, that may be wider or narrower by empty cells."""
    width = len(rows[0])
    extra = width - len(names)
    if extra < 0 and not any(cell.strip() for cell in names[width:]):
        names, extra = names[:width], 0
    if extra > 0 and not any(cell.strip() for row in rows for cell in row[len(names) :]):
        told = "commas at the ends of rows" if extra == 1 else "empty cells at the ends of rows"
        return Layout(start + 1, names, width, [*remarks, f"{told} left out"])
    if extra == 1 and _names_rows([row[0] for row in rows], len(names)):
        return Layout(start + 1, ["", *names], width, remarks)
    if extra:
        columns = f"{len(names)} column{'s' * (len(names) != 1)}"
        raise BadInputError(
            f"line {start + 1} names {columns}, {_shown(names)}, and the rows below have {width} "
            "cells. Mend the file, or say --sep or --header."
        )
    return Layout(start + 1, names, width, remarks)


def _names_rows(cells, n_names):
    """Whether a first column without a name is one of R's: words, or 1, 2, 3 and on."""
    count = [str(i + 1) for i in range(len(cells))]
    words = all(re.search(r"[^\W\d_]", cell) for cell in cells)
    return (
        len(cells) > 1
        and len(set(cells)) == len(cells)
        and (words or (cells == count and n_names > 1))
    )


def _no_rows(records, first, width):
    if len(records) == 1:
        return f"it has names of columns, {_shown(first)}, and no rows."
    return f"its first line has {len(first)} cells, and the others {width}, with no row between."


def _shown(record):
    text = ",".join(record)
    return repr(text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 3] + "...")
