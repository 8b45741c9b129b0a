"""Tables with named columns, .csv and .parquet: pandas reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from skautoencoder._cli._table import BadInputError, Table


def read_csv(path):
    """The frame that a .csv file holds."""
    return _read("read_csv", path)


def read_parquet(path):
    """The frame that a .parquet file holds."""
    return _read("read_parquet", path)


def _read(name, path):
    try:
        import pandas as pd

        return getattr(pd, name)(path)
    except ImportError as error:  # of pandas, or of what it reads Parquet with
        raise _needs_pandas(path) from error


def from_frame(frame, target, encode):
    """A frame as a table: the target set apart, columns of text one-hot if that was asked for.

    Raises
    ------
    BadInputError
        If there is no such target, or one with gaps; if there is text, and no ``encode``; if
        nothing but the target is there.
    """
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


def write_csv(path, X, names):
    """Write a matrix and the names of its columns, to nine digits."""
    header = ",".join(f'"{name}"' if "," in name else name for name in names)
    np.savetxt(path, X, delimiter=",", header=header, comments="", fmt="%.9g")


def write_parquet(path, X, names):
    """Write a matrix and the names of its columns."""
    try:
        import pandas as pd

        pd.DataFrame(X, columns=names).to_parquet(path)
    except ImportError as error:
        raise _needs_pandas(Path(path)) from error


def _needs_pandas(path):
    return BadInputError(f"{path.suffix} files need pandas: pip install 'skautoencoder[files]'.")
