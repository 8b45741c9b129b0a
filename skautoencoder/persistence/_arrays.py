"""Arrays, scalars, types and random generators of NumPy in files."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from skautoencoder.persistence._packing import (
    Codec,
    ContentError,
    Packing,
    Unpacking,
    exactly,
    keys,
)

# What a file of arrays holds as it is: truth values, whole numbers, and floats of these sizes.
_STORED = re.compile(r"b1|[iu][1248]|f[248]")
_AS_INTEGERS, _AS_LISTS = "mM", "USTO"
# Types that a file may name. No structured ones, and none that is wide without any value.
_NAMED = re.compile(r"[<>|=]?(b1|[iu][1248]|f[248]|c8|c16|[USO]\d{0,4}|[mM]8(\[\d*\w+\])?)")
_TYPES = {
    **{f"numpy.{name}": getattr(np, name) for name in (
        "bool_", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
        "float16", "float32", "float64", "number", "integer", "floating", "object_", "str_",
    )},
    **{one.__name__: one for one in (bool, int, float, str, object, bytes)},
}  # fmt: skip


# -- arrays of numbers: beside the JSON


def _is_stored(value: Any, packing: Packing) -> bool:
    if not isinstance(value, np.ndarray) or isinstance(value, np.ma.MaskedArray):
        return False
    return value.dtype.kind in _AS_INTEGERS or _stored_as(value.dtype) is not None


def _stored_as(dtype: np.dtype) -> np.dtype | None:
    return dtype.newbyteorder("<") if _STORED.fullmatch(dtype.str[1:]) else None


def _pack_array(value: np.ndarray, packing: Packing) -> dict:
    if id(value) not in packing.names:
        packing.names[id(value)] = packing.words, value  # held, so that its id stays its own
        packing.arrays[packing.words] = _as_stored(value)
    name, _ = packing.names[id(value)]
    array = packing.arrays[name]
    found = {"name": name, "shape": list(array.shape), "dtype": value.dtype.str}
    return found | {"transposed": True} if _is_transposed(value) else found


def _as_stored(value: np.ndarray) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind in _AS_INTEGERS:
        array = array.astype(array.dtype.newbyteorder("<")).view("<i8")
    array = array.T if _is_transposed(value) else array
    stored = _stored_as(array.dtype)
    # Like this, its copy is in rows: an array of no dimension stays one of none.
    return np.array(array, dtype=stored, order="C")


def _is_transposed(value: np.ndarray) -> bool:
    return value.flags.f_contiguous and not value.flags.c_contiguous


def _unpack_array(content: Any, unpacking: Unpacking) -> np.ndarray:
    name, shape, dtype = keys(content, "name", "shape", "dtype")
    array, wanted = unpacking.array(name), _dtype(dtype)
    kept_as = np.dtype("<i8") if wanted.kind in _AS_INTEGERS else _stored_as(wanted)
    if list(array.shape) != shape or array.dtype != kept_as:
        raise ContentError(
            f"the array {name!r} is of shape {list(array.shape)} and type {array.dtype.str}, "
            f"not of {shape} and {dtype}"
        )
    array = array.view(wanted.newbyteorder("<")) if wanted.kind in _AS_INTEGERS else array
    array = array.astype(wanted, copy=False)
    return array.T if content.get("transposed") is True else array


# -- arrays of text and of objects: in the JSON


def _is_listed(value: Any, packing: Packing) -> bool:
    listed = isinstance(value, np.ndarray) and value.dtype.kind in _AS_LISTS
    return listed and not isinstance(value, np.ma.MaskedArray)


def _pack_listed(value: np.ndarray, packing: Packing) -> dict:
    return {
        "shape": list(value.shape),
        "dtype": "T" if value.dtype.kind == "T" else value.dtype.str,
        "values": packing.list(value.ravel().tolist()),
    }


def _unpack_listed(content: Any, unpacking: Unpacking) -> np.ndarray:
    shape, dtype, values = keys(content, "shape", "dtype", "values")
    values, shape = unpacking.list(values), tuple(unpacking.list(shape))
    if dtype != "T" and _dtype(dtype).kind not in _AS_LISTS:
        raise ContentError(f"an array of type {dtype!r} stands among others")
    if not all(type(size) is int and size >= 0 for size in shape):
        raise ContentError(f"an array is of shape {shape}")
    if math.prod(shape) != len(values):
        raise ContentError(f"an array of shape {shape} holds {len(values)} values")
    if dtype != "T" and _dtype(dtype).kind == "O":
        array = np.empty(len(values), object)
        array[:] = values
    else:  # as wide as its widest value
        array = np.array(values, dtype[:2].strip("0123456789") or "U")
    return array.reshape(shape)


def _pack_masked(value: np.ma.MaskedArray, packing: Packing) -> dict:
    return {
        "data": packing.within(value.data, "data"),
        "mask": packing.within(np.ma.getmaskarray(value), "mask"),
        "fill_value": packing.within(value.fill_value, "fill_value"),
    }


def _unpack_masked(content: Any, unpacking: Unpacking) -> np.ma.MaskedArray:
    data, mask, fill = map(unpacking.unpack, keys(content, "data", "mask", "fill_value"))
    return np.ma.MaskedArray(data, mask=mask, fill_value=fill)


# -- scalars and types


def _is_scalar(value: Any, packing: Packing) -> bool:
    if not isinstance(value, np.generic):
        return False
    return value.dtype.kind in _AS_INTEGERS + "U" or _stored_as(value.dtype) is not None


def _pack_scalar(value: Any, packing: Packing) -> list:
    plain = value.astype("i8") if value.dtype.kind in _AS_INTEGERS else value
    return [value.dtype.str, packing.within(plain.item(), "value")]


def _unpack_scalar(content: Any, unpacking: Unpacking) -> Any:
    dtype, plain = unpacking.list(content)
    if _dtype(dtype).kind in _AS_INTEGERS:
        return np.array(plain, "<i8").view(_dtype(dtype))[()]
    if not isinstance(plain, bool | int | float | str):
        raise ContentError(f"{plain!r} is no scalar")
    return _dtype(dtype).type(plain)


def _dtype(name: Any) -> np.dtype:
    if not isinstance(name, str) or not _NAMED.fullmatch(name):
        raise ContentError(f"there is no type of array {name!r}")
    return np.dtype(name)


def _is_type(value: Any, packing: Packing) -> bool:
    return isinstance(value, type) and value in _TYPES.values()


def _pack_type(value: type, packing: Packing) -> str:
    return next(name for name, one in _TYPES.items() if one is value)


# -- random generators


def _pack_random_state(value: np.random.RandomState, packing: Packing) -> list:
    return packing.list(list(value.get_state(legacy=True)))


def _unpack_random_state(content: Any, unpacking: Unpacking) -> np.random.RandomState:
    random = np.random.RandomState(0)
    random.set_state(tuple(unpacking.list(content)))
    return random


_GENERATORS = {one.__name__: one for one in (
    np.random.PCG64, np.random.PCG64DXSM, np.random.MT19937, np.random.Philox, np.random.SFC64,
)}  # fmt: skip


def _is_generator(value: Any, packing: Packing) -> bool:
    return type(value) is np.random.Generator and type(value.bit_generator) in (
        *_GENERATORS.values(),
    )


def _unpack_generator(content: Any, unpacking: Unpacking) -> np.random.Generator:
    state = unpacking.unpack(content)
    if not isinstance(state, dict) or state.get("bit_generator") not in _GENERATORS:
        raise ContentError("there is no such random generator")
    bits: Any = _GENERATORS[state["bit_generator"]](0)
    bits.state = state
    return np.random.Generator(bits)


ARRAYS = (
    Codec("array", _is_stored, _pack_array, _unpack_array),
    Codec("values", _is_listed, _pack_listed, _unpack_listed),
    Codec("masked", exactly(np.ma.MaskedArray), _pack_masked, _unpack_masked),
    Codec("scalar", _is_scalar, _pack_scalar, _unpack_scalar),
    Codec(
        "dtype",
        lambda value, packing: isinstance(value, np.dtype) and bool(_NAMED.fullmatch(value.str)),
        lambda value, packing: value.str,
        lambda content, unpacking: _dtype(content),
    ),
    Codec("type", _is_type, _pack_type, lambda content, unpacking: _TYPES[content]),
    Codec("random_state", exactly(np.random.RandomState), _pack_random_state, _unpack_random_state),
    Codec(
        "generator",
        _is_generator,
        lambda value, packing: packing.pack(value.bit_generator.state),
        _unpack_generator,
    ),
)
