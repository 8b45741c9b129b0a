"""Images in the format of the MNIST files, whose labels are found beside them."""

from __future__ import annotations

import math

import numpy as np

from skautoencoder._cli._reading._arrays import matrix
from skautoencoder._cli._reading._opened import opened as open_other
from skautoencoder._cli._table import BadInputError, Table


def read_idx(opened, options):
    """The table of the images of a file, from 0 to 1, with their labels if those are there."""
    images = _array(opened)
    if images.ndim < 2:
        raise BadInputError("its values are no images.")
    labels = opened.path.with_name(opened.path.name.replace("images-idx3", "labels-idx1"))
    y = None
    if labels != opened.path and labels.exists():
        with open_other(labels) as other:
            y = _array(other)
        if y.shape != images.shape[:1]:
            raise BadInputError(f"it has {len(images)} images, {labels.name!r} {len(y)} labels.")
    X, names = matrix(images)
    return Table(X.astype(np.float32) / 255, names, y, images.shape[1:]), []


def _array(opened):
    """The format of the MNIST files: magic number, sizes, then bytes, all big-endian."""
    head = opened.file.read(4)
    if len(head) < 4 or head[:3] != b"\x00\x00\x08":
        raise BadInputError("it is no idx file of bytes.")
    sizes = opened.file.read(4 * head[3])
    if len(sizes) < 4 * head[3]:
        raise BadInputError("it ends amid its header.")
    shape = tuple(map(int, np.frombuffer(sizes, ">u4")))
    n_there = opened.n_bytes - 4 - len(sizes)
    if math.prod(shape) != n_there:
        raise BadInputError(
            f"its header says {shape}, {math.prod(shape):,} bytes; {n_there:,} are there."
        )
    return np.frombuffer(opened.file.read(), np.uint8).reshape(shape)
