"""Fitted models as commands use them: codes, rows and filled rows, of tables and of arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from skautoencoder._cli._columns import Columns, checked_names
from skautoencoder._cli._prepared import warnings_told
from skautoencoder._cli._table import BadInputError, LongTable
from skautoencoder._estimators._autoencoder_base import BaseAutoencoder
from skautoencoder._estimators._imputer import AutoencoderImputer


@dataclass(frozen=True)
class Rows:
    """What is written to a file.

    Attributes
    ----------
    content : ndarray or DataFrame
    names : list of str
        Of the columns.
    """

    content: Any
    names: list


@dataclass(frozen=True)
class ArrayModel:
    """An autoencoder of numbers, and how columns become such."""

    transformer: Any
    columns: Columns

    def codes(self, table):
        """The codes of a table, and a list of what to tell of it."""
        if isinstance(table, LongTable):
            return codes_in_passes(self.transformer, table)
        X, told = self.columns.matrix(table)
        return Rows(self.transformer.transform(self._named(X)), code_names(self.transformer)), told

    def rebuilt(self, codes):
        """The rows that codes stand for."""
        if not hasattr(self.transformer, "inverse_transform"):
            raise BadInputError(f"a {type(self.transformer).__name__} has no way back.")
        rows = self.transformer.inverse_transform(codes)
        return Rows(np.asarray(rows), self.columns.encoded_names)

    def imputed(self, table):
        """The table with its gaps filled, and a list of what to tell of it."""
        if self.columns.levels:
            raise BadInputError("a model of --encode fills no words: fit without --no-scale.")
        X, told = self.columns.matrix(table)
        filled = self._filled(X)
        if isinstance(table.X, np.ndarray):
            return Rows(filled, table.names), told
        frame = table.X.assign(**dict(zip(self.columns.names, filled.T, strict=True)))
        return Rows(frame, list(frame)), told

    @property
    def column_names(self):
        """The names of the columns to read, or None where there are none."""
        return getattr(self.transformer, "feature_names_in_", None)

    @property
    def notes(self):
        """What is kept of the columns beside the transformer, in plain values."""
        columns = self.columns
        left_out = sorted(columns.left_out)
        return {"names": list(columns.names), "levels": columns.levels, "left_out": left_out}

    def _filled(self, X):
        if isinstance(self.transformer, AutoencoderImputer):
            return np.asarray(self.transformer.transform(self._named(X)))[:, : X.shape[1]]
        if not isinstance(self.transformer, BaseAutoencoder):
            raise BadInputError(f"a {type(self.transformer).__name__} fills no gaps.")
        return self.transformer._model.filling.fill(X)

    def _named(self, X):
        """X, as a frame where the transformer was fitted to one."""
        if not hasattr(self.transformer, "feature_names_in_"):
            return X
        import pandas as pd

        return pd.DataFrame(X, columns=self.transformer.feature_names_in_)


@dataclass(frozen=True)
class TableModel:
    """An autoencoder of tables, and the columns that its file had besides."""

    transformer: Any
    left_out: frozenset

    def codes(self, table):
        """The codes of a table, and a list of what to tell of it."""
        if isinstance(table, LongTable):
            return codes_in_passes(self.transformer, table)
        rows, told = self._known(table)
        with warnings_told(told):
            codes = self.transformer.transform(rows)
        return Rows(codes, code_names(self.transformer)), told

    def rebuilt(self, codes):
        """The rows that codes stand for."""
        frame = self.transformer.inverse_transform(codes)
        return Rows(frame, [str(name) for name in frame])

    def imputed(self, table):
        """The table with its gaps filled, and a list of what to tell of it."""
        rows, told = self._known(table)
        with warnings_told(told):
            filled = self.transformer.impute(rows)
        if isinstance(table.X, np.ndarray):
            return Rows(filled, table.names), told
        frame = table.X.assign(**{name: filled[name] for name in filled})
        return Rows(frame, list(frame)), told

    @property
    def column_names(self):
        """The names of the columns to read."""
        return [name for name, kind in self.transformer.kinds_.items() if kind != "drop"]

    @property
    def notes(self):
        """What is kept of the columns beside the transformer, in plain values."""
        return {"left_out": sorted(self.left_out)}

    def _known(self, table):
        """The columns that the model was fitted to, and what to tell of the others."""
        if isinstance(table.X, np.ndarray):
            return table.X, []
        names = self.transformer.feature_names_in_.tolist()
        return known_columns(table.X, names, self.left_out, self.transformer._encoding.empty)


def known_columns(frame, names, left_out, learnt):
    """The columns of a frame that a model was fitted to, and what to tell of the others.

    Parameters
    ----------
    frame : DataFrame
    names : list of str
        Of the columns that it was fitted to.
    left_out : frozenset of str
        Others that its file had.
    learnt : DataFrame
        Without rows, with the types of what it was fitted to.
    """
    told = checked_names(frame, names, left_out)
    return frame[names].apply(lambda column: _as_text(column, learnt[column.name])), told


def names_of(transformer):
    """The names of the columns that a transformer was fitted to, as commands call them."""
    named = getattr(transformer, "feature_names_in_", None)
    n_columns = transformer.n_features_in_
    return [f"x{i}" for i in range(n_columns)] if named is None else named.tolist()


def code_names(transformer):
    """The names of a fitted transformer's components."""
    return [str(name) for name in transformer.get_feature_names_out()]


def codes_in_passes(transformer, table):
    """The codes of rows that are read in passes, and nothing to tell."""
    return Rows(transformer.transform(table.X), code_names(transformer)), []


def codes_of(table, transformer):
    """The codes that a file holds, by name, and a list of what to tell."""
    return Columns(tuple(code_names(transformer)), {}, frozenset()).matrix(table)


def _as_text(column, learnt):
    """A column of numbers as words if it was one of words, as a file of digits alone has it."""
    if learnt.dtype.kind in "fiubM" or column.dtype.kind not in "iu":
        return column
    return column.astype(str)
