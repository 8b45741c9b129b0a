"""From arrays that remember how they were made to the nodes of a graph, each once, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from onnx import GraphProto, NodeProto, ValueInfoProto, helper

from skautoencoder.onnx._array import ROWS, Body, GraphArray, Node

# Constants of up to so many entries are looked for among those that are there.
_FEW = 1024


class Call(NamedTuple):
    """A node, with names in place of arrays."""

    op: str
    inputs: list[str]
    outputs: list[str]
    attributes: dict[str, Any]

    def as_node(self) -> NodeProto:
        """The node, under a name: some runtimes (onnxruntime 1.20) mix up nodes without."""
        return helper.make_node(
            self.op, self.inputs, self.outputs, name=self.outputs[0], **self.attributes
        )


class Recording(NamedTuple):
    """What a graph is made of."""

    calls: list[Call]
    constants: dict[str, np.ndarray]


def record(
    outputs: Mapping[str, GraphArray],
    inputs: Mapping[str, GraphArray],
    unique: Callable[[str], str],
) -> Recording:
    """The nodes and constants that outputs need, and nothing else.

    Parameters
    ----------
    outputs, inputs : dict of str to GraphArray
        By the names that they have in the graph.
    unique : callable
        Gives a name that begins with another, and that nothing else has.
    """
    recorder = _Recorder(unique, {_key(array): name for name, array in inputs.items()}, {}, {})
    recorder.add(outputs)
    return Recording(recorder.calls, recorder.constants)


class _Recorder:
    """The names of what is recorded so far.

    Parameters
    ----------
    unique : callable
    names : dict
        Of arrays, by their keys.
    constants : dict of str to ndarray
        By name.
    values : dict
        Names of constants by what is in them.
    """

    def __init__(
        self,
        unique: Callable[[str], str],
        names: dict[Any, str],
        constants: dict[str, np.ndarray],
        values: dict[Any, str],
    ) -> None:
        self.unique, self.names, self.constants, self.values = unique, names, constants, values
        self.calls: list[Call] = []

    def add(self, outputs: Mapping[str, GraphArray]) -> None:
        """Record what outputs need, and the outputs under their names."""
        for node in _in_order(outputs.values(), {key[0] for key in self.names}):
            names = [self.unique(node.op) for _ in range(node.n_outputs)]
            self.names |= {(id(node), number): name for number, name in enumerate(names)}
            attributes = dict(node.attributes)
            if node.op == "Cast":
                attributes["to"] = helper.np_dtype_to_tensor_dtype(attributes["to"])
            if node.body is not None:
                attributes["body"] = self._graph(node.body)
            inputs = [self._name(array) for array in node.inputs]
            self.calls.append(Call(node.op, inputs, names, attributes))
        for name, array in outputs.items():
            self.calls.append(Call("Identity", [self._name(array)], [name], {}))

    def _name(self, array: GraphArray) -> str:
        if not isinstance(array.source, np.ndarray):
            return self.names[_key(array)]
        value = array.source
        few = value.size <= _FEW
        key = (value.dtype, value.shape, value.tobytes()) if few else id(value)
        if key not in self.values:
            self.values[key] = self.unique("constant")
            self.constants[self.values[key]] = value
        return self.values[key]

    def _graph(self, body: Body) -> GraphProto:
        """A graph within the graph; constants, and all that no step changes, are outside."""
        inputs = {self.unique("step"): array for array in body.inputs}
        outputs = {self.unique("next"): array for array in body.outputs}
        names = self.names | {_key(array): name for name, array in inputs.items()}
        inner = _Recorder(self.unique, names, self.constants, self.values)
        inner.add(outputs)
        return helper.make_graph(
            [call.as_node() for call in inner.calls],
            self.unique("body"),
            [described(name, array, rows=None) for name, array in inputs.items()],
            [described(name, array, rows=None) for name, array in outputs.items()],
        )


def described(name: str, array: GraphArray, rows: str | None = "n_rows") -> ValueInfoProto:
    """Name, type and shape of an input or an output; ``rows`` is what their number is called."""
    shape = [rows if size == ROWS else None if size < 0 else size for size in array.shape]
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), shape)


def _key(array: GraphArray) -> tuple[int, int]:
    return id(array if array.source is None else array.source), array.number


def _in_order(arrays: Iterable[GraphArray], known: set[int]) -> Iterator[Node]:
    """The nodes that arrays come from, but those that are known, each after what it needs."""
    done, waiting = set(known), [(array.source, False) for array in arrays]
    while waiting:
        node, is_ready = waiting.pop()
        if not isinstance(node, Node) or id(node) in done:
            continue
        if is_ready:
            done.add(id(node))
            yield node
        else:
            waiting += [(node, True), *((array.source, False) for array in _needed(node))]


def _needed(node: Node) -> list[GraphArray]:
    """The arrays that a node takes, those of its body from around it included."""
    if node.body is None:
        return list(node.inputs)
    inside = {id(array) for array in node.body.inputs}
    taken: list[GraphArray] = []
    for step in _in_order(node.body.outputs, set()):
        if any({id(a), id(a.source)} & inside for a in step.inputs):
            inside.add(id(step))
            taken += step.inputs
    return [*node.inputs, *(a for a in taken if not {id(a), id(a.source)} & inside)]
