"""A fitted transformer and the names of its columns, in a file."""

from __future__ import annotations

import pickle

from skautoencoder._cli._table import BadInputError
from skautoencoder._cli._whole_file import whole_file


def write_model(path, transformer, columns):
    """Write a fitted transformer and its columns' names, whole or not at all."""
    with whole_file(path) as draft, open(draft, "wb") as file:
        pickle.dump({"transformer": transformer, "columns": columns}, file)


def read_model(path):
    """The transformer and the columns' names that :func:`write_model` wrote.

    Raises
    ------
    BadInputError
        If the file cannot be read, or holds something else.
    """
    try:
        with open(path, "rb") as file:
            model = pickle.load(file)
    except OSError as error:
        raise BadInputError(f"cannot read the model {path!r}: {error.strerror}.") from error
    except Exception as error:  # whatever unpickling foreign bytes raises
        raise BadInputError(f"{path!r} is no model that 'skautoencoder fit' wrote.") from error
    if not isinstance(model, dict) or "transformer" not in model:
        raise BadInputError(f"{path!r} is no model that 'skautoencoder fit' wrote.")
    return model["transformer"], model["columns"]
