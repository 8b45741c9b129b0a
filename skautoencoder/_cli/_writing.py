"""Tables to files: a format by its ending, the digits as few as say the value."""

from __future__ import annotations

import csv
import importlib
from pathlib import Path

import numpy as np

from skautoencoder._cli._table import BadInputError
from skautoencoder._cli._whole_file import check_writable, whole_file

_ROWS_AT_A_TIME = 10_000


def write_table(path, content, names, index=None):
    """Write a matrix with its columns' names, or a frame, whole or not at all.

    Parameters
    ----------
    path : path-like
    content : ndarray or DataFrame
    names : list of str
        Of the columns.
    index : Series, default=None
        The rows' names, written before all columns.

    Raises
    ------
    BadInputError
        If the path ends in no format that is written, or cannot be written to.
    """
    path = Path(path)
    with whole_file(path) as draft:
        _WRITERS[path.suffix.lower()](draft, content, names, index)


def check_table_out(path, *, of_text=False):
    """Raise a BadInputError if no table could be written to a path, ``of_text`` not of words."""
    ending, endings = Path(path).suffix.lower(), _OF_TEXT if of_text else _WRITERS
    if ending not in endings:
        raise BadInputError(f"--out {path!r} must end in one of {', '.join(endings)}.")
    for module in _NEEDED.get(ending, ()):
        try:
            importlib.import_module(module)
        except ImportError as error:
            raise BadInputError(
                f"{ending} files need {module}: pip install 'skautoencoder[files]'."
            ) from error
    check_writable(path)


def _write_csv(path, content, names, index, sep=","):
    is_matrix = isinstance(content, np.ndarray)
    columns = [] if is_matrix else [_of_column(content[name]) for name in content]
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=sep, lineterminator="\n")
        writer.writerow(names if index is None else [index.name, *names])
        for start in range(0, len(content), _ROWS_AT_A_TIME):
            some = slice(start, start + _ROWS_AT_A_TIME)
            rows = content[some] if is_matrix else [column[some] for column in columns]
            rows = _of_matrix(rows) if is_matrix else zip(*rows, strict=True)
            if index is not None:
                rows = [[name, *row] for name, row in zip(index.iloc[some], rows, strict=True)]
            writer.writerows(rows)


def _write_tsv(path, content, names, index):
    _write_csv(path, content, names, index, sep="\t")


def _write_parquet(path, content, names, index):
    _frame(content, names, index).to_parquet(path)


def _write_feather(path, content, names, index):
    _frame(content, names, index).to_feather(path)


def _write_npy(path, content, names, index):
    content = np.asarray(content)
    if content.dtype.kind not in "fiub":
        raise BadInputError("the table has more than numbers, for which .npy has no place.")
    with open(path, "wb") as file:
        np.save(file, content)


def _frame(content, names, index):
    import pandas as pd

    frame = pd.DataFrame(content, columns=names)
    if index is not None:
        frame.insert(0, index.name, index.to_numpy())
    return frame


def _of_matrix(X):
    """The cells of a matrix, row by row: the fewest digits that say each number."""
    if X.dtype == np.float32:  # whose digits Python's own floats would not have
        return [list(map(_shortest, row)) for row in X.astype(str)]
    return [[_shortest(repr(x)) for x in row] for row in X.tolist()]


def _of_column(column):
    """The cells of a frame's column."""
    if column.dtype.kind == "f":
        return [row[0] for row in _of_matrix(column.to_numpy()[:, None])]
    return column.astype(str).where(column.notna(), "").tolist()


def _shortest(digits):
    return "" if digits == "nan" else digits.removesuffix(".0")


_WRITERS = {
    ".csv": _write_csv,
    ".tsv": _write_tsv,
    ".parquet": _write_parquet,
    ".feather": _write_feather,
    ".npy": _write_npy,
}
_OF_TEXT = [ending for ending in _WRITERS if ending != ".npy"]
_NEEDED = {".parquet": ("pandas", "pyarrow"), ".feather": ("pandas", "pyarrow")}
TABLE_FORMATS, TEXT_FORMATS = ", ".join(_WRITERS), ", ".join(_OF_TEXT)
