"""What a model knows of the columns it was fitted to: their names, order and levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skautoencoder._cli._reading._names import listed
from skautoencoder._cli._table import BadInputError


@dataclass(frozen=True)
class Columns:
    """Columns of a table, and how they become numbers.

    Attributes
    ----------
    names : tuple of str
        In the order in which they are learnt from.
    levels : dict of str to tuple of str
        The words of each column of text; each becomes a column of zeros and ones.
    left_out : frozenset of str
        Other columns that the file had.
    """

    names: tuple
    levels: dict
    left_out: frozenset

    @property
    def encoded_names(self):
        """The names of the columns of numbers."""
        return [
            one
            for name in self.names
            for one in (
                [f"{name}_{level}" for level in self.levels[name]]
                if name in self.levels
                else [name]
            )
        ]

    def matrix(self, table):
        """The numbers of a table, columns by name, and a list of what to tell.

        Raises
        ------
        BadInputError
            If columns are missing, hold text where numbers were learnt, or infinite values.
        """
        if isinstance(table.X, np.ndarray):
            check_width(table.X, len(self.encoded_names))
            return _finite(table.X), []
        remarks = checked_names(table.X, self.names, self.left_out)
        parts = []
        for name in self.names:
            if name in self.levels:
                part, told = _one_hot(name, table.X[name], self.levels[name])
                remarks += told
            else:
                part = _numbers(name, table.X[name])[:, None]
            parts.append(part)
        return _finite(np.hstack(parts)), remarks


def checked_names(frame, names, left_out):
    """What to tell of a frame's columns that a model does not know; missing ones are refused."""
    missing = [name for name in names if name not in frame]
    new = [name for name in frame if name not in {*names, *left_out}]
    if missing:
        instead = f", and has instead {listed(new)}" if new else ""
        raise BadInputError(
            f"the model was fitted to columns that the file lacks: {listed(missing)}{instead}."
        )
    return [f"{listed(map(repr, new))} not known to the model, left out"] if new else []


def columns_of(table, encode):
    """What a model is to know of a table's columns.

    Raises
    ------
    BadInputError
        If there are columns of text or dates, and no ``encode``.
    """
    if isinstance(table.X, np.ndarray):
        return Columns(tuple(table.names), {}, frozenset())
    text = [name for name in table.X if not _is_numeric(table.X[name])]
    if text and not encode:
        raise BadInputError(
            f"columns of text, which --no-scale does not take: {listed(text)}. Leave them out with "
            "--drop, or turn them into one-hot columns with --encode."
        )
    levels = {name: tuple(sorted(map(str, table.X[name].dropna().unique()))) for name in text}
    return Columns(tuple(table.names), levels, frozenset(table.left_out))


def _is_numeric(column):
    import pandas as pd

    return pd.api.types.is_numeric_dtype(column)


def _numbers(name, column):
    if not _is_numeric(column):
        raise BadInputError(
            f"column {name!r} holds text ({str(column.dropna().iloc[0])!r}), where the model was "
            "fitted to numbers."
        )
    return column.to_numpy(dtype=float, na_value=np.nan)


def _one_hot(name, column, levels):
    """Zeros and ones, gaps for cells that are empty or of no level known, and what to tell."""
    words = column.map(str, na_action="ignore")
    part = np.stack([(words == level).to_numpy(dtype=float) for level in levels], axis=1)
    new = ~words.isna() & ~words.isin(levels)
    part[(words.isna() | new).to_numpy()] = np.nan
    if not new.any():
        return part, []
    return part, [f"{name}: {listed(words[new].unique())} not known to the model, taken for gaps"]


def check_width(X, n_columns):
    """Raise a BadInputError if rows have another number of columns than a model knows."""
    if X.shape[1] != n_columns:
        raise BadInputError(
            f"the file has {X.shape[1]} columns, and the model was fitted to {n_columns}."
        )


def _finite(X):
    infinite = np.flatnonzero(np.isinf(X).any(axis=1))
    if len(infinite):
        raise BadInputError(
            f"there are infinite values, first in row {infinite[0] + 1}; {len(infinite)} rows have "
            "some. Mend or drop them first."
        )
    return X
