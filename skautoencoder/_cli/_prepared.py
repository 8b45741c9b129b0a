"""Frames as the autoencoder of tables takes them: kinds of columns, what is left out, gaps."""

from __future__ import annotations

import warnings
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from skautoencoder._errors import first_line
from skautoencoder._tables._encoding import learn_encoding, reasons
from skautoencoder._tables._table import read_table

_SAID = {
    "number": ("number", "numbers"),
    "integer": ("whole number", "whole numbers"),
    "binary": ("yes-or-no", "yes-or-no"),
    "category": ("category", "categories"),
    "datetime": ("date", "dates"),
    "count": ("count", "counts"),
}


@dataclass(frozen=True)
class Prepared:
    """A frame of columns that can be learnt from.

    Attributes
    ----------
    frame : DataFrame
    encoding : TableEncoding
        How it becomes numbers.
    remarks : list of str
        What to tell: what was left out, kinds, gaps.
    """

    frame: Any
    encoding: Any
    remarks: list


def prepared(frame, kinds):
    """A frame without the columns that there is nothing to learn of, its encoding, and remarks.

    Parameters
    ----------
    frame : DataFrame
    kinds : dict of str to str
        Of columns whose kind is not to be found.

    Raises
    ------
    ValueError
        If no column varies that could be learnt of, or there is no such column or kind.
    """
    encoding, why = learn_encoding(read_table(frame), kinds)
    remarks = [f"left out: {reasons(why)}"] if why else []
    if why:
        frame = frame.drop(columns=list(why))
    count = Counter(kind for kind in encoding.kinds.values() if kind in _SAID)
    said = [f"{n} {_SAID[kind][n > 1]}" for kind, n in count.items()]
    told = f"{', '.join(said)}: scaled and encoded{gaps_kept(frame)}"
    return Prepared(frame, encoding, [*remarks, told])


def gaps_kept(frame):
    """How many gaps a frame has, to end a remark with; "" if it has none."""
    n_gaps = int(frame.isna().to_numpy().sum())
    return f"; {n_gaps:,} gap{'s' * (n_gaps > 1)} kept" if n_gaps else ""


@contextmanager
def warnings_told(remarks):
    """Have warnings of this library within become remarks, a line each."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        yield
    remarks += [
        first_line(warning.message).removesuffix(".")
        for warning in caught
        if warning.category is UserWarning
    ]
