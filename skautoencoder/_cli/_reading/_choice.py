"""Which columns of a frame are learnt from: those asked for, without those that name rows."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from decimal import Decimal
from numbers import Number
from typing import Any

import numpy as np

from skautoencoder._cli._reading._names import listed
from skautoencoder._cli._reading._values import columns_of_kind
from skautoencoder._cli._table import BadInputError

_UNNAMED = re.compile(r"Unnamed: 0(\.\d+)?")  # of the first column; of others it says nothing
_NAMES_ROWS = re.compile(
    r"(.*[\W_])?(id|ids|uid|uuid|guid|key|index|idx|identifier)"
    r"|(orig_|row\W?)?(obs|observation|case|row|rows|row\W?names?|no|nr|num|number)",
    re.IGNORECASE,
)
_FEWEST_IDS = 20  # fewer rows may well differ by chance


@dataclass(frozen=True)
class Choice:
    """The parts of a frame.

    Attributes
    ----------
    frame : DataFrame
        What is learnt from.
    y : ndarray or None
        The target.
    index : Series or None
        The column that names the rows, if one was asked for.
    remarks : list of str
        What to tell.
    """

    frame: Any
    y: Any
    index: Any
    remarks: list


def choice_of(frame, target, options, choose=True):
    """A frame's columns to learn from, its target and the names of its rows.

    With ``choose``, columns that name or count rows, or hold nothing, are left out.

    Raises
    ------
    BadInputError
        If there is no such column, if the target has gaps, or if no column is left.
    """
    frame, index = _taken(frame, options.index)
    frame, y = _taken(frame, target)
    if y is not None and y.isna().any():
        raise BadInputError(f"the target {target!r} has missing values. Drop these rows first.")
    for name in options.drop:
        frame, _ = _taken(frame, name)
    remarks = []
    if options.columns is not None:
        missing = [name for name in options.columns if name not in frame]
        if missing:
            raise BadInputError(lacks(missing[0], frame))
        frame = frame[list(dict.fromkeys(options.columns))]
    elif choose:
        frame, remarks = _without_names_of_rows(frame)
    if frame.shape[1] == 0:
        left = f" ({'; '.join(remarks)})" if remarks else " but the target"
        raise BadInputError(f"no columns are left{left}.")
    odd = columns_of_kind(frame, "fiubM", inside=False)
    frame = frame.assign(**{name: _plain(name, frame[name]) for name in odd})
    return Choice(frame, None if y is None else y.to_numpy(), index, remarks)


def lacks(name, frame):
    """A line about a column that is not there, and what comes near."""
    others = {str(other).lower(): other for other in frame}
    near = difflib.get_close_matches(str(name).lower(), others, n=1)
    hint = f" Is it {others[near[0]]!r}?" if near else ""
    return f"there is no column {name!r}; there are {listed(frame)}.{hint}"


def _taken(frame, name):
    """A frame without a column, and the column; both as they are without a name."""
    if name is None:
        return frame, None
    if name not in frame:
        raise BadInputError(lacks(name, frame))
    return frame.drop(columns=name), frame[name]


def _without_names_of_rows(frame):
    """A frame without columns that count or name rows or hold nothing, and what to tell."""
    remarks = []
    for why, found in (
        ("holds nothing", frame.columns[frame.isna().all()].tolist()),
        (
            "counts the rows",
            [name for name in columns_of_kind(frame, "iu") if _counts_rows(frame, name)],
        ),
        (
            "names the rows",
            [
                name
                for name in columns_of_kind(frame, "fbM", inside=False)
                if _names_rows(frame, name)
            ],
        ),
    ):
        found = [name for name in found if name in frame]
        if found:
            frame = frame.drop(columns=found)
            verb = why if len(found) == 1 else why.replace("s ", " ", 1)
            remarks.append(f"{listed(map(repr, found))} {verb}, left out")
    return frame, remarks


def _counts_rows(frame, name):
    """Whether a column without a name, or with that of an index, counts 0, 1, 2 or 1, 2, 3."""
    if not (_UNNAMED.fullmatch(name) or _NAMES_ROWS.fullmatch(name)):
        return False
    count = frame[name].to_numpy()
    return len(count) > 1 and count[0] in (0, 1) and bool((np.diff(count) == 1).all())


def _names_rows(frame, name):
    """Whether all values of a column differ, and it is text, or has the name of an index."""
    named = _UNNAMED.fullmatch(name) or _NAMES_ROWS.fullmatch(name)
    if frame.dtypes[name].kind in "iu" and not named:
        return False
    column = frame[name]
    try:
        distinct = column.nunique() == len(column)
    except TypeError:  # lists and the like
        return False
    return distinct and (len(column) >= _FEWEST_IDS or (bool(named) and len(column) > 1))


def _plain(name, column):
    """A column of none of the plain types as one of numbers, text or yes-or-no."""
    if column.dtype.kind in "cm":
        raise BadInputError(f"column {name!r} holds {column.dtype}: leave it out with --drop.")
    if isinstance(column.dtype, np.dtype):
        kinds = {type(value) for value in column.dropna()}
        if (
            kinds
            and all(issubclass(kind, Number | Decimal) for kind in kinds - {bool})
            and kinds != {bool}
        ):
            return column.astype(float)
        if any(not issubclass(kind, str | bool) for kind in kinds):
            one = next(kind for kind in kinds if not issubclass(kind, str | bool))
            raise BadInputError(f"column {name!r} holds {one.__name__}: leave it out with --drop.")
    return column
