"""What a detector is passed, as complete rows of numbers: frames encoded, gaps filled."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from sklearn.utils.validation import validate_data

from skautoencoder._anomalies._donors import Donors, learn_donors
from skautoencoder._anomalies._scores import N_FOLDS
from skautoencoder._estimators import _table_steps as steps
from skautoencoder._estimators._input import check_no_dates, to_numpy, warn_never_seen
from skautoencoder._estimators._table import TableAutoencoderTransformer
from skautoencoder._streams._whole import in_memory
from skautoencoder._tables._encoding import TableEncoding
from skautoencoder._tables._libraries import library_of
from skautoencoder._tables._table import Table, read_table

_NUMBERS = ("bool", "integer", "float")


class Reading(NamedTuple):
    """How rows are read.

    Parameters
    ----------
    encoding : TableEncoding or None
        Of a table with columns that are no numbers.
    positions : ndarray of shape (n_parts,)
        Which columns of X the rows' columns are of.
    starts : ndarray of shape (n_parts,)
        Where those of each begin.
    donors : Donors
    """

    encoding: TableEncoding | None
    positions: np.ndarray
    starts: np.ndarray
    donors: Donors

    def complete(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows with numbers in their gaps, and which entries were seen."""
        return self.donors.fill(rows), ~np.isnan(rows)

    def parts(self, X: Any) -> list:
        """The values of those columns of X, a list each."""
        if self.encoding is None:
            return [list(column) for column in np.asarray(X).T]
        of = self.encoding.columns_of(read_table(X))
        return [of[position].objects for position in self.positions]

    def restored(self, rows: np.ndarray) -> list:
        """The values that rows of numbers stand for, a list for each of those columns."""
        if self.encoding is None:
            return [list(column) for column in rows.T]
        table = read_table(self.encoding.decode(rows))
        # A constant column comes back, too, and is no part of the rows.
        with_parts = zip(self.encoding.parts, table.columns, strict=True)
        return [column.objects for part, column in with_parts if part.encoder.width]


def read_first(detector: Any, X: Any) -> tuple[np.ndarray, TableEncoding | None]:
    """Rows of numbers, NaN in gaps, and the encoding of a table that needs one.

    The detector notes the columns.

    Raises
    ------
    ValueError
        If no column varies, or X holds infinity, or what is no number and not in a data frame.

    Warns
    -----
    UserWarning
        If columns of a table are set aside, or no row has a value in some column.
    """
    of_table = isinstance(detector.estimator, TableAutoencoderTransformer)
    X = in_memory(X)
    kinds = detector.kinds or (detector.estimator.kinds if of_table else None)
    table = read_table(X) if of_table else _table_of(X, kinds)
    if table is None:
        rows = _numbers(detector, X, reset=True)
        _check_varies(detector, rows)
        return rows, None
    steps.check_size(detector, table, None)
    encoding = steps.learn(kinds, table, None)
    steps.note_columns(detector, table)
    return _encoded(encoding, table), encoding


def read(detector: Any, X: Any) -> np.ndarray:
    """Rows of numbers, NaN in gaps, of the columns that were fitted."""
    encoding = detector._reading.encoding
    X = in_memory(X)
    return _numbers(detector, X) if encoding is None else _encoded(encoding, read_table(X))


def _table_of(X: Any, kinds: dict | None) -> Table | None:
    """X as a :class:`Table`, if it must be encoded: some column is no number, or has a kind."""
    if not kinds and library_of(X) in (None, "numpy"):
        return None
    table = read_table(X)
    return table if kinds or any(c.type not in _NUMBERS for c in table.columns) else None


def _numbers(detector: Any, X: Any, *, reset: bool = False) -> np.ndarray:
    check_no_dates(X)
    return validate_data(
        detector,
        to_numpy(X),
        reset=reset,
        dtype=np.float64,
        ensure_all_finite="allow-nan",
        ensure_min_samples=N_FOLDS if reset else 1,
    )


def _check_varies(detector: Any, rows: np.ndarray) -> None:
    never = np.isnan(rows).all(axis=0)
    some = rows[:, ~never]
    if not (np.nanmin(some, axis=0) < np.nanmax(some, axis=0)).any():
        raise ValueError("No column of X varies: there is nothing to tell rows apart by.")
    warn_never_seen(detector, never)


def _encoded(encoding: TableEncoding, table: Table) -> np.ndarray:
    """The rows of a table as numbers. A level that is not known is none of those that are.

    Warns
    -----
    UserWarning
        If there are levels that are not known.
    """
    rows = steps.encode(encoding, table, "taken for none of those it saw").astype(float)
    columns = encoding.columns_of(table)
    for part in encoding.parts:
        if part.encoder.part == "categorical":
            block = rows[:, part.columns]  # a view
            block[np.isnan(block) & columns[part.position].seen[:, None]] = 0.0
    return rows


def learn_reading(encoding: TableEncoding | None, rows: np.ndarray, rng: Any) -> Reading:
    """The :class:`Reading` of rows with gaps (NaN), those that all else is learnt from."""
    donors = learn_donors(rows, rng)
    if encoding is None:
        every = np.arange(rows.shape[1])
        return Reading(None, every, every, donors)
    parts = [part for part in encoding.parts if part.encoder.width]
    positions = np.array([part.position for part in parts])
    return Reading(encoding, positions, np.array([part.columns.start for part in parts]), donors)
