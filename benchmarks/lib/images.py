"""MNIST and Fashion-MNIST, from a folder of their gzipped idx files or from OpenML."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
from sklearn.datasets import fetch_openml, load_digits


def load(folder, name="mnist"):
    """Training and test images in [0, 1], in single precision, of "mnist" or "fashion-mnist"."""
    if folder is None:
        openml = {"mnist": "mnist_784", "fashion-mnist": "Fashion-MNIST"}[name]
        pixels = fetch_openml(openml, version=1, as_frame=False).data
        images = np.split(pixels.astype(np.uint8), [60_000])
    else:
        images = [
            as_rows(read_idx(idx_path(folder, name, f"{part}-images-idx3")))
            for part in ("train", "t10k")
        ]
    return [part / np.float32(255) for part in images]


def load_labelled(folder, n_rows, name="fashion-mnist", part="train"):
    """The first images of a part, "train" or "t10k", in [0, 1], in single precision; labels."""
    images, labels = (
        read_idx(idx_path(folder, name, f"{part}-{what}"))[:n_rows]
        for what in ("images-idx3", "labels-idx1")
    )
    return as_rows(images) / np.float32(255), labels


def as_rows(images):
    """Each image as a row of pixels."""
    return images.reshape(len(images), -1)


def idx_path(folder, name, part):
    """The file of, say, "train-images-idx3"."""
    return Path(folder) / f"{name}-{part}-ubyte.gz"


def read_idx(path):
    """An array from a gzipped idx file (LeCun's format for MNIST)."""
    with gzip.open(path) as file:
        content = file.read()
    n_axes = content[3]
    shape = np.frombuffer(content, ">u4", n_axes, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * n_axes).reshape(shape)


def write_idx(path, array):
    """Write an array of bytes as a gzipped idx file."""
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    with gzip.open(path, "wb") as file:
        file.write(header + array.astype(np.uint8).tobytes())


def write_small(folder, n_train=1500, n_test=60):
    """A folder of idx files as MNIST's and Fashion-MNIST's, with a few enlarged digits."""
    folder.mkdir()
    digits = load_digits()
    images = np.kron(digits.images[: n_train + n_test] * (255 / 16), np.ones((3, 3)))
    images = np.pad(images, ((0, 0), (2, 2), (2, 2)))
    labels = digits.target[: n_train + n_test]
    for name in ("mnist", "fashion-mnist"):
        for part, here in (("train", slice(n_train)), ("t10k", slice(n_train, None))):
            write_idx(idx_path(folder, name, f"{part}-images-idx3"), images[here])
            write_idx(idx_path(folder, name, f"{part}-labels-idx1"), labels[here])
    return folder
