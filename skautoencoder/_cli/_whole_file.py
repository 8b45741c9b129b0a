"""A file that is written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

from skautoencoder._cli._table import BadInputError


@contextmanager
def whole_file(path):
    """A path to write to, which takes the place of ``path`` if all goes well."""
    path = Path(path)
    draft = _new_draft(path)
    try:
        yield draft
        os.chmod(draft, _usual_mode())
        os.replace(draft, path)
    finally:
        Path(draft).unlink(missing_ok=True)


def check_writable(path):
    """Raise a BadInputError if no file could be written to a path, which stays as it is."""
    if os.path.isdir(path):
        raise BadInputError(f"cannot write {str(path)!r}: it is a folder.")
    Path(_new_draft(Path(path))).unlink()


def _new_draft(path):
    """An empty file of its own beside a path."""
    if not path.parent.is_dir():
        raise BadInputError(f"there is no folder {str(path.parent)!r} to write {path.name!r} to.")
    prefix = f".{path.name}."
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=path.suffix)
    except OSError as error:
        raise BadInputError(f"cannot write {str(path)!r}: {error.strerror}.") from error
    os.close(handle)
    return draft


def _usual_mode():
    # mkstemp lets no one else read; a file that is asked for should be like any other
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
