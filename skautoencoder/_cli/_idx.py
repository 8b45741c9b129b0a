"""Images in the format of the MNIST files, whose labels are found beside them."""

from __future__ import annotations

import gzip

import numpy as np

from skautoencoder._cli._arrays import matrix
from skautoencoder._cli._table import Table


def read_idx_images(path):
    """The table of the images of a file, from 0 to 1, with their labels if those are there."""
    images = _read_idx(path)
    labels = path.with_name(path.name.replace("images-idx3", "labels-idx1"))
    y = _read_idx(labels) if labels != path and labels.exists() else None
    X, names = matrix(images)
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
