"""Matrices without names, .npy and .npz; a header is believed only as far as bytes are there."""

from __future__ import annotations

import math
import zipfile
from pathlib import PurePath

import numpy as np
from numpy.lib import format as npy

from skautoencoder._cli._reading._names import listed
from skautoencoder._cli._reading._opened import check_unpacked_size
from skautoencoder._cli._table import BadInputError, Table

# Not (3, 0), which only arrays of several fields need
_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
_NUMBERS, _LABELS = "fiub", "fiubU"


def read_npy(opened, options):
    """The table of a file with one array, and nothing to tell."""
    return Table(*matrix(_array(opened.file, opened.n_bytes))), []


def read_npz(opened, options):
    """The table of a file with an array ``X``, or but one, and maybe ``y``; and what to tell."""
    with zipfile.ZipFile(opened.file) as members:
        sizes = {PurePath(m.filename).stem: m for m in members.infolist()}
        check_unpacked_size(sum(m.file_size for m in sizes.values()), opened.packed_bytes)
        named = "X" if "X" in sizes else next(iter(sizes), "")
        if named != "X" and len(sizes) != 1:
            raise BadInputError(f"it has no array 'X'; it has {listed(sizes) or 'none'}.")
        X, names = matrix(_member(members, sizes[named]))
        y = _member(members, sizes["y"], _LABELS) if "y" in sizes and named == "X" else None
    if y is not None and y.shape != (len(X),):
        raise BadInputError(f"its X has {len(X)} rows, its y the shape {y.shape}.")
    return Table(X, names, y), [] if named == "X" else [f"the array {named!r} taken for X"]


def matrix(X):
    """An array of numbers as rows and columns, and names for the columns."""
    if X.size == 0:
        raise BadInputError(f"its array has the shape {X.shape}: nothing.")
    X = X.reshape(len(X), -1) if X.ndim > 1 else X.reshape(-1, 1)
    X = X if X.dtype in (np.float32, np.float64) else X.astype(np.float64)
    return X, [f"column {i}" for i in range(X.shape[1])]


def _member(members, member, kinds=_NUMBERS):
    with members.open(member) as stream:
        return _array(stream, member.file_size, kinds)


def _array(stream, n_bytes, kinds=_NUMBERS):
    """The array that a stream of so many bytes holds."""
    version = npy.read_magic(stream)
    if version not in _HEADERS:
        raise BadInputError(f"its array is of version {version}, none of plain numbers.")
    shape, in_columns, dtype = _HEADERS[version](stream)
    if dtype.names is not None:
        raise BadInputError(
            f"its array holds records of {listed(dtype.names)}, no rows of numbers."
        )
    if dtype.hasobject:
        raise BadInputError("its array holds objects of Python, which are not opened.")
    if dtype.kind not in kinds:
        raise BadInputError(f"its array of {dtype} is not one of numbers.")
    n_claimed, n_there = math.prod(shape) * dtype.itemsize, n_bytes - stream.tell()
    if min(shape, default=1) < 0 or n_claimed > n_there:
        raise BadInputError(
            f"its header says {shape} of {dtype}, {n_claimed:,} bytes; there are {n_there:,}."
        )
    values = np.frombuffer(stream.read(n_claimed), dtype)
    return values.reshape(shape, order="F" if in_columns else "C").astype(
        dtype.newbyteorder("="), copy=False
    )
