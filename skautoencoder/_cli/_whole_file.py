"""A file that is written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

from skautoencoder._cli._table import BadInputError


@contextmanager
def whole_file(path):
    """A path to write to, which takes the place of ``path`` if all goes well.

    A device or a pipe is written to itself: nothing is to take its place.

    Raises
    ------
    BadInputError
        If it cannot be written, as on a disk that is full.
    """
    path = Path(path)
    try:
        if path.exists() and not path.is_file():
            yield path
            return
        draft = _new_draft(_target(path))
        try:
            yield draft
            os.chmod(draft, _usual_mode())
            os.replace(draft, _target(path))
        finally:
            Path(draft).unlink(missing_ok=True)
    except OSError as error:
        raise BadInputError(f"cannot write {str(path)!r}: {error.strerror or error}.") from error


def check_writable(path):
    """Raise a BadInputError if no file could be written to a path, which stays as it is."""
    if os.path.isdir(path):
        raise BadInputError(f"cannot write {str(path)!r}: it is a folder.")
    path = Path(path)
    try:
        if path.exists() and not os.access(path, os.W_OK):
            raise BadInputError(f"cannot write {str(path)!r}: it may not be written to.")
        if not path.exists() or path.is_file():
            Path(_new_draft(_target(path))).unlink()
    except OSError as error:
        raise BadInputError(f"cannot write {str(path)!r}: {error.strerror}.") from error


def _target(path):
    """The file itself, where a path is a link to one."""
    return path.resolve() if path.is_symlink() else path


def _new_draft(path):
    """An empty file of its own beside a path."""
    if not path.parent.is_dir():
        raise BadInputError(f"there is no folder {str(path.parent)!r} to write {path.name!r} to.")
    prefix = f".{path.name}."
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=path.suffix)
    os.close(handle)
    return draft


def _usual_mode():
    # mkstemp lets no one else read; a file that is asked for should be like any other
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
