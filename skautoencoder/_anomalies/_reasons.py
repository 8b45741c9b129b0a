"""Which columns make a row unusual: those whose return to what is expected lowers its score."""

from __future__ import annotations

import numpy as np

from skautoencoder._anomalies._scores import FoldScore, FoldScores
from skautoencoder._data._blas import one_blas_thread
from skautoencoder._functions import Array


def shares(scores: FoldScores, rows: Array, seen: Array, starts: Array) -> Array:
    """The shares of the parts of each row in its score, which add up to it.

    Parameters
    ----------
    scores : FoldScores
    rows : ndarray of shape (n_rows, n_columns)
        Complete.
    seen : ndarray of bool of shape (n_rows, n_columns)
    starts : ndarray of int of shape (n_parts,)
        Where the columns of each part begin.

    Returns
    -------
    ndarray of shape (n_rows, n_parts)
        Not negative; none for a part that was not seen.
    """

    def put_back(model: FoldScore, some: Array) -> Array:
        with one_blas_thread():  # many small products: threads would wait for each other
            return np.array([model.put_back(rows[row], seen[row], starts) for row in some])

    score = scores.of(rows, seen)[:, None]
    there = np.logical_or.reduceat(seen, starts, axis=1)
    gain = (score - scores.mean(rows, seen, put_back, len(starts))).clip(0) * there
    total = gain.sum(axis=1, keepdims=True)
    # A row that no single column's return makes more usual: all that was seen, alike.
    gain = np.where(total > 0, gain, there)
    whole = np.maximum(gain.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    return gain / whole * score


def expected(scores: FoldScores, rows: Array, seen: Array, starts: Array) -> Array:
    """What is expected of each part of rows, in the units of the data; as :func:`shares`."""

    def of_model(model: FoldScore, some: Array) -> Array:
        with one_blas_thread():
            return np.array([model.expected(rows[row], seen[row], starts) for row in some])

    return scores.mean(rows, seen, of_model, rows.shape[1])
