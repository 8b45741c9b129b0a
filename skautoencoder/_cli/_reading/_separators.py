"""The separator and the decimal mark of a text, from its beginning."""

from __future__ import annotations

import csv
import re
from collections import Counter

from skautoencoder._cli._reading._records import BLANKS, NO_SEPARATOR, Dialect, is_blank
from skautoencoder._cli._reading._words import is_number, is_value

# In the order in which they win a tie.
_SEPARATORS = (",", ";", "\t", "|", BLANKS)
_NAMES = {"\t": "tab", BLANKS: "blanks"}
# Blanks separate words, too: they must be more plainly right than the others.
_SHARE_OF_BLANKS = 0.6
_MOST_RECORDS = 300
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")


def separator_of(lines, first):
    """The dialect that cuts lines most evenly, into cells that most look like values.

    Parameters
    ----------
    lines : list of str
    first : str
        The separator that wins a tie.
    """
    quote = _quote_of(lines)
    order = sorted(_SEPARATORS, key=lambda sep: sep != first)
    scores = {sep: _score(records_of(lines, Dialect(sep, quote)), sep) for sep in order}
    best = max(scores, key=lambda sep: scores[sep])
    return Dialect(best if scores[best] > 0 else NO_SEPARATOR, quote)


def name_of(sep):
    """A separator as a user would say it."""
    return _NAMES.get(sep, repr(sep))


def records_of(lines, dialect):
    """Up to some hundred records of lines that may end amid one, without empty lines."""
    records = []
    try:
        for record in dialect.reader(lines):
            if not is_blank(record):
                records.append(record)
            if len(records) >= _MOST_RECORDS:
                break
    except csv.Error:
        pass  # the reading itself tells
    return records


def decimal_of(records):
    """The decimal mark of the numbers in records, and whether points were seen to be one."""
    cells = [cell.strip() for record in records for cell in record]
    commas = [cell for cell in cells if "," in cell and is_number(cell, ",")]
    plain = [cell for cell in commas if not _GROUPED.fullmatch(cell)]
    points = sum("." in cell and is_number(cell, ".") for cell in cells)
    return ("," if len(plain) > points else "."), points > len(plain)


def _quote_of(lines):
    """A single quote where the first line's words stand in those, else the usual one."""
    first = next((line for line in lines if line.strip()), "")
    words = re.findall(r"'[^']*'", first)
    return "'" if len(words) > 1 and first.startswith("'") and '"' not in first else '"'


def _score(records, sep):
    """How evenly records are cut into several cells, times how many are values."""
    if not records:
        return 0.0
    width, n_even = Counter(map(len, records)).most_common(1)[0]
    if width < 2:
        return 0.0
    cells = [cell for record in records if len(record) == width for cell in record]
    values = sum(map(is_value, cells)) / len(cells)
    score = n_even / len(records) * (1 + values) / 2
    return score * _SHARE_OF_BLANKS if sep == BLANKS else score
