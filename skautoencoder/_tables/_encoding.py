"""A table to rows of numbers and back: an encoder for each column, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from skautoencoder._tables._kinds import DROP, KINDS, Encoder, find_kind
from skautoencoder._tables._levels import most_levels
from skautoencoder._tables._libraries import LIBRARIES, Library
from skautoencoder._tables._table import Column, Table
from skautoencoder.losses import MixedLoss

# What a number's errors are divided by, in standard deviations: it costs two nats where nothing is
# known of it, a category its entropy, most often one or two. At one, a made census had its
# categories right and its numbers twice as wrong as by PCA, at 0.3 the other way round, and at 0.7
# it had numbers 1.1 times as wrong; benchmarks/quality/tables.py.
NUMBER_STD = 0.5
_LARGEST_IN_SINGLE = 2**16  # single precision holds whole numbers of so many bits, and more


class Part(NamedTuple):
    """A column, its encoder, and its columns of numbers."""

    position: int  # among the table's columns
    name: Any
    encoder: Encoder
    columns: slice


@dataclass(frozen=True)
class TableEncoding:
    """How a table is read as numbers, and made again of numbers.

    Parameters
    ----------
    library : str
        Of the table that was learnt from.
    empty : table without rows
        What tables are made like.
    names : tuple
        Of all columns.
    kinds : dict
        The kind of each column by name.
    encoders : dict
        Encoder by name, of all that are not left out.
    double : bool
        Whether single precision would lose digits of some column.
    """

    library: str
    empty: Any
    names: tuple
    kinds: dict
    encoders: dict = field(repr=False)
    double: bool = True

    def __getstate__(self) -> dict[str, Any]:
        """Fields, the types of columns in plain values, which all that copies can read."""
        state = {one.name: getattr(self, one.name) for one in fields(self)}
        return state | {"empty": self.door.schema(self.empty)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        empty = LIBRARIES[state["library"]].of_schema(state["empty"])
        vars(self).update(state | {"empty": empty})

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """All columns that are not left out, in order."""
        return tuple(self._parts())

    @property
    def width(self) -> int:
        """How many columns of numbers there are."""
        return self.parts[-1].columns.stop if self.parts else 0

    @property
    def door(self) -> Library:
        """What makes tables of the library that was learnt from."""
        return LIBRARIES[self.library]

    def loss(self) -> MixedLoss:
        """The loss of the encoded rows, in nats of each column's kind."""
        of_kind: dict[str, list] = {"numbers": [], "binary": [], "categorical": [], "counts": []}
        for part in self.parts:
            columns = tuple(range(part.columns.start, part.columns.stop))
            if columns:
                of_kind[part.encoder.part].append(columns)
        return MixedLoss(
            binary=tuple(column for (column,) in of_kind["binary"]),
            categorical=tuple(of_kind["categorical"]),
            counts=tuple(column for (column,) in of_kind["counts"]),
            number_std=NUMBER_STD,
        )

    def encode(self, table: Table) -> tuple[np.ndarray, dict]:
        """The table as rows of numbers, NaN in gaps; and unseen levels by column name.

        Raises
        ------
        ValueError
            If columns are missing or not known, or hold what those learnt from did not.
        """
        columns = self.columns_of(table)
        rows = np.empty((table.n_rows, self.width), np.float64 if self.double else np.float32)
        unseen = {}
        for part in self.parts:
            found = part.encoder.encode(columns[part.position])
            rows[:, part.columns] = found.values
            if found.unseen:
                unseen[part.name] = found.unseen
        return rows, unseen

    def decode(self, rows: np.ndarray, rng: Any = None) -> Any:
        """Rows of numbers as a table like the one learnt from; ``rng`` draws rare levels."""
        like = [column for _, column in self.door.columns(self.empty)]
        columns = [
            self.door.column(part.encoder.decode(rows[:, part.columns], rng), like[part.position])
            for part in self.parts
        ]
        return self.door.frame(columns, self.empty, [part.position for part in self.parts])

    def filled(self, table: Table, rows: np.ndarray) -> Any:
        """The table itself, with what rows of numbers stand for in the gaps of known columns."""
        door = LIBRARIES[table.library]
        columns, new = self.columns_of(table), {}
        for part in self.parts:
            column = columns[part.position]
            if not column.seen.all():
                values = part.encoder.decode(rows[:, part.columns])
                other = door.column(values, column.native[:0])
                new[column.name] = door.filled(column.native, ~column.seen, other)
        natives = [new.get(column.name, column.native) for column in table.columns]
        return door.frame(natives, table.native, range(len(natives)))

    def columns_of(self, table: Table) -> dict[int, Column]:
        """The table's columns by position: taken by name where there are names."""
        if "numpy" in (table.library, self.library):
            if len(table.columns) != len(self.names):
                raise ValueError(
                    f"X has {len(table.columns)} features, but TableAutoencoderTransformer is "
                    f"expecting {len(self.names)} features as input."
                )
            return dict(enumerate(table.columns))
        by_name = {column.name: column for column in table.columns}
        missing = [part.name for part in self.parts if part.name not in by_name]
        strange = [name for name in by_name if name not in self.names]
        if missing or strange:
            raise ValueError(_not_those(missing, strange))
        return {part.position: by_name[part.name] for part in self.parts}

    def _parts(self) -> Iterator[Part]:
        start = 0
        for position, name in enumerate(self.names):
            if name in self.encoders:
                encoder = self.encoders[name]
                yield Part(position, name, encoder, slice(start, start + encoder.width))
                start += encoder.width


def learn_encoding(
    table: Table, kinds: dict | None = None, index: np.ndarray | None = None
) -> tuple[TableEncoding, dict]:
    """The encoding of a table, and why columns are left out that were not asked to be, by name.

    Parameters
    ----------
    table : Table
    kinds : dict, optional
        Kinds by column name; those of all other columns are found.
    index : ndarray, optional
        Numbers of the rows to learn from. Default: all.

    Raises
    ------
    ValueError
        If a kind or a column in ``kinds`` is unknown, or its values are not of that kind, or
        nothing is left that varies.
    """
    asked = _checked(kinds or {}, table)
    learnt = [column if index is None else column.take(index) for column in table.columns]
    found, why = {}, {}
    for column in learnt:
        kind, reason = (asked[column.name], "") if column.name in asked else find_kind(column)
        if kind != DROP and not column.seen.any():
            raise ValueError(
                f"kinds={{{column.name!r}: {kind!r}}}, but no row has a value in that column."
            )
        found[column.name] = kind
        if reason:
            why[column.name] = reason
    kept = [column for column in learnt if found[column.name] != DROP]
    most = most_levels(sum(found[column.name] == "category" for column in kept))
    encoders = {column.name: KINDS[found[column.name]](column, most) for column in kept}
    empty = LIBRARIES[table.library].empty(table.native)
    double = any(_needs_double(column, encoders[column.name]) for column in kept)
    encoding = TableEncoding(
        table.library, empty, tuple(table.names), found, encoders, double=double
    )
    if not encoding.width:
        left_out = f" Left out: {reasons(why)}." if why else ""
        raise ValueError(f"No column of X varies that could be learnt of.{left_out}")
    return encoding, why


def _needs_double(column: Column, encoder: Encoder) -> bool:
    """Whether single precision loses digits of a column that numbers stand for."""
    if encoder.part in ("binary", "categorical"):
        return False
    if str(getattr(column.native, "dtype", "")).lower() in ("float32", "float16"):
        return False
    if column.type != "integer" or column.numbers is None:
        return True
    return bool(np.abs(column.numbers[column.seen].astype(float)).max() >= _LARGEST_IN_SINGLE)


def _checked(kinds: dict, table: Table) -> dict:
    allowed = (*KINDS, DROP)
    for name, kind in kinds.items():
        if name not in table.names:
            raise ValueError(
                f"kinds names the column {name!r}, which X does not have. It has "
                f"{', '.join(map(repr, table.names[:20]))}{', ...' * (len(table.names) > 20)}."
            )
        if kind not in allowed:
            raise ValueError(
                f"kinds={{{name!r}: {kind!r}}}: a kind must be one of "
                f"{', '.join(map(repr, allowed))}."
            )
    return dict(kinds)


def _not_those(missing: list, strange: list) -> str:
    said = []
    if missing:
        said.append(f"X lacks columns that fit saw: {', '.join(map(repr, missing))}")
    if strange:
        said.append(f"X has columns that fit did not see: {', '.join(map(repr, strange))}")
    return "; ".join(said) + ". Columns are taken by name, in any order."


def reasons(why: dict) -> str:
    """Why columns are left out, in words."""
    return ", ".join(f"{name!r} ({reason})" for name, reason in why.items())
