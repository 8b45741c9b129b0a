"""Values of any type as a reader wants them, and two of them so that they differ."""

from __future__ import annotations

from datetime import date, datetime
from math import floor, isfinite, log10
from numbers import Real

from skautoencoder.comparison._targets import is_missing

_DIGITS, _ALL_DIGITS = 3, 17  # of a number, at least and at most
_PLAIN = (1e-4, 1e15)  # sizes that are written without an exponent


def worded(value, digits=_DIGITS):
    """One value as text: "missing" for a gap, numbers rounded to so many digits or to units."""
    if is_missing(value):
        return "missing"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds").removesuffix(" 00:00:00")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Real) and not isinstance(value, bool):
        return _number(float(value), digits)
    return str(value)


def worded_pair(value, other):
    """Two values as texts, numbers with as many digits as it takes to tell them apart."""
    if is_missing(value) or is_missing(other) or value == other:
        return worded(value), worded(other)
    for digits in range(_DIGITS, _ALL_DIGITS):
        if worded(value, digits) != worded(other, digits):
            break
    return worded(value, digits), worded(other, digits)


def _number(value, digits):
    size = abs(value)
    if size == 0 or not isfinite(size):
        return f"{value + 0.0:g}"  # no minus before zero
    if not _PLAIN[0] <= size < _PLAIN[1]:
        return f"{value:.{digits}g}"
    text = f"{value:.{max(0, digits - 1 - floor(log10(size)))}f}"
    return text.rstrip("0").removesuffix(".") if "." in text else text
