"""A function of many rows, worked out a chunk at a time on all cores."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike

from skautoencoder._data._blas import n_blas_threads, one_blas_thread
from skautoencoder._data._rows import dense, slices

# With so many values in its widest layer, a chunk stays near the core that works on it.
_CHUNK_VALUES = 393_216
_ROWS = 64

# Starting threads takes a few milliseconds; fewer chunks than these are done before.
_MIN_CHUNKS = 16

_OfRows: TypeAlias = Callable[[np.ndarray], np.ndarray]


def chunk_size(widest: int) -> int:
    """How many rows to work on at a time, where one takes as many as ``widest`` values."""
    return max(1, _CHUNK_VALUES // widest // _ROWS) * _ROWS


def by_chunks(
    function: _OfRows, X: Any, n_together: int, dtype: DTypeLike, *width: int
) -> np.ndarray:
    """``function(rows)`` of all rows of X, so many dense rows at a time, as one array."""
    found = np.empty((X.shape[0], *width), dtype)
    for chunk in slices(X.shape[0], n_together):
        found[chunk] = function(dense(X[chunk]))
    return found


def by_parallel_chunks(
    function: _OfRows, X: Any, n_together: int, dtype: DTypeLike, *width: int
) -> np.ndarray:
    """The same for a function without randomness, on as many threads as BLAS may use.

    Threads that each work through chunks of their own keep all cores busy between the
    matrix products too, which BLAS alone does not.
    """
    chunks = slices(X.shape[0], n_together)
    if len(chunks) < _MIN_CHUNKS:
        return by_chunks(function, X, n_together, dtype, *width)
    found = np.empty((X.shape[0], *width), dtype)

    def work(chunk: slice) -> None:
        found[chunk] = function(dense(X[chunk]))

    n_threads = n_blas_threads()
    with one_blas_thread(), ThreadPoolExecutor(n_threads) as threads:
        list(threads.map(work, chunks))
    return found
