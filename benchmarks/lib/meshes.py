"""How fast fits are over meshes of this process's first devices, in a process of its own.

    python -m benchmarks.lib.meshes deep 512 3 0 1 2

prints rows a second without a mesh (0), over one device and over two, medians of three in turns.
"""

from __future__ import annotations

import sys
from functools import partial

import jax
import numpy as np

from benchmarks.lib.peers import ENCODERS, ours, rows
from benchmarks.lib.timing import in_turns, medians

_EPOCHS = 2  # a fit of one epoch more than another, so that what a fit costs once cancels out


def main():
    workload, *numbers = sys.argv[1:]
    batch_size, repeats, *counts = map(int, numbers)
    X = rows(workload)
    fit = ours(X, ENCODERS[workload], batch_size)
    ways = {
        (n, epochs): partial(over, n, fit, epochs) for n in counts for epochs in (1, 1 + _EPOCHS)
    }
    for way in ways.values():
        way()  # compiles
    seconds = medians(in_turns(ways, repeats))
    for n in counts:
        print(_EPOCHS * len(X) / (seconds[n, 1 + _EPOCHS] - seconds[n, 1]))


def over(n, fit, epochs):
    """Fit over the first ``n`` devices, or without a mesh where it is 0."""
    if not n:
        return fit(epochs)
    if n > jax.device_count():
        raise SystemExit(f"There are {jax.device_count()} devices. Got {n} instead.")
    mesh = jax.sharding.Mesh(np.array(jax.devices()[:n]), ("data",))
    with jax.set_mesh(mesh):
        return fit(epochs)


if __name__ == "__main__":
    main()
