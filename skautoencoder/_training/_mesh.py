"""Where arrays go when the user has set a mesh of devices: rows apart, all else on each of them.

XLA does the rest: it adds up over the devices what is summed over the rows of a batch.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import jax
import numpy as np
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec

from skautoencoder._data._blocks import Block, PartOfBlock

_Arguments = ParamSpec("_Arguments")
_Output = TypeVar("_Output")

# The one axis of our meshes, whatever axes the user's has.
_ROWS = "rows"

# Two threads that started programs over several devices at a time could do so in another order
# on each of them, and then each device would wait for another one for ever.
_start = threading.Lock()


def mesh_set() -> Mesh | None:
    """The mesh that the user has set by ``jax.set_mesh`` in this thread, if any."""
    if jax.sharding.get_abstract_mesh().empty:
        return None
    if hasattr(jax.sharding, "get_mesh"):
        return jax.sharding.get_mesh()
    # JAX 0.6 names its devices nowhere but in an array
    return jax.device_put(np.float32(0), PartitionSpec()).sharding.mesh


def within(mesh: Mesh | None) -> AbstractContextManager:
    """A block in which that mesh is set, in whatever thread; without one, all is as it is."""
    if mesh is None:
        return nullcontext()
    # Before JAX 0.7.1 it went by another name
    enter: Any = getattr(jax, "set_mesh", None) or getattr(jax.sharding, "use_mesh", None)
    return enter(mesh)


def over_mesh(program: Callable[..., Any]) -> Callable[..., Any]:
    """The same compiled program, the rows of its blocks spread over the mesh that is set.

    Its first argument is weights. Without a mesh it is called as it is.
    """

    @wraps(program)
    def run(weights: Any, *others: Any) -> Any:
        users = mesh_set()
        if users is None:
            return program(weights, *others)
        mesh = _in_a_row(users.devices)
        with _start, within(mesh):
            spread = [_put(a, mesh) if isinstance(a, Block) else a for a in others]
            return program(_put_whole(weights, mesh), *spread)

    return run


def on_one_device(function: Callable[_Arguments, _Output]) -> Callable[_Arguments, _Output]:
    """The same function, run on the first device of the mesh that is set."""

    @wraps(function)
    def run(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> _Output:
        users = mesh_set()
        if users is None:
            return function(*arguments, **named)
        with within(_in_a_row(users.local_devices[:1])):
            return function(*arguments, **named)

    return run


def on_each_device(tree: Any) -> Any:
    """Within a program: the same arrays, whole on each device of the mesh, if there is one."""
    if jax.sharding.get_abstract_mesh().empty:
        return tree
    return jax.lax.with_sharding_constraint(tree, PartitionSpec())


def _in_a_row(devices: Any) -> Mesh:
    """A mesh of the same devices, whose arrays' places XLA finds by itself."""
    return Mesh(np.ravel(devices), (_ROWS,), axis_types=(AxisType.Auto,))


def _put_whole(weights: Any, mesh: Mesh) -> Any:
    """Weights on each device of the mesh, where they are not yet."""
    place = NamedSharding(mesh, PartitionSpec())

    def put(values: Any) -> Any:
        # Left on the host, they would be compiled for a second time when they are no more.
        if isinstance(values, jax.Array):
            return values
        return jax.make_array_from_process_local_data(place, np.asarray(values))

    return jax.tree.map(put, weights)


def _put(block: Block, mesh: Mesh) -> Block:
    """A block whose batches are cut in equal parts, one on each device of the mesh.

    A batch that cannot be is filled up with rows that weigh nothing.
    """
    place = NamedSharding(mesh, PartitionSpec(None, _ROWS))
    is_part = isinstance(block, PartOfBlock)
    n_parts = len(mesh.local_devices) if is_part else mesh.size

    def put(values: np.ndarray | None) -> Any:
        if values is None:
            return None
        n_missing = -values.shape[1] % n_parts
        if n_missing:
            values = np.pad(values, [(0, 0), (0, n_missing), *[(0, 0)] * (values.ndim - 2)])
        if is_part:
            return jax.make_array_from_process_local_data(place, values)
        return jax.make_array_from_callback(values.shape, place, lambda some: values[some])

    return Block(put(block.x), put(block.weight), block.n_steps, put(block.seen))
