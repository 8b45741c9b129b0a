"""A file that is written whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def whole_file(path: Any) -> Iterator[Path]:
    """A path to write to, which takes the place of ``path`` if all goes well.

    What is written is on the disk before it takes that place. A device or a pipe is written to
    itself: nothing is to take its place.

    Raises
    ------
    OSError
        If it cannot be written, as on a disk that is full; what was there is as it was.
    """
    path = Path(path)
    _check_place(path)
    if path.exists() and not path.is_file():
        yield path
        return
    draft = _new_draft(_target(path))
    try:
        yield draft
        os.chmod(draft, _usual_mode())
        _to_disk(draft)
        os.replace(draft, _target(path))
    finally:
        draft.unlink(missing_ok=True)


def check_writable(path: Any) -> None:
    """Raise an OSError if no file could be written to a path, which stays as it is."""
    path = Path(path)
    _check_place(path)
    if not path.exists() or path.is_file():
        _new_draft(_target(path)).unlink()


def _check_place(path: Path) -> None:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "it may not be written to", str(path))


def _target(path: Path) -> Path:
    """The file itself, where a path is a link to one."""
    return path.resolve() if path.is_symlink() else path


def _new_draft(path: Path) -> Path:
    """An empty file of its own beside a path."""
    if not path.parent.is_dir():
        what = f"there is no folder {str(path.parent)!r}"
        raise FileNotFoundError(errno.ENOENT, what, str(path))
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
    os.close(handle)
    return Path(draft)


def _usual_mode() -> int:
    # mkstemp lets no one else read; a file that is asked for should be like any other
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _to_disk(path: Path) -> None:
    with open(path, "rb") as file:
        os.fsync(file.fileno())
