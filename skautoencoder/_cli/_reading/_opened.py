"""The bytes of a file, unpacked: a seekable stream, whatever the file is packed with."""

from __future__ import annotations

import bz2
import gzip
import importlib
import lzma
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from skautoencoder._cli._table import BadInputError

STANDARD_INPUT = "-"
_PACKED = (".gz", ".bz2", ".xz", ".zst")

# A file may unpack to this much, or to so many times its size: tables pack to a half or a
# tenth, rows of zeros to a hundredth, and what is made to fill a memory to a thousandth.
MOST_UNPACKED, MOST_TIMES = 1 << 28, 200
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Opened:
    """A file that is open for reading.

    Attributes
    ----------
    file : binary file
        Its bytes, unpacked; can be sought in.
    path : Path
        Where it is, or "-".
    n_bytes : int
        How many bytes there are, unpacked.
    packed_bytes : int
        How many there are on disk.
    """

    file: BinaryIO
    path: Path
    n_bytes: int
    packed_bytes: int

    @property
    def ending(self):
        """The part of the name that says the format, in lower case: ".csv" of "A.CSV.gz"."""
        return Path(without_packing(self.path.name)).suffix


def without_packing(name):
    """A file's name in lower case, without the ending of what packed it."""
    path = Path(name.lower())
    return path.stem if path.suffix in _PACKED else path.name


@contextmanager
def opened(source):
    """The file at a path, or standard input for "-", as an :class:`Opened`, to be closed after."""
    path = Path(source)
    with tempfile.TemporaryFile() as unpacked:
        if source == STANDARD_INPUT:
            with tempfile.TemporaryFile() as packed:
                shutil.copyfileobj(sys.stdin.buffer, packed)
                yield _unpacked(packed, unpacked, path)
        else:
            with open(path, "rb") as packed:
                yield _unpacked(packed, unpacked, path)


def check_unpacked_size(n_bytes, packed_bytes):
    """Raise a BadInputError if so much is not to be unpacked from so little."""
    if n_bytes > max(MOST_UNPACKED, MOST_TIMES * packed_bytes):
        raise BadInputError(
            f"its {packed_bytes:,} bytes unpack to more than {n_bytes:,}: at most "
            f"{MOST_UNPACKED:,} or {MOST_TIMES} times its size are read. Unpack it first."
        )


def _unpacked(packed, room, path):
    """The bytes of an open file as they are, or unpacked into another one."""
    n_packed = packed.seek(0, 2)
    packed.seek(0)
    head = packed.read(8)
    packed.seek(0)
    unpack = next((unpack for magic, unpack in _PACKERS.items() if head.startswith(magic)), None)
    if unpack is None:
        return Opened(packed, path, n_packed, n_packed)
    n_bytes = 0
    with unpack(packed) as stream:
        while block := stream.read(_BLOCK):
            n_bytes += len(block)
            check_unpacked_size(n_bytes, n_packed)
            room.write(block)
    room.seek(0)
    return Opened(room, path, n_bytes, n_packed)


def _open_zstandard(packed):
    try:
        pyarrow = importlib.import_module("pyarrow")
    except ImportError as error:
        raise BadInputError("it needs pyarrow: pip install 'skautoencoder[files]'.") from error
    return pyarrow.CompressedInputStream(packed, "zstd")


# How files that are packed begin, and what unpacks them.
_PACKERS: dict[bytes, Callable[[BinaryIO], Any]] = {
    b"\x1f\x8b": lambda packed: gzip.GzipFile(fileobj=packed),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
    b"\x28\xb5\x2f\xfd": _open_zstandard,
}
