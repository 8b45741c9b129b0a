"""How fast training is on a GPU: beside PyTorch, beside its own program, searches, host's memory.

    python benchmarks/speed/gpu.py

784-1000-500-250-30 and back on random rows in single precision, batch 128, 512 and 4,096, beside
PyTorch (eager, with fused Adam, compiled), whose rows are all on the device from the start, each
tool in a process of its own, in turns. "Of the program alone" is beside the compiled program that
works through one block over and over, which is on the device already: what is missing to 1 is
making blocks and bringing them there, as far as that is not done while the device trains. Then a
search whose fits are batched beside one in turns, and how much the host's memory grows in a fit.

No result is kept yet: it has not met a GPU. Where there is none it measures the CPU, and says so.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import os

# Else each process of JAX takes three quarters of the device's memory for itself.
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")

import jax
import numpy as np

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.memory import own_mib, peak_mib
from benchmarks.lib.peers import ENCODERS, Peer, installed, ours, rows
from benchmarks.lib.results import save
from benchmarks.lib.timing import in_turns, medians, timed
from skautoencoder import AutoencoderSearchCV, AutoencoderTransformer
from skautoencoder._training._execution import Alone, beside

GRID = {"learning_rate": [1e-4, 3e-4, 1e-3, 3e-3], "weight_decay": [0.0, 1e-2, 1e-1]}


def main():
    parser = command_line(__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    args = parse(
        parser, workload="large", batch_sizes=(128, 512, 4096), grid=GRID, epochs=30,
        smoke={
            "repeats": 1, "workload": "tiny", "batch_sizes": (32,), "epochs": 1,
            "grid": {"learning_rate": [1e-4, 1e-3]},
        },
    )  # fmt: skip
    device = jax.devices()[0]
    print(f"{device.platform}: {device.device_kind}", flush=True)
    if device.platform == "cpu":
        print("JAX finds no GPU: these are figures of the CPU")
    names = [name for name in installed() if name.startswith(("AutoencoderTr", "PyTorch"))]
    result: dict = {"device": device.device_kind, "rows a second": {}}
    for batch_size in args.batch_sizes:
        rates = against_pytorch(args.workload, batch_size, args.repeats, names)
        alone = program_alone(args.workload, batch_size, args.repeats)
        share = rates["AutoencoderTransformer"] / alone
        rates |= {"the program alone": alone, "of the program alone": share}
        result["rows a second"][f"batch {batch_size}"] = rates
        for name, rate in rates.items():
            print(f"batch {batch_size:5d}  {name:24s} {rate:14,.2f}", flush=True)
        save("gpu", result, args.results)  # so far
    result["search, seconds"] = search(args.grid, args.epochs, args.repeats)
    result["host's memory, MiB"] = growth(args.workload, args.batch_sizes[-1])
    for name in ("search, seconds", "host's memory, MiB"):
        print(name, {key: round(value, 2) for key, value in result[name].items()})
    save("gpu", result, args.results)


def against_pytorch(workload, batch_size, repeats, names):
    """Rows a second of each tool, medians in turns."""
    peers = {name: Peer(name, workload, batch_size) for name in names}
    seconds: dict = {name: [] for name in names}
    for _ in range(repeats):
        for name, peer in peers.items():
            seconds[name].append(peer.epoch(2))
    for peer in peers.values():
        peer.close()
    n_rows = len(rows(workload))
    return {name: float(n_rows / np.median(found)) for name, found in seconds.items()}


class _Again(Alone):
    """Trains the first block of a fit over and over, from the device, and notes how fast."""

    def __init__(self, repeats):
        self.repeats, self.rates = repeats, []

    def train_block(self, program, arguments):
        weights, block, *others = arguments
        if not self.rates:
            block = block._replace(x=jax.device_put(block.x), weight=jax.device_put(block.weight))
            for _ in range(1 + self.repeats):  # of which the first compiles
                seconds, (weights, *_) = timed(
                    lambda: jax.block_until_ready(program.one(weights, block, *others))  # noqa: B023
                )
                self.rates.append(np.count_nonzero(block.weight) / seconds)
        return program.one(weights, block, *others)


def program_alone(workload, batch_size, repeats):
    """Rows a second of the compiled program, its block on the device."""
    again = _Again(repeats)
    with beside(again):
        ours(rows(workload), ENCODERS[workload], batch_size)(1)
    return float(np.median(again.rates[1:]))


def search(grid, n_epochs, repeats):
    """Seconds of a search over digits, batched and in turns, after one that compiles."""
    estimator = AutoencoderTransformer(
        8, hidden_layer_sizes=(32,), batch_size=32, max_iter=n_epochs, early_stopping=False,
        random_state=0,
    )  # fmt: skip
    X = rows("digits")
    ways = {
        name: AutoencoderSearchCV(estimator, grid, cv=5, batch=batch, refit=False)
        for name, batch in {"batched": True, "in turns": False}.items()
    }
    fits = {name: lambda way=way: way.fit(X) for name, way in ways.items()}
    for fit in fits.values():
        fit()
    return medians(in_turns(fits, repeats))


def growth(workload, batch_size):
    """MiB that a fit adds to this process at its peak, beside the rows themselves."""
    X = rows(workload)
    before = own_mib()
    peak = peak_mib(lambda: ours(X, ENCODERS[workload], batch_size)(1))
    return {"rows": X.nbytes / 2**20, "added by a fit": peak - before}


if __name__ == "__main__":
    main()
