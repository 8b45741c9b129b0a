"""Rows from files and from batches, for `fit` and all that takes rows: read in passes.

What they return is read a batch at a time, as often as it is needed, and never held in memory
unless it is small.
"""

from __future__ import annotations

from numbers import Integral
from typing import Any

from skautoencoder._streams._arrow import parquet_stream, text_stream
from skautoencoder._streams._iterables import stream_of_batches
from skautoencoder._streams._recognized import BATCH_ROWS
from skautoencoder._streams._set_apart import SetApart
from skautoencoder._streams._stream import Stream

__all__ = ["Stream", "from_batches", "from_csv", "from_parquet"]


def from_parquet(
    path: Any,
    *,
    columns: list[str] | None = None,
    sample_weight: str | None = None,
    groups: str | None = None,
    batch_size: int = BATCH_ROWS,
) -> Stream:
    """The rows of a Parquet file, or of all files of a folder.

    Needs pyarrow (``pip install "skautoencoder[files]"``).

    Parameters
    ----------
    path : str, path-like or list of such
        A file, a folder, or several files.
    columns : list of str, default=None
        Columns to read, in this order; by default all, as the first file has them.
    sample_weight : str, default=None
        The column of each row's weight; it is not learnt from.
    groups : str, default=None
        The column that says what belongs together, as ``groups`` of `fit` does; it is not learnt
        from.
    batch_size : int, default=65536
        Rows read at a time.

    Returns
    -------
    Stream
        Its batches are tables of pyarrow.

    Raises
    ------
    OSError
        If there is no such file, or it may not be read.
    ValueError
        If a file is damaged, has no such columns, or other columns than the first. What is
        damaged further on is found when it is read.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import pyarrow as pa, pyarrow.parquet as pq
    >>> from skautoencoder import AutoencoderTransformer
    >>> from skautoencoder.sources import from_parquet
    >>> folder = Path(tempfile.mkdtemp())
    >>> for part in range(3):
    ...     numbers = [float(part + i * i) for i in range(20)]
    ...     table = pa.table({"a": numbers, "b": numbers[::-1], "c": numbers})
    ...     pq.write_table(table, folder / f"{part}.parquet")
    >>> ours = AutoencoderTransformer(1, hidden_layer_sizes=(4,), max_iter=2, random_state=0)
    >>> ours.fit(from_parquet(folder, columns=["a", "b"])).feature_names_in_
    array(['a', 'b'], dtype=object)
    """
    _check_size(batch_size)
    return parquet_stream(path, columns, SetApart(sample_weight, groups), int(batch_size))


def from_csv(
    path: Any,
    *,
    columns: list[str] | None = None,
    sample_weight: str | None = None,
    groups: str | None = None,
    delimiter: str = ",",
    batch_size: int = BATCH_ROWS,
) -> Stream:
    r"""The rows of a text file with a line of names, or of all files of a folder.

    Needs pyarrow. Each pass parses the text again: Parquet is read several times as fast.

    Parameters
    ----------
    path, columns, sample_weight, groups, batch_size
        As in :func:`from_parquet`.
    delimiter : str, default=","
        What stands between values.

    Returns
    -------
    Stream
        Its batches are tables of pyarrow, of up to ``batch_size`` rows. Types of columns are
        those of a file's first four megabytes.

    Raises
    ------
    OSError
        If there is no such file, or it may not be read.
    ValueError
        If a file has no such columns, a line has another number of values, or a value is not of
        its column's type. Further on than the first megabytes this is found when it is read.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skautoencoder.sources import from_csv
    >>> path = Path(tempfile.mkdtemp()) / "rows.csv"
    >>> _ = path.write_text("a;b\n1;2.5\n3;\n")
    >>> [batch.to_pydict() for batch in from_csv(path, delimiter=";")]
    [{'a': [1, 3], 'b': [2.5, None]}]
    """
    _check_size(batch_size)
    if not (isinstance(delimiter, str) and len(delimiter) == 1):
        raise ValueError(f"delimiter must be one character. Got {delimiter!r} instead.")
    return text_stream(path, columns, SetApart(sample_weight, groups), int(batch_size), delimiter)


def from_batches(
    batches: Any, *, sample_weight: str | None = None, groups: str | None = None
) -> Stream:
    """The rows of arrays, sparse matrices or data frames that come one after another.

    Parameters
    ----------
    batches : callable or sequence
        A function without arguments that returns an iterator of batches, the same each time it is
        called; or a list of batches.
    sample_weight, groups : str, default=None
        As in :func:`from_parquet`, for batches that are data frames of pandas, polars or pyarrow.

    Returns
    -------
    Stream

    Raises
    ------
    TypeError
        If it is neither function nor sequence.
    ValueError
        If it is an iterator, which can be read only once.

    Examples
    --------
    >>> import numpy as np
    >>> from skautoencoder import AutoencoderTransformer
    >>> from skautoencoder.sources import from_batches
    >>> def batches():
    ...     for day in range(5):
    ...         yield np.random.default_rng(day).standard_normal((40, 3))
    >>> ours = AutoencoderTransformer(1, hidden_layer_sizes=(4,), max_iter=2, random_state=0)
    >>> ours.fit_transform(from_batches(batches)).shape
    (200, 1)
    """
    return stream_of_batches(batches, SetApart(sample_weight, groups))


def _check_size(batch_size: Any) -> None:
    if not isinstance(batch_size, Integral) or isinstance(batch_size, bool) or batch_size < 1:
        raise ValueError(
            f"batch_size must be a whole number of rows, from 1. Got {batch_size!r} instead."
        )
