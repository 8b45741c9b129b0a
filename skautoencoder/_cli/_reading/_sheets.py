"""Tables whose format knows its columns: .xlsx, .parquet, .feather and .arrow."""

from __future__ import annotations

import zipfile

from skautoencoder._cli._reading._layout import UNNAMED
from skautoencoder._cli._reading._names import distinct_names, listed
from skautoencoder._cli._reading._opened import check_unpacked_size
from skautoencoder._cli._reading._values import typed
from skautoencoder._cli._table import BadInputError


def read_sheet(opened, options):
    """The frame of the first sheet of a workbook, and a list of what to tell of it."""
    import pandas as pd

    with zipfile.ZipFile(opened.file) as members:
        n_bytes = sum(member.file_size for member in members.infolist())
    check_unpacked_size(n_bytes, opened.packed_bytes)
    header = None if options.header is False else 0
    with pd.ExcelFile(opened.file, engine="openpyxl") as book:
        first, *others = book.sheet_names
        frame = book.parse(first, header=header)
    if frame.shape[1] == 0 or len(frame) == 0:
        raise BadInputError(f"its sheet {first!r} has no rows.")
    told = [f"sheet {first!r} read, and not {listed(others)}"] if others else []
    if header is None:
        frame.columns = [f"x{i}" for i in range(frame.shape[1])]
    elif any(not isinstance(name, str) for name in frame.columns):
        told.append(f"first row taken for names: {listed(frame.columns)}")
    frame, of_names = _named(frame)
    frame, of_values = typed(frame, ".", groups_are_sure=False)
    return frame, [*told, *of_names, *of_values]


def read_parquet(opened, options):
    """The frame of a Parquet file, and a list of what to tell of it."""
    import pyarrow.parquet as pq

    file = pq.ParquetFile(opened.file)
    groups = (file.metadata.row_group(i) for i in range(file.metadata.num_row_groups))
    declared = sum(group.total_byte_size for group in groups)
    # A cell takes eight bytes in memory, of however few it was said to be made
    in_memory = 8 * file.metadata.num_rows * file.metadata.num_columns
    check_unpacked_size(max(declared, in_memory), opened.packed_bytes)
    return _of_arrow(file.read())


def read_feather(opened, options):
    """The frame of a Feather or Arrow file or stream, and a list of what to tell of it."""
    import pyarrow as pa
    from pyarrow import feather

    head = opened.file.read(6)
    opened.file.seek(0)
    if head.startswith(b"FEA1"):  # the first version
        return _of_arrow(feather.read_table(opened.file))
    open_arrow = pa.ipc.open_file if head == b"ARROW1" else pa.ipc.open_stream
    with open_arrow(opened.file) as batches:
        table = batches.read_all()
    return _of_arrow(table)


def _of_arrow(table):
    if table.num_columns == 0 or table.num_rows == 0:
        raise BadInputError(f"it has {table.num_columns} columns and {table.num_rows} rows.")
    table.validate(full=True)
    frame = table.to_pandas()
    if frame.index.name is not None or frame.index.nlevels > 1:
        frame = frame.reset_index()
    return _named(frame.reset_index(drop=True))


def _named(frame):
    """A frame whose names are text, each its own, and a list of what was changed."""
    names = ["" if name is None or name != name else str(name) for name in frame.columns]
    names, remarks = distinct_names(names)
    frame.columns = [UNNAMED.format(i) if name == "" else name for i, name in enumerate(names)]
    return frame, remarks
