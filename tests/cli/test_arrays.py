"""Arrays in files: .npy, .npz and idx, sound, odd and lying."""

from __future__ import annotations

import gzip
import io

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skautoencoder._cli._files import read_table
from skautoencoder._cli._reading import ReadingOptions, _opened
from skautoencoder._cli._table import BadInputError

X = np.arange(6.0).reshape(3, 2)


def npy(array, **options):
    content = io.BytesIO()
    np.save(content, array, **options)
    return content.getvalue()


def npz(**arrays):
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    return content.getvalue()


def idx(shape, values):
    return bytes([0, 0, 8, len(shape)]) + np.array(shape, ">u4").tobytes() + bytes(values)


def read(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    return read_table(str(tmp_path / name))


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.npy", npy(X), X),
        ("a.NPY", npy(np.asfortranarray(X)), X),
        ("a.npy.gz", gzip.compress(npy(X)), X),
        ("a.npy", npy(X.astype(">f4")), X),
        ("a.npy", npy(X.astype(bool)), X.astype(bool)),
        ("a.npy", npy(X.ravel()), X.reshape(6, 1)),
        ("a.npy", npy(X.reshape(3, 1, 2)), X),
        ("a.npz", npz(X=X, z=X), X),
        ("a.npz", npz(values=X), X),
        ("a-idx3-ubyte", idx((1, 2, 2), [0, 51, 102, 255]), [[0, 0.2, 0.4, 1]]),
    ],
)
def test_arrays_of_numbers_are_read(name, content, expected, tmp_path):
    table, remarks = read(tmp_path, name, content)
    assert_allclose(table.X, expected, rtol=1e-6)
    assert table.X.dtype in (np.float32, np.float64)
    assert remarks == (["the array 'values' taken for X"] if content == npz(values=X) else [])


def test_labels_come_with_their_rows(tmp_path):
    table, _ = read(tmp_path, "a.npz", npz(X=X, y=np.array(["u", "v", "u"])))
    assert table.y.tolist() == ["u", "v", "u"]
    images, labels = "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"
    (tmp_path / labels).write_bytes(gzip.compress(idx((2,), [3, 4])))
    table, _ = read(tmp_path, images, gzip.compress(idx((2, 1, 2), range(4))))
    assert table.y.tolist() == [3, 4]
    assert table.image_shape == (1, 2)
    (tmp_path / labels).write_bytes(gzip.compress(idx((3,), [3, 4, 5])))
    with pytest.raises(BadInputError, match="it has 2 images"):
        read_table(str(tmp_path / images))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.npy", npy(X).replace(b"(3, 2)", b"(9, 2)"), "of float64, 144 bytes; there are 48"),
        ("a.npy", npy(X).replace(b"(3, 2)", b"(-3,2)"), "header says"),
        ("a.npy", npy(X)[:-1], "48 bytes; there are 47"),
        ("a.npy", npy(X)[:20], "cannot read"),
        ("a.npy", b"", "cannot read"),
        ("a.npy", npy(X[:0]), "nothing"),
        ("a.npy", npy(np.array([{}, None]), allow_pickle=True), "objects of Python"),
        ("a.npy", npy(X + 1j), "of complex128 is not one of numbers"),
        ("a.npy", npy(np.zeros(3, [("a", "f8"), ("b", "f8")])), "records of a, b"),
        ("a.npy", npy(np.array(["a"])), "is not one of numbers"),
        ("a.npz", npz(u=X, v=X), "no array 'X'; it has u, v"),
        ("a.npz", npz(X=X, y=X), r"its X has 3 rows, its y the shape \(3, 2\)"),
        ("a.npz", npz(), "it has none"),
        ("a.npz", npz(X=X)[:-40], "BadZipFile"),
        ("a-idx3-ubyte", idx((2, 1, 2), range(3)), r"says \(2, 1, 2\), 4 bytes; 3 are there"),
        ("a-idx3-ubyte", idx((2, 1, 2), [])[:9], "ends amid its header"),
        ("a-idx3-ubyte", b"PK", "no idx file"),
        ("a-idx3-ubyte", idx((3,), range(3)), "no images"),
    ],
)  # fmt: skip
def test_arrays_that_are_not_sound_are_refused(name, content, message, tmp_path):
    with pytest.raises(BadInputError, match=message):
        read(tmp_path, name, content)


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(_opened, "MOST_UNPACKED", 1 << 20)
    with pytest.raises(BadInputError, match="unpack to more than"):
        read(tmp_path, "a.npz", npz(X=np.zeros((1000, 1000))))


@pytest.mark.parametrize("option", ["columns", "drop", "index"])
def test_there_are_no_names_to_ask_for(option, tmp_path):
    (tmp_path / "a.npy").write_bytes(npy(X))
    asked = ReadingOptions(**{option: "a" if option == "index" else ("a",)})
    with pytest.raises(BadInputError, match=f"--{option} .* has no named columns"):
        read_table(str(tmp_path / "a.npy"), options=asked)
