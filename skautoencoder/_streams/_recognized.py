"""What users pass as rows that are read in passes, recognized."""

from __future__ import annotations

from typing import Any

import numpy as np

from skautoencoder._streams._arrays import (
    is_partitioned,
    is_sliceable,
    stream_of_array,
    stream_of_partitions,
)
from skautoencoder._streams._iterables import is_lazy_frame, stream_of_lazy_frame
from skautoencoder._streams._set_apart import SetApart
from skautoencoder._streams._stream import Stream
from skautoencoder._streams._survey import IN_MEMORY_VALUES

BATCH_ROWS = 65_536


def stream_of(X: Any, sample_weight: Any = None, groups: Any = None) -> Stream | None:
    """The :class:`Stream` of X, or None where X is in memory.

    Parameters
    ----------
    X : object
        A stream, an array that is read where it is sliced, a collection of dask, a lazy frame of
        polars; a memory map of more values than are read into memory at once.
    sample_weight, groups : array-like of shape (n_samples,), default=None
        For arrays; in other streams they are columns.

    Raises
    ------
    ValueError
        If weights or labels are given where they cannot be.
    """
    if isinstance(X, np.ndarray):
        is_large_map = isinstance(X, np.memmap) and X.ndim == 2 and X.size > IN_MEMORY_VALUES
        return stream_of_array(X, sample_weight, groups) if is_large_map else None
    lazy = is_lazy_frame(X)
    if not lazy and is_partitioned(X):
        return stream_of_partitions(X, sample_weight, groups)
    if not lazy and is_sliceable(X):
        return stream_of_array(X, sample_weight, groups)
    if not (lazy or isinstance(X, Stream)):
        return None
    if sample_weight is not None or groups is not None:
        raise ValueError(
            "sample_weight and groups of a stream are columns of it: give their names where it is "
            "made, as in skautoencoder.sources.from_parquet(path, sample_weight='weight')."
        )
    return stream_of_lazy_frame(X, SetApart(), BATCH_ROWS) if lazy else X
