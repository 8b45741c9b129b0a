"""Fitted detectors as commands use them: which rows of a table are unusual, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skautoencoder._cli._columns import Columns, check_width
from skautoencoder._cli._model_file import saved_estimator, write_estimator
from skautoencoder._cli._models import known_columns, names_of
from skautoencoder._cli._prepared import gaps_kept, prepared, warnings_told
from skautoencoder._cli._table import BadInputError
from skautoencoder._estimators._detector import AutoencoderDetector


@dataclass(frozen=True)
class DetectorModel:
    """A fitted detector, and the columns of the table that it was fitted to.

    Attributes
    ----------
    detector : AutoencoderDetector
    names : tuple of str
        Of the columns that it was fitted to.
    left_out : frozenset of str
        Other columns that the file had.
    """

    detector: Any
    names: tuple
    left_out: frozenset

    def rows(self, table):
        """The rows of a table as the detector takes them, and a list of what to tell.

        Raises
        ------
        BadInputError
            If columns are missing, or hold text where numbers were learnt.
        """
        encoding = self.detector._reading.encoding
        if encoding is None:
            return _of_numbers(table, Columns(self.names, {}, self.left_out))
        if isinstance(table.X, np.ndarray):
            check_width(table.X, len(self.names))
            return pd.DataFrame(table.X, columns=list(self.names)), []
        return known_columns(table.X, list(self.names), self.left_out, encoding.empty)

    def write(self, path):
        """Keep the detector in a file, whole or not at all."""
        notes = {"names": list(self.names), "left_out": sorted(self.left_out)}
        write_estimator(path, self.detector, notes)


def fitted(detector, table, kinds):
    """A detector, fitted to a table, and a list of what to tell.

    Parameters
    ----------
    detector : AutoencoderDetector
        Not fitted.
    table : Table
    kinds : dict of str to str
        Of columns whose kind is not to be found.

    Returns
    -------
    DetectorModel
    list of str

    Raises
    ------
    ValueError
        If there is nothing to learn, or a parameter is out of range.
    """
    left_out = frozenset(table.left_out)
    if _all_numbers(table.X) and not kinds:
        rows, told = _of_numbers(table, Columns(tuple(table.names), {}, left_out))
        if not isinstance(table.X, np.ndarray):
            n_columns = rows.shape[1]
            told = [f"{n_columns} number{'s' * (n_columns > 1)}: scaled{gaps_kept(rows)}"]
    else:
        found = prepared(table.X, kinds)
        rows, told = found.frame, found.remarks
        left_out |= {*table.names} - {*rows}
        kinds = {name: kind for name, kind in kinds.items() if name in rows}
    with warnings_told(told):
        detector.set_params(kinds=kinds or None).fit(rows)
    return DetectorModel(detector, tuple(map(str, rows)), left_out), told


def saved(path):
    """The :class:`DetectorModel` in a file of ours, or of one that Python saved.

    Raises
    ------
    BadInputError
        If the file cannot be read, is damaged, or holds something else.
    """
    detector, notes = saved_estimator(path)
    if not isinstance(detector, AutoencoderDetector) or not hasattr(detector, "offset_"):
        raise BadInputError(
            f"{path!r} holds a {type(detector).__name__}, but no fitted AutoencoderDetector."
        )
    names = notes.get("names") or names_of(detector)
    detector.feature_names_in_ = np.array(names, object)  # rows come with names here
    return DetectorModel(detector, tuple(names), frozenset(notes.get("left_out", ())))


def _all_numbers(X):
    return isinstance(X, np.ndarray) or all(map(pd.api.types.is_numeric_dtype, X.dtypes))


def _of_numbers(table, columns):
    """The rows of a table of numbers as a frame, so that the detector knows their names."""
    X, told = columns.matrix(table)
    return pd.DataFrame(X, columns=list(columns.names)), told
