"""Instances of known classes, classes and functions in files."""

from __future__ import annotations

from functools import partial
from typing import Any

from skautoencoder.persistence._checks import check_sound
from skautoencoder.persistence._objects import state_of, with_state
from skautoencoder.persistence._packing import (
    Codec,
    ContentError,
    Packing,
    Unpacking,
    exactly,
    keys,
    words_for,
)


def _pack_instance(value: Any, packing: Packing) -> dict:
    try:
        state = state_of(value)
    except TypeError as error:
        raise packing.error(f"{words_for(value)}: {error}") from error
    held = {name: packing.within(part, name) for name, part in state.items()}
    return {"class": packing.classes.name_of(type(value)), "holds": held}


def _unpack_instance(content: Any, unpacking: Unpacking) -> Any:
    name, held = keys(content, "class", "holds")
    cls = _found(name, unpacking)
    if not isinstance(cls, type) or not isinstance(held, dict):
        raise ContentError(f"{name!r} is no class, or holds nothing by name")
    value = with_state(cls, {name: unpacking.unpack(part) for name, part in held.items()})
    check_sound(value)
    return value


def _found(name: Any, unpacking: Unpacking) -> Any:
    found = unpacking.classes.find(name) if isinstance(name, str) else None
    if found is None:
        raise ContentError(
            f"it holds a {name}, which is not known: if you trust it, name it in classes=[...]"
        )
    return found


def _pack_partial(value: partial, packing: Packing) -> dict:
    return {
        "function": packing.within(value.func, "func"),
        "values": packing.within(value.args, "args"),
        "named": packing.within(value.keywords, "keywords"),
    }


def _unpack_partial(content: Any, unpacking: Unpacking) -> partial:
    function, values, named = map(unpacking.unpack, keys(content, "function", "values", "named"))
    return partial(function, *values, **named)


def _is_known(value: Any, packing: Packing) -> bool:
    named = isinstance(value, type) or hasattr(value, "__name__")
    return not named and packing.classes.name_of(type(value)) is not None


def _is_named(value: Any, packing: Packing) -> bool:
    return hasattr(value, "__name__") and packing.classes.name_of(value) is not None


INSTANCES = (
    Codec("instance", _is_known, _pack_instance, _unpack_instance),
    Codec("named", _is_named, lambda value, packing: packing.classes.name_of(value), _found),
    Codec("partial", exactly(partial), _pack_partial, _unpack_partial),
)
