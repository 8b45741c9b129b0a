"""From a column to its kind, by its type and its values; and the encoder of each kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np

from skautoencoder._tables._levels import learn_binary, learn_category
from skautoencoder._tables._scaled import (
    Encoded,
    is_whole,
    learn_count,
    learn_datetime,
    learn_integer,
    learn_number,
)
from skautoencoder._tables._table import Column

# Below so many rows, nothing is said to be an index, an id, or free text.
_ENOUGH = 10
# Text of which more than this share of the rows differ is an id; if it is this long in the
# mean, less of it is enough to call it free text.
_ID, _FREE_TEXT, _LONG = 0.75, 0.5, 30

DROP = "drop"


class Encoder(Protocol):
    """A column's values to some columns of numbers, and back."""

    part: ClassVar[str]  # of the loss: "numbers", "binary", "categorical" or "counts"

    @property
    def width(self) -> int:
        """How many columns of numbers; none for a constant."""
        ...

    def encode(self, column: Column) -> Encoded:
        """The column's values as columns of numbers."""
        ...

    def decode(self, block: np.ndarray, rng: Any = None) -> Any:
        """Values of the column from columns of numbers; ``rng`` draws where several are meant."""
        ...


class Found(NamedTuple):
    """The kind of a column, and why it is left out, if it is."""

    kind: str
    why: str = ""


#: Each kind's encoder, learnt from a column and how many levels may have a column of their own.
KINDS: dict[str, Callable[[Column, int], Encoder]] = {
    "number": lambda column, most: learn_number(column),
    "integer": lambda column, most: learn_integer(column),
    "binary": learn_binary,
    "category": learn_category,
    "datetime": lambda column, most: learn_datetime(column),
    "count": lambda column, most: learn_count(column),
}


def find_kind(column: Column) -> Found:
    """The kind that a column seems to be of; "drop" where nothing is to be learnt of it."""
    if not column.seen.any():
        return Found(DROP, "no value")
    return _BY_TYPE[column.type](column)


def _of_numbers(column: Column) -> Found:
    assert column.numbers is not None  # numbers is what they are
    values = column.numbers[column.seen]
    distinct = len(np.unique(values))
    if distinct == 2 and len(values) > 3 and np.isfinite(values).all():
        return Found("binary")
    if column.type == "float" and not is_whole(values):
        return Found("number")
    is_index = len(values) == len(column.seen) >= _ENOUGH and values[0] in (0, 1)
    if is_index and bool(np.all(np.diff(values) == 1)):
        return Found(DROP, "an index")
    return Found("integer")


def _of_levels(column: Column) -> Found:
    distinct = len(set(column.seen_objects))
    return Found("binary" if distinct == 2 else "category")


def _of_text(column: Column) -> Found:
    values = column.seen_objects
    share = len(set(values)) / len(values)
    if len(values) >= _ENOUGH:
        if share > _FREE_TEXT and np.mean([len(str(value)) for value in values]) > _LONG:
            return Found(DROP, "free text")
        if share > _ID:
            return Found(DROP, "an id")
    return _of_levels(column)


_BY_TYPE: dict[str, Callable[[Column], Found]] = {
    "bool": lambda column: Found("binary"),
    "integer": _of_numbers,
    "float": _of_numbers,
    "moment": lambda column: Found("datetime"),
    "span": lambda column: Found("number"),
    "levels": _of_levels,
    "text": _of_text,
    "mixed": _of_text,
}
