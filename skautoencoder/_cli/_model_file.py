"""A fitted model in a file: an estimator, and the columns of the table it was fitted to."""

from __future__ import annotations

import joblib

from skautoencoder._cli._columns import Columns
from skautoencoder._cli._models import ArrayModel, TableModel, names_of
from skautoencoder._cli._table import BadInputError
from skautoencoder._cli._whole_file import told
from skautoencoder._errors import first_line, one_line
from skautoencoder._estimators._table import TableAutoencoderTransformer
from skautoencoder.persistence._file import read_file, write_file

#: What the files of models end in.
ENDING = ".safetensors"

_OF_PICKLES = (".pickle", ".pkl", ".joblib")
# A pickle begins with its protocol; in a safetensors file, that may be a part of the length of
# the JSON that follows.
_FIRST_BYTE_OF_PICKLES, _LENGTH_BYTES = b"\x80", 8


def write_model(path, model, target=None):
    """Write a model, whole or not at all.

    Parameters
    ----------
    path : str
    model : ArrayModel or TableModel
    target : str or None
        The name of the column that it did not learn from.
    """
    write_estimator(path, model.transformer, {**model.notes, "target": target})


def write_estimator(path, estimator, notes):
    """Write an estimator, and notes of plain values beside it, whole or not at all."""
    with told(path):
        write_file(path, estimator, (), notes)


def read_model(path, trust_pickle=False):
    """The model that :func:`write_model` wrote, or one of an estimator that Python saved.

    Parameters
    ----------
    path : str
    trust_pickle : bool
        Whether a pickle may be opened, which executes what it holds.

    Raises
    ------
    BadInputError
        If the file cannot be read, is damaged, or holds something else.
    """
    estimator, notes = saved_estimator(path, trust_pickle)
    if not hasattr(estimator, "transform") or not hasattr(estimator, "n_features_in_"):
        raise BadInputError(
            f"{path!r} holds a {type(estimator).__name__}, but no fitted estimator that transforms."
        )
    return _model(estimator, notes)


def saved_estimator(path, trust_pickle=False):
    """The estimator in a file, and a dict of what was noted beside it; as :func:`read_model`."""
    try:
        estimator, notes = _of_pickle(path) if trust_pickle else _of_file(path)
    except OSError as error:
        raise BadInputError(f"cannot read the model {path!r}: {error.strerror}.") from error
    return estimator, notes if isinstance(notes, dict) else {}


def _model(estimator, notes):
    """An estimator and its columns: those that the file tells, or else those it names itself."""
    left_out = frozenset(notes.get("left_out", ()))
    if isinstance(estimator, TableAutoencoderTransformer):
        return TableModel(estimator, left_out)
    names = notes.get("names") or names_of(estimator)
    return ArrayModel(estimator, Columns(tuple(names), notes.get("levels", {}), left_out))


def _of_file(path):
    try:
        return read_file(path, ())
    except ValueError as error:
        if _is_pickle(path):
            raise BadInputError(
                f"{path!r} is a pickle, which may execute anything when opened. If you trust "
                f"where it comes from, give --trust-pickle; 'fit' writes {ENDING} files."
            ) from error
        raise BadInputError(first_line(error)) from error


def _of_pickle(path):
    if not _is_pickle(path):
        return _of_file(path)
    try:
        return joblib.load(path), None
    except OSError:
        raise
    except Exception as error:  # of another version, whatever it raises
        raise BadInputError(f"cannot open the pickle {path!r}: {one_line(error)}") from error


def _is_pickle(path):
    with open(path, "rb") as file:
        head = file.read(_LENGTH_BYTES + 1)
    begins = head.startswith(_FIRST_BYTE_OF_PICKLES) and head[_LENGTH_BYTES:] != b"{"
    return begins or path.lower().endswith(_OF_PICKLES)
