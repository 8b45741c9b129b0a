"""Matrices without names, .npy and .npz."""

from __future__ import annotations

import numpy as np

from skautoencoder._cli._table import BadInputError, Table


def matrix(X):
    """An array of numbers as rows and columns, and names for the columns."""
    X = np.asarray(X)
    if X.dtype.kind not in "fiub":
        raise ValueError(f"an array of {X.dtype} is not one of numbers.")
    X = X.reshape(len(X), -1) if X.ndim > 1 else X.reshape(-1, 1)
    X = X if X.dtype in (np.float32, np.float64) else X.astype(np.float64)
    return X, [f"column {i}" for i in range(X.shape[1])]


def read_npy(path):
    """The table of a file with one array."""
    return Table(*matrix(np.load(path, allow_pickle=False)))


def read_npz(path):
    """The table of a file with an array ``X``, and maybe ``y``."""
    with np.load(path, allow_pickle=False) as arrays:
        if "X" not in arrays:
            raise BadInputError(f"{path.name!r} has no array 'X'; it has {', '.join(arrays)}.")
        X, names = matrix(arrays["X"])
        return Table(X, names, arrays.get("y"))


def write_npy(path, X, names):
    """Write a matrix; the names of its columns are lost."""
    with open(path, "wb") as file:
        np.save(file, X)
