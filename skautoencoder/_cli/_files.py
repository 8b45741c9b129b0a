"""Tables from files, and to files: what the command line reads and writes."""

from __future__ import annotations

import gzip
import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from skautoencoder._errors import first_line

FORMATS = ".csv, .parquet, .npy, .npz, or gzipped idx images"


class BadInputError(ValueError):
    """What a user of the command line can mend; told in one line."""


@dataclass(frozen=True)
class Table:
    """Numbers, the names of their columns, and what they belong to.

    Attributes
    ----------
    X : ndarray of shape (n_rows, n_columns)
    names : list of str
    y : ndarray of shape (n_rows,) or None
    image_shape : tuple of int or None
    """

    X: np.ndarray
    names: list
    y: Any = None
    image_shape: tuple | None = None


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
        table = found if isinstance(found, Table) else _from_frame(found, target, encode)
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


@contextmanager
def whole_file(path):
    """A path to write to, which takes the place of ``path`` if all goes well."""
    path = Path(path)
    draft = _new_draft(path)
    try:
        yield draft
        os.chmod(draft, _usual_mode())
        os.replace(draft, path)
    finally:
        Path(draft).unlink(missing_ok=True)


def check_writable(path):
    """Raise a BadInputError if no file could be written to a path, which stays as it is."""
    if os.path.isdir(path):
        raise BadInputError(f"cannot write {str(path)!r}: it is a folder.")
    Path(_new_draft(Path(path))).unlink()


def _new_draft(path):
    """An empty file of its own beside a path."""
    if not path.parent.is_dir():
        raise BadInputError(f"there is no folder {str(path.parent)!r} to write {path.name!r} to.")
    prefix = f".{path.name}."
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=path.suffix)
    except OSError as error:
        raise BadInputError(f"cannot write {str(path)!r}: {error.strerror}.") from error
    os.close(handle)
    return draft


def _usual_mode():
    # mkstemp lets no one else read; a file that is asked for should be like any other
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _digits():
    from sklearn.datasets import load_digits

    data = load_digits()
    return Table(data.data, list(data.feature_names), data.target, (8, 8))


def _frame_reader(name):
    def read(path):
        try:
            import pandas as pd

            return getattr(pd, name)(path)
        except ImportError as error:  # of pandas, or of what it reads Parquet with
            raise _needs_pandas(path) from error

    return read


def _from_frame(frame, target, encode):
    import pandas as pd

    y = None
    if target is not None:
        if target not in frame:
            raise BadInputError(
                f"there is no column {target!r}; there are {', '.join(map(str, frame))}."
            )
        y = frame.pop(target)
        if y.isna().any():
            raise BadInputError(f"the target {target!r} has missing values. Drop these rows first.")
        y = y.to_numpy()
    text = [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
    if text and not encode:
        raise BadInputError(
            f"columns of text: {', '.join(map(str, text))}. Name one as --target, or turn them "
            "into one-hot columns with --encode."
        )
    if text:
        frame = pd.get_dummies(frame, columns=text, dtype=float)
    if frame.shape[1] == 0:
        raise BadInputError("no columns are left but the target.")
    return Table(frame.to_numpy(dtype=float), [str(name) for name in frame], y)


def _matrix(X):
    X = np.asarray(X)
    if X.dtype.kind not in "fiub":
        raise ValueError(f"an array of {X.dtype} is not one of numbers.")
    X = X.reshape(len(X), -1) if X.ndim > 1 else X.reshape(-1, 1)
    X = X if X.dtype in (np.float32, np.float64) else X.astype(np.float64)
    return X, [f"column {i}" for i in range(X.shape[1])]


def _read_npy(path):
    return Table(*_matrix(np.load(path, allow_pickle=False)))


def _read_npz(path):
    with np.load(path, allow_pickle=False) as arrays:
        if "X" not in arrays:
            raise BadInputError(f"{path.name!r} has no array 'X'; it has {', '.join(arrays)}.")
        X, names = _matrix(arrays["X"])
        return Table(X, names, arrays.get("y"))


def _read_idx_images(path):
    images = _read_idx(path)
    labels = path.with_name(path.name.replace("images-idx3", "labels-idx1"))
    y = _read_idx(labels) if labels != path and labels.exists() else None
    X, names = _matrix(images)
    return Table(X.astype(np.float32) / 255, names, y, images.shape[1:])


def _read_idx(path):
    """The format of the MNIST files: magic number, sizes, then bytes, all big-endian."""
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    if len(content) < 4 or content[:3] != b"\x00\x00\x08":
        raise ValueError("not an idx file of bytes.")
    n_axes = content[3]
    shape = np.frombuffer(content, ">u4", n_axes, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * n_axes).reshape(shape)


def _write_csv(path, X, names):
    header = ",".join(f'"{name}"' if "," in name else name for name in names)
    np.savetxt(path, X, delimiter=",", header=header, comments="", fmt="%.9g")


def _write_npy(path, X, names):
    with open(path, "wb") as file:
        np.save(file, X)


def _write_parquet(path, X, names):
    try:
        import pandas as pd

        pd.DataFrame(X, columns=names).to_parquet(path)
    except ImportError as error:
        raise _needs_pandas(Path(path)) from error


def _needs_pandas(path):
    return BadInputError(f"{path.suffix} files need pandas: pip install 'skautoencoder[files]'.")


_READERS = {
    ".csv": _frame_reader("read_csv"),
    ".parquet": _frame_reader("read_parquet"),
    ".npy": _read_npy,
    ".npz": _read_npz,
    "-idx3-ubyte.gz": _read_idx_images,
    "-idx3-ubyte": _read_idx_images,
}
_WRITERS = {".csv": _write_csv, ".npy": _write_npy, ".parquet": _write_parquet}
