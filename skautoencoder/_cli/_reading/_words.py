"""What a cell of text may be: a number, a date, a gap."""

from __future__ import annotations

import re

# Gaps wherever they stand.
GAPS = (
    "", "NA", "N/A", "n/a", "NaN", "nan", "-nan", "-NaN", "NULL", "null", "<NA>", "#N/A", "#NA",
)  # fmt: skip
# Gaps where all the rest of a column are numbers or dates.
GAPS_AMONG_NUMBERS = frozenset(
    ("?", ".", "..", "-", "--", "---", "*", "none", "None", "NONE", "missing", "Missing",
     "unknown", "Unknown", "n.a.", "N.A.", "na", "#DIV/0!", "#VALUE!", "#REF!", "#NUM!", "nil")
)  # fmt: skip

_INFINITE = r"[+-]?inf(?:inity)?"
_NUMBER = {
    mark: re.compile(
        rf"[+-]?(?:\d+(?:{re.escape(mark)}\d*)?|{re.escape(mark)}\d+)(?:[eE][+-]?\d+)?|{_INFINITE}",
        re.IGNORECASE,
    )
    for mark in ".,"
}
_DAY, _TIME = r"\d{4}([-/])\d{2}\1\d{2}", r"\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?"
_DATE = re.compile(rf"{_DAY}(?:[T ]{_TIME}(?:Z|[+-]\d{{2}}:?\d{{2}})?)?")


def is_number(cell, decimal="."):
    """Whether a cell is a number with a given decimal mark."""
    return _NUMBER[decimal].fullmatch(cell.strip()) is not None


def is_gap(cell):
    """Whether a cell is empty, or a word for nothing there."""
    return cell.strip() in GAPS or cell.strip() in GAPS_AMONG_NUMBERS


def is_value(cell):
    """Whether a cell is a number with either mark, an ISO date or a gap: hardly a name."""
    return is_number(cell, ".") or is_number(cell, ",") or is_gap(cell) or is_date(cell)


def is_date(cell):
    """Whether a cell is a date from year to day, as in ISO 8601, or with slashes."""
    return _DATE.fullmatch(cell.strip()) is not None
