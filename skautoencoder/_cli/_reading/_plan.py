"""How a text is to be read: found in its beginning, or said by the user."""

from __future__ import annotations

import io
import re
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from skautoencoder._cli._reading._encoding import codec_of
from skautoencoder._cli._reading._layout import Layout, layout_of
from skautoencoder._cli._reading._records import Dialect, lines_of
from skautoencoder._cli._reading._separators import decimal_of, name_of, records_of, separator_of
from skautoencoder._cli._table import BadInputError

_SAMPLE = 100_000  # characters
_COMMENTS = ("#", "%", "//")
_SAID = re.compile(r"sep=(.)\s*", re.IGNORECASE)  # Excel's first line
_FIRST = {".tsv": "\t"}
_CODE_WITH_ZEROS = re.compile(r"\d{4,}")


@dataclass(frozen=True)
class Plan:
    """How to read a text.

    Attributes
    ----------
    codec : str
    n_lines_before : int
        Comments and the like before the first record.
    dialect : Dialect
    decimal : str
        The decimal mark.
    layout : Layout
    codes : list of int
        Places of columns whose digits are no numbers, such as zip codes: 00501.
    groups_are_sure : bool
        Whether 1,234 cannot be a number with three decimals.
    remarks : list of str
        What to tell.
    """

    codec: str
    n_lines_before: int
    dialect: Dialect
    decimal: str
    layout: Layout
    codes: list
    groups_are_sure: bool
    remarks: list


def plan_of(opened, options):
    """How to read an opened file of text.

    Raises
    ------
    BadInputError
        If it is no text, or has no rows, or its names and rows do not go together.
    """
    codec, remarks = codec_of(opened.file, options.encoding)
    with text_of(opened.file, codec) as text:
        lines = _beginning(text)
    n_before, said, comment = _before(lines)
    lines = lines[n_before:]
    if not any(line.strip() for line in lines):
        raise BadInputError("it is empty.")
    asked = options.sep or said
    dialect = Dialect(asked) if asked else separator_of(lines, _FIRST.get(opened.ending, ","))
    records = records_of(lines, dialect)
    if not records:
        raise BadInputError("it has no rows.")
    seen, points = decimal_of(records)
    decimal = options.decimal or seen
    header = next(iter(records_of([comment], dialect)), None) if comment else None
    layout = layout_of(records, header, options.header)
    remarks = [*remarks, *_of_marks(dialect, decimal, options, opened), *layout.remarks]
    codes = _codes_with_zeros(records[layout.n_skipped :], layout.width)
    sure = points or options.decimal is not None or dialect.sep == ","
    return Plan(codec, n_before, dialect, decimal, layout, codes, sure, remarks)


@contextmanager
def text_of(file, codec, n_lines=0):
    """A binary file as text after so many lines; the file stays open."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=codec)
    try:
        for _ in islice(lines_of(text), n_lines):
            pass
        yield text
    finally:
        text.detach()


def _beginning(text):
    """The first lines of a text, as many as make a sample."""
    lines, n = [], 0
    for line in lines_of(text):
        lines.append(line)
        n += len(line)
        if n > _SAMPLE and len(lines) > 5:
            break
    return lines


def _before(lines):
    """How many lines come before a table, the separator they say, and the last comment."""
    n, said, comment = 0, None, None
    if lines and (match := _SAID.fullmatch(lines[0])):
        n, said = 1, match[1]
    while n < len(lines) and (lines[n].startswith(_COMMENTS) or not lines[n].strip()):
        comment = lines[n].lstrip("#%/ ") if lines[n].strip() else comment
        n += 1
    return n, said, comment


def _of_marks(dialect, decimal, options, opened):
    """What to tell of a separator and a decimal mark that are not as one expects."""
    expected = {".csv": ",", ".tsv": "\t"}.get(opened.ending, dialect.sep)
    if options.sep is None and dialect.sep not in (expected, "\x1f"):
        yield f"cells separated by {name_of(dialect.sep)}"
    if options.decimal is None and decimal == ",":
        yield "decimal commas"


def _codes_with_zeros(rows, width):
    columns = ([row[i].strip() for row in rows if len(row) > i] for i in range(width))
    return [i for i, cells in enumerate(columns) if _are_codes(cells)]


def _are_codes(cells):
    """Whether digits are no number: all as many, and some of them begin with zeros."""
    cells = [cell for cell in cells if cell]
    return (
        len({len(cell) for cell in cells}) == 1
        and all(map(_CODE_WITH_ZEROS.fullmatch, cells))
        and any(cell.startswith("0") for cell in cells)
    )
