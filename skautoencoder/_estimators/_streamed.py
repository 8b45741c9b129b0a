"""Rows that users pass, in memory or read in passes: to be learnt from, and to be applied to."""

from __future__ import annotations

import sys
from functools import wraps

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skautoencoder._data._rows import Rows
from skautoencoder._estimators._input import check_groups, check_rows, check_weight
from skautoencoder._processes import check_jax_works
from skautoencoder._streams._apart import ALONE
from skautoencoder._streams._merged import merged
from skautoencoder._streams._recognized import stream_of
from skautoencoder._streams._rows import StreamedRows
from skautoencoder._streams._survey import survey


def rows_to_learn(estimator, X, sample_weight, groups, seed, *, reset, fraction):
    """The rows of X to learn from, as a :class:`Source`, and labels of their groups or None.

    Parameters
    ----------
    estimator : autoencoder
    X : array-like, sparse matrix or stream of shape (n_samples, n_features)
    sample_weight, groups : array-like of shape (n_samples,) or None
    seed : int
        Of which rows a stream holds out.
    reset : bool
        Whether the estimator notes the columns.
    fraction : float
        Share of the rows to be held out, of which a stream takes care itself.

    Raises
    ------
    ValueError
        If X is not sound, fewer than two rows have a weight, or some are to be held out where all
        are of one group, or copies of a few.
    """
    check_jax_works()
    stream = stream_of(X, sample_weight, groups)
    if stream is None:
        rows = estimator._check_rows(X, sample_weight, reset=reset)
        return rows, check_groups(groups, rows.X)

    def check(batch, first):
        return estimator._check_values(check_rows(estimator, batch, reset=reset and first))

    rows, labels = _surveyed(stream, check, fraction, seed)
    n_rows = rows.count(rows.everything)
    if reset and n_rows < 2:
        raise ValueError(
            f"X is {stream.name}, which yields {n_rows} rows with a weight above zero, but "
            f"{type(estimator).__name__} needs at least 2 samples."
        )
    if fraction and isinstance(rows, StreamedRows) and rows.held_out is None:
        raise ValueError(
            f"X is {stream.name}, of which no row is held out: all rows are in one group, or "
            "copies of a few. Give X_val, or set early_stopping=False."
        )
    return rows, labels


def rows_to_score(estimator, X, sample_weight):
    """The rows of X to apply a fitted estimator to, as a :class:`Source`; it asks no JAX."""
    check_is_fitted(estimator)
    stream = stream_of(X, sample_weight)
    if stream is None:
        X = estimator._check_X(X)
        return Rows(X, check_weight(sample_weight, X))
    return _surveyed(stream, lambda batch, first: check_rows(estimator, batch, reset=False))[0]


def _surveyed(stream, check, fraction=0, seed=0):
    """The rows of a stream, in memory where they are few, and labels of those that are held out."""
    apart = _apart()
    stream = apart.part_of(stream)
    found = merged(apart.gathered(survey(stream, check, fraction, seed, apart.number)))
    if found.whole is not None:
        x, weight, label = found.whole
        return Rows(x, check_weight(weight, x)), label
    rows = StreamedRows(stream, check, found, seed, apart=apart)
    return rows, rows.held_out_labels


def _apart():
    """Which process this is, of those that share a mesh."""
    if "jax" not in sys.modules:  # so there is no mesh
        return ALONE
    from skautoencoder._training._gathered import apart

    return apart()


def by_batches(method):
    """Decorate a method of X: of a stream it gives what it gives of each batch, in one array."""

    @wraps(method)
    def of_rows(self, X, *args, **kwargs):
        stream = stream_of(X)
        if stream is None:
            return method(self, X, *args, **kwargs)
        found = [method(self, batch, *args, **kwargs) for batch in stream]
        if not found:
            raise ValueError(f"X is {stream.name}, which yields no rows.")
        return np.concatenate(found)

    return of_rows
