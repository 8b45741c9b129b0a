"""Tables from files, and to files: which format a name asks for."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from skautoencoder._cli._arrays import read_npy, read_npz, write_npy
from skautoencoder._cli._frames import from_frame, read_csv, read_parquet, write_csv, write_parquet
from skautoencoder._cli._idx import read_idx_images
from skautoencoder._cli._table import BadInputError, Table
from skautoencoder._cli._whole_file import whole_file
from skautoencoder._errors import first_line

FORMATS = ".csv, .parquet, .npy, .npz, or gzipped idx images"


def read_table(source, target=None, encode=False):
    """The table that a name or a path stands for.

    Parameters
    ----------
    source : str
        "digits", or a file: .csv and .parquet with named columns; .npy with a matrix; .npz
        with ``X`` and maybe ``y``; idx images, whose labels are found beside them.
    target : str, default=None
        Column to set apart as y.
    encode : bool, default=False
        Whether columns of text become one-hot columns.

    Raises
    ------
    BadInputError
        If there is no such file, format or column, or a column holds text or gaps.
    """
    path = Path(source)
    if source == "digits":
        table = _digits()
    elif not path.exists():
        raise BadInputError(
            f"there is no file {source!r}, and no data set of that name but 'digits'."
        )
    else:
        reader = next((r for end, r in _READERS.items() if path.name.endswith(end)), None)
        if reader is None:
            raise BadInputError(f"{path.name!r} is none of {FORMATS}.")
        try:
            found = reader(path)
        except (OSError, ValueError, KeyError) as error:
            raise BadInputError(f"cannot read {source!r}: {first_line(error)}") from error
        table = found if isinstance(found, Table) else from_frame(found, target, encode)
    if target is not None and table.y is None:
        raise BadInputError(f"--target {target!r}: {path.name!r} has no named columns.")
    if not np.isfinite(table.X).all():
        rows = np.flatnonzero(~np.isfinite(table.X).all(axis=1))
        raise BadInputError(
            f"{source!r} has missing or infinite values, first in row {rows[0] + 1}; {len(rows)} "
            "rows have some. Fill or drop them first."
        )
    return table


def write_table(path, X, names):
    """Write a matrix as .csv, .parquet or .npy, whole or not at all.

    Raises
    ------
    BadInputError
        If the path ends in none of these.
    """
    path = Path(path)
    writer = _WRITERS.get(path.suffix)
    if writer is None:
        raise BadInputError(f"--out {path.name!r} must end in one of {', '.join(_WRITERS)}.")
    with whole_file(path) as draft:
        writer(draft, X, names)


def _digits():
    from sklearn.datasets import load_digits

    data = load_digits()
    return Table(data.data, list(data.feature_names), data.target, (8, 8))


# Readers by the end of a file's name: they give a table, or a frame of pandas.
_READERS = {
    ".csv": read_csv,
    ".parquet": read_parquet,
    ".npy": read_npy,
    ".npz": read_npz,
    "-idx3-ubyte.gz": read_idx_images,
    "-idx3-ubyte": read_idx_images,
}
_WRITERS = {".csv": write_csv, ".npy": write_npy, ".parquet": write_parquet}
