"""Fitted estimators in files that hold arrays and JSON: nothing in them is ever executed."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from typing import Any

from skautoencoder.persistence._classes import our_types

__all__ = ["SKOPS_TRUSTED", "load", "save"]


def save(estimator: Any, path: str | PathLike, *, classes: Iterable[Any] = ()) -> None:
    """An estimator into one safetensors file, which takes the place of what was there.

    Parameters
    ----------
    estimator : estimator
        Any of ours, fitted or not, or a scikit-learn estimator that holds one, as a Pipeline or
        a ColumnTransformer does.
    path : str or path-like
        By convention it ends in ``.safetensors``. Written whole or not at all: after a crash
        there is the old file or the new one.
    classes : iterable of classes and functions, default=()
        Your own whose instances the estimator holds: an objective, a loss, a transformer, or the
        function that makes an optimizer. `load` is to be given them, too.

    Raises
    ------
    TypeError
        If it holds something that cannot be in such a file; the message says what, and where.
    OSError
        If the file cannot be written; what was there stays as it was.

    See Also
    --------
    load : Back from the file.

    Notes
    -----
    The file is of the safetensors format [1]_: arrays, and a JSON header, here with the class,
    its parameters and fitted attributes by name, the versions that wrote it, and a SHA-256 sum.
    A scikit-learn estimator beside ours is taken apart in the same way, if its state is made of
    numbers, text, arrays and such estimators, as it is for three in four of all. Forests, boosting
    and multilayer perceptrons are refused, as are callables that ``classes`` does not name; skops
    or pickle can save those. Of a search, scorer and splits are made anew from its parameters, and
    so are trees that neighbors are searched in. Callbacks are left out.

    References
    ----------
    .. [1] https://huggingface.co/docs/safetensors

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from sklearn.datasets import load_iris
    >>> from skautoencoder import AutoencoderTransformer, load, save
    >>> X = load_iris().data
    >>> autoencoder = AutoencoderTransformer(2, max_iter=2, random_state=0).fit(X)
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "iris.safetensors"
    >>> save(autoencoder, path)
    >>> bool((load(path).transform(X) == autoencoder.transform(X)).all())
    True
    """
    from skautoencoder.persistence._file import write_file

    write_file(path, estimator, classes)


def load(path: str | PathLike, *, classes: Iterable[Any] = ()) -> Any:
    """The estimator that `save` put into a file.

    Nothing in the file is executed, and JAX is not imported, nor need it be there to apply the
    estimator. Only classes of ours, scikit-learn's estimators, and those in ``classes`` are made.

    Parameters
    ----------
    path : str or path-like
    classes : iterable of classes and functions, default=()
        Your own that the file may hold, as given to `save`.

    Returns
    -------
    estimator
        In the state in which it was saved.

    Raises
    ------
    ValueError
        If it is no such file, or is cut off or damaged, of a later format, or holds a class that
        is not known.
    OSError
        If there is no such file, or it cannot be read.

    Warns
    -----
    InconsistentVersionWarning
        If it holds estimators of another version of scikit-learn.

    Notes
    -----
    Files of all formats since the first are read. The sum in the file shows damage by chance. A
    file from a stranger can say anything about its numbers: it executes nothing, but what it
    predicts is the stranger's.
    """
    from skautoencoder.persistence._file import read_file

    return read_file(path, classes)[0]


#: Full names of our own types, for ``skops.io.load(file, trusted=SKOPS_TRUSTED)``.
SKOPS_TRUSTED: list[str]


def __getattr__(name: str) -> Any:
    if name == "SKOPS_TRUSTED":
        return our_types()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
