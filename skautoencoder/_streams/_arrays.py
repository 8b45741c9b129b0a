"""Streams of what can be sliced: memory maps, arrays of h5py, zarr and dask, frames of dask."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from typing import Any

import numpy as np

from skautoencoder._streams._stream import Batch, Stream

# A slice is read at once: so many values, of whole chunks where the array has such.
_SLICE_VALUES = 1_048_576


def is_sliceable(X: Any) -> bool:
    """Whether X is an array that is read where it is sliced, not held in memory."""
    has = all(hasattr(X, name) for name in ("shape", "dtype", "ndim", "__getitem__"))
    return has and not any(hasattr(X, name) for name in ("toarray", "__dlpack__", "columns"))


def is_partitioned(X: Any) -> bool:
    """Whether X is an array or a frame of dask."""
    return hasattr(X, "partitions") and hasattr(X, "compute")


def stream_of_array(X: Any, sample_weight: Any = None, groups: Any = None) -> Stream:
    """The :class:`Stream` of an array, and of the weights and labels of its rows.

    Raises
    ------
    ValueError
        If X has not two dimensions, or weights or labels are not one for each row.
    """
    if X.ndim != 2:
        raise ValueError(
            f"X must have two dimensions, rows and columns. Got one of shape {X.shape} instead."
        )
    sides = {"sample_weight": sample_weight, "groups": groups}
    for name, values in sides.items():
        if values is not None and np.shape(values) != (X.shape[0],):
            raise ValueError(
                f"{name} must have one entry for each of the {X.shape[0]} rows of X. Got the shape "
                f"{np.shape(values)} instead."
            )
    own = (getattr(X, "chunks", None) or (1,))[0]
    least = own if isinstance(own, int) else 1
    size = max(1, _SLICE_VALUES // max(1, X.shape[1]) // least) * least
    starts = range(0, X.shape[0], size)

    def read(piece: int) -> Iterator[Batch]:
        some = slice(starts[piece], min(starts[piece] + size, X.shape[0]))
        yield Batch(_read(X, some), *_sliced(some, *sides.values()))

    return Stream(_name(X), len(starts), read)


def stream_of_partitions(X: Any, sample_weight: Any = None, groups: Any = None) -> Stream:
    """The :class:`Stream` of a collection of dask: its partitions, one at a time.

    Raises
    ------
    ValueError
        If weights or labels are given, and how many rows partitions have is not known.
    """
    known = [] if hasattr(X, "columns") else [int(n) for n in X.chunks[0] if n == n]
    n_pieces = X.npartitions if hasattr(X, "columns") else X.numblocks[0]
    if len(known) < n_pieces and (sample_weight is not None or groups is not None):
        raise ValueError(
            "sample_weight and groups need an array whose chunks have known sizes: call "
            "X.compute_chunk_sizes() first, or pass skautoencoder.sources.from_batches with the "
            "names of columns."
        )
    ends = np.cumsum([0, *known])

    def read(piece: int) -> Iterator[Batch]:
        some = slice(*ends[piece : piece + 2]) if known else slice(0)
        part = X.partitions[piece].compute()
        yield Batch(part, *_sliced(some, sample_weight, groups))

    return Stream(_name(X), n_pieces, read)


def _read(X: Any, some: slice) -> np.ndarray:
    """Some rows, in memory."""
    if not isinstance(X, np.memmap):
        return np.asarray(X[some])
    rows = np.array(X[some])
    if X.mode == "r" and hasattr(mmap, "MADV_DONTNEED"):
        # Else the process would seem to grow by all that it has read.
        X._mmap.madvise(mmap.MADV_DONTNEED)  # type: ignore[attr-defined]
    return rows


def _sliced(some: slice, *sides: Any) -> list[Any]:
    return [None if side is None else np.asarray(side)[some] for side in sides]


def _name(X: Any) -> str:
    return f"the {type(X).__module__.partition('.')[0]} {type(X).__name__}"
