"""Values of Python and NumPy, and instances of known classes, to JSON and arrays, and back.

In JSON, ``null``, truth values, numbers, text and lists stand for themselves. All else is an
object of one key, the kind of value, with what that kind needs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from skautoencoder.persistence._classes import Classes, full_name

# Deeper than any estimator, and far from where Python's own stack ends.
_DEEPEST = 60

# Whose compiled and private parts nobody is to name.
_OTHERS = ("sklearn", "scipy")


class ContentError(Exception):
    """What JSON and arrays of a file say makes no value."""


@dataclass(frozen=True)
class Packing:
    """Where values are taken apart.

    Attributes
    ----------
    codecs : tuple of Codec
        The first that takes a value takes it apart.
    classes : Classes
        Whose instances may be in the file.
    arrays : dict of str to ndarray
        What was found so far, by place.
    names : dict of int to str
        Their names by identity: what is the same array stays so.
    place : tuple
        Of the value at hand, in words.
    """

    codecs: tuple[Codec, ...]
    classes: Classes
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    names: dict[int, Any] = field(default_factory=dict)
    place: tuple[Any, ...] = ()

    def within(self, value: Any, key: Any) -> Any:
        """The JSON of what is at ``key`` of the value at hand."""
        return replace(self, place=(*self.place, key)).pack(value)

    def pack(self, value: Any) -> Any:
        """The JSON of a value."""
        if len(self.place) > _DEEPEST:
            raise self.error("a value that holds itself, or too deep a one")
        plain = value is None or type(value) in (bool, int, str)
        if plain or (type(value) is float and math.isfinite(value)):
            return value
        if type(value) is list:
            return self.list(value)
        codec = next((codec for codec in self.codecs if codec.takes(value, self)), None)
        if codec is None:
            raise self.error(words_for(value))
        return {codec.kind: codec.pack(value, self)}

    def list(self, values: Any) -> list:
        """The JSON of several values."""
        return [self.within(value, number) for number, value in enumerate(values)]

    def error(self, what: str) -> TypeError:
        """The error for what cannot be in a file."""
        place = f" at {self.words}" if self.place else ""
        return TypeError(f"cannot save {what}{place}.")

    @property
    def words(self) -> str:
        """The place of the value at hand, as names with dots between."""
        return ".".join(map(str, self.place))


@dataclass(frozen=True)
class Unpacking:
    """Where values are put together.

    Attributes
    ----------
    codecs : dict of str to Codec
        By kind.
    classes : Classes
    array : callable
        From an array's name to the array, always the same.
    depth : int
    """

    codecs: dict[str, Codec]
    classes: Classes
    array: Callable[[str], np.ndarray]
    depth: int = 0

    def unpack(self, content: Any) -> Any:
        """The value that JSON stands for.

        Raises
        ------
        ContentError
            If it stands for none.
        """
        if content is None or isinstance(content, bool | int | float | str):
            return content
        if self.depth > 2 * _DEEPEST:
            raise ContentError("values lie too deep within each other")
        inner = replace(self, depth=self.depth + 1)
        if isinstance(content, list):
            return [inner.unpack(each) for each in content]
        if not isinstance(content, dict) or len(content) != 1:
            raise ContentError("an object needs one key, the kind of value")
        ((kind, needed),) = content.items()
        if kind not in self.codecs:
            raise ContentError(f"there is no kind of value {kind!r}")
        return self.codecs[kind].unpack(needed, inner)

    def list(self, content: Any) -> list:
        """Several values."""
        if not isinstance(content, list):
            raise ContentError("a list is missing")
        return self.unpack(content)


class Codec(NamedTuple):
    """How values of one kind are taken apart and put together."""

    kind: str
    takes: Callable[[Any, Packing], bool]
    pack: Callable[[Any, Packing], Any]
    unpack: Callable[[Any, Unpacking], Any]


def exactly(*types: type) -> Callable[[Any, Packing], bool]:
    """That a value is of one of these types, and of no subclass."""
    return lambda value, packing: type(value) in types


def keys(content: Any, *names: str) -> list:
    """What an object has under these keys, all of which it must have."""
    if not isinstance(content, dict) or not {*names} <= {*content}:
        raise ContentError(f"an object lacks one of {', '.join(names)}")
    return [content[name] for name in names]


def words_for(value: Any) -> str:
    """A value in the words of an error, and what can be done."""
    what = value if hasattr(value, "__name__") else type(value)
    if full_name(what).split(".")[0] in _OTHERS:
        return f"{full_name(what)} (skops or pickle may)"
    return (
        f"{full_name(what)} (it can be, if both save and load are given it in classes=[...], "
        "unless it is made within a function)"
    )
