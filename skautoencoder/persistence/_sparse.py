"""Sparse matrices in files, as the arrays that they are made of."""

from __future__ import annotations

from typing import Any

from scipy import sparse

from skautoencoder.persistence._packing import Codec, ContentError, Packing, Unpacking, keys

_KINDS = {
    kind.__name__: kind
    for kind in (sparse.csr_matrix, sparse.csr_array, sparse.csc_matrix, sparse.csc_array)
}
_PARTS = ("data", "indices", "indptr", "shape")


def _pack(value: Any, packing: Packing) -> dict:
    parts = {name: packing.within(getattr(value, name), name) for name in _PARTS}
    return {"kind": type(value).__name__} | parts


def _unpack(content: Any, unpacking: Unpacking) -> Any:
    kind, *parts = keys(content, "kind", *_PARTS)
    if kind not in _KINDS:
        raise ContentError(f"there is no sparse matrix {kind!r}")
    *arrays, shape = map(unpacking.unpack, parts)
    found = _KINDS[kind](tuple(arrays), shape=shape)
    found.check_format(full_check=True)  # else a lie would be read beyond the arrays
    return found


SPARSE = (Codec("sparse", lambda value, packing: type(value) in _KINDS.values(), _pack, _unpack),)
