"""What processes that share a mesh tell each other."""

from __future__ import annotations

import pickle
from typing import Any

import jax
import numpy as np

from skautoencoder._streams._apart import ALONE, Apart
from skautoencoder._training._mesh import mesh_set, within


def apart() -> Apart:
    """Which of the processes of the mesh that is set this one is, if there are several."""
    mesh = mesh_set()
    numbers = [] if mesh is None else sorted({device.process_index for device in mesh.devices.flat})
    if len(numbers) < 2:
        return ALONE
    return Apart(numbers.index(jax.process_index()), len(numbers), _gathered)


def _gathered(value: Any) -> list[Any]:
    """What each process has for a value, in their order; all of them must ask for it."""
    from jax.experimental.multihost_utils import process_allgather

    data = np.frombuffer(pickle.dumps(value), np.uint8)
    with within(jax.sharding.Mesh(np.array(jax.devices()), ("processes",))):
        sizes = np.ravel(process_allgather(np.int32(len(data))))
        padded = np.zeros(sizes.max(), np.uint8)
        padded[: len(data)] = data
        found = process_allgather(padded)
    return [pickle.loads(row[:size].tobytes()) for row, size in zip(found, sizes, strict=True)]
