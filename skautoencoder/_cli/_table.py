"""What the command line reads and writes: a table, and the error for all else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class BadInputError(ValueError):
    """What a user of the command line can mend; told in one line."""


@dataclass(frozen=True)
class LongTable:
    """Rows that are read in passes: a stream, or a memory map."""

    X: Any
    index: None = None


@dataclass(frozen=True)
class Table:
    """Rows, the names of their columns, and what they belong to.

    Attributes
    ----------
    X : ndarray of shape (n_rows, n_columns), or DataFrame
        A frame where the columns have names of their own.
    names : list of str
    y : ndarray of shape (n_rows,) or None
    image_shape : tuple of int or None
    index : Series or None
        What names the rows.
    left_out : tuple of str
        Columns of the file that are not in X.
    whole : DataFrame or None
        All columns of the file, as they were read; None where they have no names.
    encoding : TableEncoding or None
        By which X became numbers, where it did.
    """

    X: Any
    names: list
    y: Any = None
    image_shape: tuple | None = None
    index: Any = None
    left_out: tuple = ()
    whole: Any = None
    encoding: Any = None

    @property
    def row_names(self):
        """What rows are called: by the index, or by their numbers from 1 on."""
        return list(map(str, range(1, len(self.X) + 1) if self.index is None else self.index))
