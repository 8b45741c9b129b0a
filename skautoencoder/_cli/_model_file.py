"""A fitted model in a file."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

from skautoencoder._cli._table import BadInputError
from skautoencoder._cli._whole_file import whole_file

_BEGINNING = b"skautoencoder model 1\n"


def write_model(path, model):
    """Write a model, whole or not at all, with a sum that shows damage."""
    content = pickle.dumps(model)
    with whole_file(path) as draft:
        Path(draft).write_bytes(_BEGINNING + hashlib.sha256(content).digest() + content)


def read_model(path):
    """The model that :func:`write_model` wrote; nothing else is opened.

    Raises
    ------
    BadInputError
        If the file cannot be read, or holds something else.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise BadInputError(f"cannot read the model {path!r}: {error.strerror}.") from error
    if not content.startswith(_BEGINNING):
        raise BadInputError(f"{path!r} is no model that 'skautoencoder fit' wrote.")
    start = len(_BEGINNING) + hashlib.sha256().digest_size
    if hashlib.sha256(content[start:]).digest() != content[len(_BEGINNING) : start]:
        raise BadInputError(f"the model {path!r} is damaged: it is not as it was written.")
    try:
        return pickle.loads(content[start:])
    except Exception as error:  # of another version, whatever it raises
        raise BadInputError(
            f"the model {path!r} was written by another version. Fit it again."
        ) from error
