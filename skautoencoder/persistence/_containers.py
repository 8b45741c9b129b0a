"""Tuples, dicts, sets and slices in files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from skautoencoder.persistence._packing import Codec, ContentError, Packing, Unpacking, exactly


def _pack_dict(value: dict, packing: Packing) -> list:
    return [
        [replace(packing, place=(*packing.place, "key")).pack(key), packing.within(held, key)]
        for key, held in value.items()
    ]


def _unpack_dict(content: Any, unpacking: Unpacking) -> dict:
    return {key: held for key, held in map(_pair, unpacking.list(content))}


def _pair(pair: Any) -> Any:
    if not isinstance(pair, list) or len(pair) != 2:
        raise ContentError("a pair is missing")
    return pair


def _pack_set(value: Any, packing: Packing) -> list:
    try:
        return packing.list(sorted(value))  # the same file for the same set
    except TypeError:
        return packing.list(value)


def _unpack_slice(content: Any, unpacking: Unpacking) -> slice:
    found = unpacking.list(content)
    if len(found) != 3:
        raise ContentError("a slice has a start, a stop and a step")
    return slice(*found)


CONTAINERS = (
    Codec(
        "tuple",
        exactly(tuple),
        lambda value, packing: packing.list(value),
        lambda content, unpacking: tuple(unpacking.list(content)),
    ),
    Codec("dict", exactly(dict), _pack_dict, _unpack_dict),
    Codec("set", exactly(set), _pack_set, lambda c, unpacking: {*unpacking.list(c)}),
    Codec("frozenset", exactly(frozenset), _pack_set, lambda c, u: frozenset(u.list(c))),
    Codec(
        "slice",
        exactly(slice),
        lambda value, packing: packing.list([value.start, value.stop, value.step]),
        _unpack_slice,
    ),
)
