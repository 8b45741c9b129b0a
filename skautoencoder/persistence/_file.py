"""One safetensors file: an estimator's arrays, and JSON that says what they are of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as arrays_to_bytes

from skautoencoder._errors import first_line, one_line
from skautoencoder._whole_file import whole_file
from skautoencoder.persistence._arrays import ARRAYS
from skautoencoder.persistence._classes import Classes
from skautoencoder.persistence._containers import CONTAINERS
from skautoencoder.persistence._instances import INSTANCES
from skautoencoder.persistence._packing import ContentError, Packing, Unpacking
from skautoencoder.persistence._pandas import OF_PANDAS
from skautoencoder.persistence._plain import PLAIN
from skautoencoder.persistence._sparse import SPARSE

#: Of what this version writes. It reads all up to this one.
FORMAT = 1

_KEY = "skautoencoder"  # one alone: of several, the order in the file is chance
_CODECS = (*CONTAINERS, *ARRAYS, *SPARSE, *PLAIN, *OF_PANDAS, *INSTANCES)
_BY_KIND = {codec.kind: codec for codec in _CODECS}
_TYPES = {
    "BOOL", "I8", "I16", "I32", "I64", "U8", "U16", "U32", "U64", "F16", "F32", "F64",
}  # fmt: skip


def write_file(path: Any, estimator: Any, classes: Iterable[Any], notes: Any = None) -> None:
    """Write an estimator, and notes of plain values beside it, whole or not at all.

    Raises
    ------
    TypeError
        If either holds what cannot be in a file.
    OSError
        If the file cannot be written.
    """
    packing = Packing(_CODECS, Classes(classes))
    told = {
        "format": FORMAT,
        "versions": _versions(),
        "estimator": packing.pack(estimator),
        "notes": packing.within(notes, "notes"),
    }
    told["sha256"] = _digest(told, sorted(packing.arrays), packing.arrays.__getitem__)
    content = arrays_to_bytes(packing.arrays, {_KEY: json.dumps(told, allow_nan=False)})
    with whole_file(path) as draft:
        draft.write_bytes(content)


def read_file(path: Any, classes: Iterable[Any]) -> tuple[Any, Any]:
    """The estimator and the notes that :func:`write_file` wrote.

    Raises
    ------
    ValueError
        If it is no such file, is damaged, of a later format, or holds what is not known.
    OSError
        If it cannot be read.
    """
    path = Path(path)
    if path.exists() and not (path.is_file() or path.is_dir()):  # a pipe would be waited for
        raise ValueError(f"{str(path)!r} is no file.")
    with open(path, "rb"):  # the system's own errors
        pass
    try:
        with safe_open(path, framework="np") as file:
            return _content(file, Classes(classes))
    except (SafetensorError, ContentError) as error:
        raise ValueError(f"cannot load {str(path)!r}: {_reason(error)}.") from error


def json_of(value: Any) -> str:
    """A value in text that is equal where the value is; of what no file can hold, its name."""
    packing = Packing(_CODECS, Classes(()))
    try:
        told = packing.pack(value)
    except TypeError:
        named = value if hasattr(value, "__qualname__") else type(value)
        return f"{named.__module__}.{named.__qualname__}"
    arrays = packing.arrays
    return json.dumps(told) + (_digest({}, sorted(arrays), arrays.__getitem__) if arrays else "")


def _content(file: Any, classes: Classes) -> tuple[Any, Any]:
    told = _told(file)
    names = sorted(file.keys())
    for name in names:
        if file.get_slice(name).get_dtype() not in _TYPES:
            raise ContentError(f"the array {name!r} is of a type that is not known")
    array = cache(file.get_tensor)
    given = told.pop("sha256", None)
    if given != _digest(told, names, array):
        raise ContentError("it is damaged: not as it was written")
    unpacking = Unpacking(_BY_KIND, classes, lambda name: _array(array, names, name))
    try:
        return unpacking.unpack(told["estimator"]), unpacking.unpack(told["notes"])
    except ContentError:
        raise
    except Exception as error:  # whatever constructors make of wrong values
        raise ContentError(f"what it holds is not sound ({one_line(error)})") from error


def _told(file: Any) -> dict[str, Any]:
    """What the file's JSON says, of a format that is known."""
    try:
        told = json.loads((file.metadata() or {})[_KEY], parse_constant=_no_constant)
        number = told["format"]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ContentError("it is no model of skautoencoder") from error
    if type(number) is not int or number < 1:
        raise ContentError(f"its format is {number!r}")
    if number > FORMAT:
        raise ContentError(
            f"it is of format {number}, and this version reads formats up to {FORMAT}: "
            "install a later skautoencoder"
        )
    return told


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _array(array: Callable[[str], np.ndarray], names: list, name: Any) -> np.ndarray:
    if name not in names:
        raise ContentError(f"the array {name!r} is missing")
    return array(name)


def _digest(told: dict[str, Any], names: list[str], array: Callable[[str], np.ndarray]) -> str:
    """A sum of all that is in the file, which shows damage."""
    found = hashlib.sha256(json.dumps(told).encode())
    for name in names:
        found.update(name.encode())
        found.update(np.ascontiguousarray(array(name)).reshape(-1).view(np.uint8).data)
    return found.hexdigest()


def _versions() -> dict[str, str]:
    from importlib import import_module

    import sklearn

    return {
        "skautoencoder": import_module("skautoencoder").__version__,
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
    }


def _reason(error: Exception) -> str:
    """What is wrong, in words without a full stop."""
    words = first_line(error).removesuffix(".")
    if isinstance(error, SafetensorError):
        return f"it is no safetensors file, or cut off ({words})"
    return words
