"""Arrays that remember how they were made, so that it can be written down as a graph.

Code for arrays of any kind, given one of these, gives another: it knows its shape, its data type
and the node that makes it. Nothing is computed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from math import prod
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike

from skautoencoder._functions import Array

#: How many rows there are, which is not known until the graph is run: "what is left", as a
#: reshape takes it.
ROWS = -1

#: Another size that is not known before.
SOME = -2

Shape: TypeAlias = tuple[int, ...]

# Operators that give fractions of whole numbers, in NumPy and not in ONNX.
_OF_FRACTIONS = {"Div", "Exp", "Log", "Sqrt", "Tanh"}


@dataclass(frozen=True, eq=False)
class Body:
    """What one step of a Scan computes.

    Attributes
    ----------
    inputs, outputs : tuple of GraphArray
        The inputs are made by no node, and have no value. All else that the outputs need is
        taken from around the Scan.
    """

    inputs: tuple[GraphArray, ...]
    outputs: tuple[GraphArray, ...]


@dataclass(frozen=True, eq=False)
class Node:
    """An operator of ONNX, and what it is applied to."""

    op: str
    inputs: tuple[GraphArray, ...]
    attributes: dict[str, Any]
    n_outputs: int = 1
    body: Body | None = None


@dataclass(frozen=True, eq=False)
class GraphArray:
    """An array of a graph.

    Parameters
    ----------
    source : Node, ndarray or None
        What makes it, or its value; None for an input.
    shape : tuple of int
        ``ROWS`` where rows are counted, and ``SOME`` where the size is not known either.
    dtype : numpy.dtype
    number : int, default=0
        Which of the node's outputs it is.
    """

    source: Node | np.ndarray | None
    shape: Shape
    dtype: np.dtype
    number: int = 0

    __array_ufunc__ = None  # NumPy's arrays leave operators to this class

    def __array_namespace__(self, api_version: str | None = None) -> Any:
        from skautoencoder.onnx import _operations

        return _operations

    def __len__(self) -> int:
        if not self.shape or self.shape[0] < 0:
            raise TypeError(
                "how many rows there are is known when the graph is run, not when it is written: "
                "reshape(-1, ...) needs no len(x)"
            )
        return self.shape[0]

    def __iter__(self) -> Iterator[GraphArray]:
        return (self[number] for number in range(len(self)))

    def __bool__(self) -> bool:
        raise TypeError("a value of a graph is known when it is run: use where(), not if")

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def T(self) -> GraphArray:
        axes = tuple(range(self.ndim))[::-1]
        return made("Transpose", (self,), self.shape[::-1], self.dtype, perm=axes)

    def astype(self, dtype: DTypeLike) -> GraphArray:
        dtype = np.dtype(dtype)
        if dtype == self.dtype:
            return self
        return made("Cast", (self,), self.shape, dtype, to=dtype)

    def reshape(self, *shape: Any) -> GraphArray:
        sizes = tuple(shape[0]) if len(shape) == 1 and np.ndim(shape[0]) else shape
        known = prod(size for size in sizes if size >= 0)
        has_rows = ROWS in self.shape
        inner = prod(size for size in self.shape if size != ROWS)
        n_open = sum(size < 0 for size in sizes)
        if n_open > 1 or (has_rows and (n_open == 0 or known != inner)):
            raise ValueError(f"an array of shape {self.shape} has no shape {sizes} for any rows")
        found = sizes if has_rows else tuple(inner // known if n < 0 else n for n in sizes)
        return made("Reshape", (self, integers(sizes)), found, self.dtype)

    def sum(self, axis: int, keepdims: bool = False) -> GraphArray:
        return self._reduced("ReduceSum", axis, keepdims)

    def max(self, axis: int, keepdims: bool = False) -> GraphArray:
        return self._reduced("ReduceMax", axis, keepdims)

    def clip(self, min: Any = None, max: Any = None) -> GraphArray:
        found = self if min is None else elementwise("Max", self, min)
        return found if max is None else elementwise("Min", found, max)

    def __getitem__(self, key: Any) -> GraphArray:
        keys = key if isinstance(key, tuple) else (key,)
        whole = (slice(None),) * (self.ndim - sum(one is not None for one in keys) + 1)
        for place in [number for number, one in enumerate(keys) if one is Ellipsis]:
            keys = (*keys[:place], *whole, *keys[place + 1 :])
        if sum(np.ndim(one) > 0 for one in keys) > 1:
            raise TypeError("a graph takes one array of places in an index, not several")
        found, axis = self, 0
        for one in keys:
            found, axis = found._taken(one, axis)
        return found

    def _taken(self, key: Any, axis: int) -> tuple[GraphArray, int]:
        """What one key of an index leaves, and the axis that the next one is about."""
        before, after = self.shape[:axis], self.shape[axis + 1 :]
        if key is None:
            shape = (*before, 1, *self.shape[axis:])
            return made("Unsqueeze", (self, integers([axis])), shape, self.dtype), axis + 1
        if isinstance(key, slice):
            if key == slice(None):
                return self, axis + 1
            return self._cut(key, axis), axis + 1
        index = np.flatnonzero(key) if np.asarray(key).dtype == bool else np.asarray(key, np.int64)
        shape = (*before, *index.shape, *after)
        found = made("Gather", (self, constant(index)), shape, self.dtype, axis=axis)
        return found, axis + index.ndim

    def _cut(self, key: slice, axis: int) -> GraphArray:
        if self.shape[axis] < 0:
            raise TypeError("rows of a graph cannot be cut: how many there are is not known")
        start, stop, step = key.indices(self.shape[axis])
        if step < 0:
            raise ValueError("a graph cuts forwards: the step of a slice must be above zero")
        shape = (*self.shape[:axis], len(range(start, stop, step)), *self.shape[axis + 1 :])
        limits = (integers([n]) for n in (start, max(stop, start), axis, step))
        return made("Slice", (self, *limits), shape, self.dtype)

    def _reduced(self, op: str, axis: int, keepdims: bool) -> GraphArray:
        axis %= self.ndim
        kept = (1,) if keepdims else ()
        shape = (*self.shape[:axis], *kept, *self.shape[axis + 1 :])
        operand = self.astype(np.int64) if self.dtype == bool else self
        inputs = (operand, integers([axis]))
        return made(op, inputs, shape, operand.dtype, keepdims=int(keepdims))

    def __neg__(self) -> GraphArray:
        return elementwise("Neg", self)

    def __abs__(self) -> GraphArray:
        return elementwise("Abs", self)

    def __invert__(self) -> GraphArray:
        return elementwise("Not", self)

    def __pow__(self, power: Any) -> GraphArray:
        if isinstance(power, int | float) and power == 2:
            return self * self
        return elementwise("Pow", self, power)

    def __matmul__(self, other: Array) -> GraphArray:
        return _product(self, other)

    def __rmatmul__(self, other: Array) -> GraphArray:
        return _product(other, self)

    def __add__(self, other: Array) -> GraphArray:
        return elementwise("Add", self, other)

    def __radd__(self, other: Array) -> GraphArray:
        return elementwise("Add", other, self)

    def __sub__(self, other: Array) -> GraphArray:
        return elementwise("Sub", self, other)

    def __rsub__(self, other: Array) -> GraphArray:
        return elementwise("Sub", other, self)

    def __mul__(self, other: Array) -> GraphArray:
        return elementwise("Mul", self, other)

    def __rmul__(self, other: Array) -> GraphArray:
        return elementwise("Mul", other, self)

    def __truediv__(self, other: Array) -> GraphArray:
        return elementwise("Div", self, other)

    def __rtruediv__(self, other: Array) -> GraphArray:
        return elementwise("Div", other, self)

    def __gt__(self, other: Array) -> GraphArray:
        return elementwise("Greater", self, other, of=bool)

    def __ge__(self, other: Array) -> GraphArray:
        return elementwise("GreaterOrEqual", self, other, of=bool)

    def __lt__(self, other: Array) -> GraphArray:
        return elementwise("Less", self, other, of=bool)

    def __le__(self, other: Array) -> GraphArray:
        return elementwise("LessOrEqual", self, other, of=bool)

    def __eq__(self, other: Array) -> GraphArray:  # type: ignore[override]
        return elementwise("Equal", self, other, of=bool)

    def __ne__(self, other: Array) -> GraphArray:  # type: ignore[override]
        return ~(self == other)

    __hash__ = object.__hash__  # by which arrays themselves are told apart


def constant(value: Any, dtype: DTypeLike | None = None) -> GraphArray:
    """An array of known values, kept in their own precision and made more precise in the graph."""
    value = np.asarray(value)
    dtype = value.dtype if dtype is None else np.dtype(dtype)
    if not (value.ndim and np.can_cast(value.dtype, dtype)):
        value = value.astype(dtype)
    return GraphArray(value, value.shape, value.dtype).astype(dtype)


def integers(values: Sequence[int]) -> GraphArray:
    """Sizes, axes and limits, as operators take them."""
    return constant(np.array(values, np.int64))


def as_array(value: Array, dtype: DTypeLike) -> GraphArray:
    """An array of a graph, or of NumPy, or a number, as one of a graph."""
    return value.astype(dtype) if isinstance(value, GraphArray) else constant(value, dtype)


def made(
    op: str, inputs: Iterable[GraphArray], shape: Shape, dtype: DTypeLike, **attributes: Any
) -> GraphArray:
    """The only output of a new node."""
    return GraphArray(Node(op, tuple(inputs), attributes), tuple(shape), np.dtype(dtype))


def elementwise(op: str, *operands: Array, of: DTypeLike | None = None) -> GraphArray:
    """What an operator makes of each entry, shapes and data types as NumPy has them."""
    dtype = common_dtype(*operands)
    if op in _OF_FRACTIONS and dtype.kind in "bui":
        dtype = np.dtype(float)
    inputs = [as_array(operand, dtype) for operand in operands]
    return made(op, inputs, broadcast(*(one.shape for one in inputs)), of or dtype)


def common_dtype(*operands: Array) -> np.dtype:
    """The data type in which NumPy would work on arrays and numbers together."""
    return np.result_type(*(one.dtype if hasattr(one, "dtype") else one for one in operands))


def broadcast(*shapes: Shape) -> Shape:
    """The shape of arrays of these shapes together."""
    sizes = zip_longest(*(shape[::-1] for shape in shapes), fillvalue=1)
    return tuple(next((n for n in some if n != 1), 1) for some in sizes)[::-1]


def _product(left: Array, right: Array) -> GraphArray:
    dtype = common_dtype(left, right)
    left, right = as_array(left, dtype), as_array(right, dtype)
    lead = left.shape[:-2] if right.ndim == 2 else broadcast(left.shape[:-2], right.shape[:-2])
    return made("MatMul", (left, right), (*lead, left.shape[-2], right.shape[-1]), dtype)
