"""Streams of files, as Arrow reads them: Parquet and text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from skautoencoder._errors import one_line
from skautoencoder._streams._set_apart import SetApart
from skautoencoder._streams._stream import Batch, Stream

_TEXT_BLOCK = 4_194_304  # bytes, parsed at once


def parquet_stream(path: Any, columns: list[str] | None, apart: SetApart, n_rows: int) -> Stream:
    """The :class:`Stream` of a Parquet file or a folder of such; a row group is a piece.

    Parameters
    ----------
    path : path-like or list of such
    columns : list of str or None
    apart : SetApart
    n_rows : int
        Rows of a batch.
    """
    from pyarrow import dataset

    # Row groups may be large: they are decoded as they are read, not fetched whole before.
    options = dataset.ParquetFragmentScanOptions(pre_buffer=False, use_buffered_stream=True)
    kind = dataset.ParquetFileFormat(default_fragment_scan_options=options)
    found, wanted = _opened(path, kind, columns, apart)
    pieces = []
    for file in found.get_fragments():
        _check_columns(file, wanted, found)
        pieces += [(file, group) for group in file.split_by_row_group()]
    return _stream(found, pieces, wanted, apart, n_rows)


def text_stream(
    path: Any, columns: list[str] | None, apart: SetApart, n_rows: int, delimiter: str
) -> Stream:
    """The :class:`Stream` of a text file of separated values, or a folder of such.

    A file is a piece. Types of columns are those of a file's first few megabytes.
    """
    from pyarrow import csv, dataset

    kind = dataset.CsvFileFormat(
        parse_options=csv.ParseOptions(delimiter=delimiter),
        convert_options=csv.ConvertOptions(strings_can_be_null=True),
        read_options=csv.ReadOptions(block_size=_TEXT_BLOCK),
    )
    found, wanted = _opened(path, kind, columns, apart)
    pieces = [(file, file) for file in found.get_fragments()]
    return _stream(found, pieces, wanted, apart, n_rows)


def _opened(path: Any, kind: Any, columns: list[str] | None, apart: SetApart) -> tuple[Any, list]:
    """The data set of a path, and the names of the columns to read of it.

    Raises
    ------
    OSError
        If there is no such file, or it must not be read.
    ValueError
        If it is damaged or empty, or has no such columns.
    """
    from pyarrow import ArrowInvalid, dataset

    try:
        found = dataset.dataset(path, format=kind, partitioning=None)
    except ArrowInvalid as error:
        raise ValueError(f"{str(path)!r} cannot be read: {one_line(error)}") from None
    names = found.schema.names
    if not found.files:
        raise ValueError(f"{str(path)!r} has no files.")
    for asked, parameter in [(columns or [], "columns"), *apart.named()]:
        missing = [name for name in asked if name not in names]
        if missing:
            raise ValueError(
                f"{parameter}={asked!r}: {str(path)!r} has no columns {missing}. It has {names}."
            )
    wanted = [name for name in columns or names if name not in apart.names]
    if not wanted:
        raise ValueError(f"{str(path)!r} has no columns left to learn from.")
    return found, [*wanted, *apart.names]


def _check_columns(file: Any, wanted: list[str], found: Any) -> None:
    from pyarrow import ArrowInvalid

    try:
        names = file.physical_schema.names
    except (ArrowInvalid, OSError) as error:
        raise ValueError(f"{file.path!r} cannot be read: {one_line(error)}") from None
    missing = [name for name in wanted if name not in names]
    if missing:
        raise ValueError(
            f"{file.path!r} has no columns {missing}, which {found.files[0]!r} has: all files of "
            "a folder must have the same."
        )


def _stream(found: Any, pieces: list, wanted: list[str], apart: SetApart, n_rows: int) -> Stream:
    from pyarrow import ArrowInvalid, Table

    def read(piece: int) -> Iterator[Batch]:
        file, part = pieces[piece]
        batches = part.to_batches(
            schema=found.schema, columns=wanted, batch_size=n_rows, batch_readahead=1,
            fragment_readahead=1,
        )  # fmt: skip
        try:
            for batch in batches:
                yield apart.of(Table.from_batches([batch]))
        except (ArrowInvalid, OSError) as error:
            raise ValueError(f"{file.path!r} cannot be read: {one_line(error)}") from None

    return Stream(repr(found.files[0]), len(pieces), read)
