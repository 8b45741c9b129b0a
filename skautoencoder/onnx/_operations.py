"""The array namespace of graphs: the functions that code for arrays of any kind asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from skautoencoder._functions import Array
from skautoencoder.onnx._array import (
    ROWS,
    GraphArray,
    Node,
    as_array,
    broadcast,
    common_dtype,
    constant,
    elementwise,
    integers,
    made,
)

__all__ = [
    "abs", "asarray", "concat", "exp", "expm1", "floor", "isnan", "log", "log1p", "logaddexp",
    "maximum", "minimum", "pad", "sort", "sqrt", "stack", "tanh", "where", "zeros_like",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    raise AttributeError(f"a graph has no {name!r}, but {', '.join(__all__)}")


def asarray(x: Array, dtype: DTypeLike | None = None) -> GraphArray:
    """An array of NumPy, or a number, as one of a graph."""
    return as_array(x, common_dtype(x) if dtype is None else dtype)


def abs(x: Array) -> GraphArray:
    """``|x|``."""
    return elementwise("Abs", x)


def exp(x: Array) -> GraphArray:
    """``e^x``."""
    return elementwise("Exp", x)


def expm1(x: Array) -> GraphArray:
    """``e^x - 1``, with an absolute error of a rounding."""
    return elementwise("Exp", x) - 1


def log(x: Array) -> GraphArray:
    """The natural logarithm."""
    return elementwise("Log", x)


def log1p(x: Array) -> GraphArray:
    """``log(1 + x)``, with an absolute error of a rounding."""
    return elementwise("Log", 1 + x)


def sqrt(x: Array) -> GraphArray:
    """The square root."""
    return elementwise("Sqrt", x)


def tanh(x: Array) -> GraphArray:
    """The hyperbolic tangent."""
    return elementwise("Tanh", x)


def floor(x: Array) -> GraphArray:
    """The largest whole number that is not above."""
    return elementwise("Floor", x)


def isnan(x: Array) -> GraphArray:
    """Whether an entry is NaN."""
    return elementwise("IsNaN", x, of=bool)


def maximum(x: Array, y: Array) -> GraphArray:
    """The larger of two."""
    return elementwise("Max", x, y)


def minimum(x: Array, y: Array) -> GraphArray:
    """The smaller of two."""
    return elementwise("Min", x, y)


def logaddexp(x: Array, y: Array) -> GraphArray:
    """``log(e^x + e^y)``, without overflow."""
    return maximum(x, y) + log1p(exp(-abs(x - y)))


def where(condition: Array, x: Array, y: Array) -> GraphArray:
    """``x`` where the condition holds, else ``y``."""
    dtype = common_dtype(x, y)
    inputs = as_array(condition, bool), as_array(x, dtype), as_array(y, dtype)
    return made("Where", inputs, broadcast(*(one.shape for one in inputs)), dtype)


def zeros_like(x: GraphArray) -> GraphArray:
    """Zeros, as many as ``x`` has entries."""
    shape = made("Shape", (x,), (x.ndim,), np.int64)
    return made("Expand", (constant(np.zeros((), x.dtype)), shape), x.shape, x.dtype)


def concat(arrays: Sequence[Array], axis: int = 0) -> GraphArray:
    """Arrays one after the other along an axis."""
    dtype = common_dtype(*arrays)
    parts = [as_array(one, dtype) for one in arrays]
    if len(parts) == 1:
        return parts[0]
    axis %= parts[0].ndim
    shape = list(parts[0].shape)
    if axis > 0 or ROWS not in shape[:1]:
        shape[axis] = sum(part.shape[axis] for part in parts)
    return made("Concat", parts, tuple(shape), dtype, axis=axis)


def stack(arrays: Sequence[GraphArray], axis: int = 0) -> GraphArray:
    """Arrays one after the other along a new axis."""
    new = (slice(None),) * axis + (None,)
    return concat([one[new] for one in arrays], axis=axis)


def pad(x: GraphArray, widths: Sequence[tuple[int, int]]) -> GraphArray:
    """Zeros before and after, so many along each axis."""
    before, after = zip(*widths, strict=True)
    shape = [n if a + b == 0 else n + a + b for n, (a, b) in zip(x.shape, widths, strict=True)]
    return made("Pad", (x, integers([*before, *after])), tuple(shape), x.dtype)


def sort(x: GraphArray, axis: int = -1) -> GraphArray:
    """The entries of the last axis, from the least on."""
    if axis % x.ndim != x.ndim - 1:
        raise ValueError(f"a graph sorts along the last axis, not along {axis}")
    node = Node("TopK", (x, integers(x.shape[-1:])), {"axis": -1, "largest": 0}, n_outputs=2)
    return GraphArray(node, x.shape, x.dtype)
