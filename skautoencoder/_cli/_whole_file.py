"""Files that commands write, whole or not at all, and what to say where they cannot."""

from __future__ import annotations

from contextlib import contextmanager

from skautoencoder import _whole_file
from skautoencoder._cli._table import BadInputError


@contextmanager
def whole_file(path):
    """A path to write to, which takes the place of ``path`` if all goes well.

    Raises
    ------
    BadInputError
        If it cannot be written, as on a disk that is full.
    """
    with told(path), _whole_file.whole_file(path) as draft:
        yield draft


def check_writable(path):
    """Raise a BadInputError if no file could be written to a path, which stays as it is."""
    with told(path):
        _whole_file.check_writable(path)


@contextmanager
def told(path):
    """Have an OSError of writing to a path become a BadInputError."""
    try:
        yield
    except OSError as error:
        raise BadInputError(f"cannot write {str(path)!r}: {error.strerror or error}.") from error
