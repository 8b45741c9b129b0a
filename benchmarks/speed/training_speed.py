"""How fast training is: beside the machine's matrix products and the tools one would pick.

    python benchmarks/speed/training_speed.py

784-1000-500-250-30 and back on random rows in single precision, batch 128 and 512. The rate is
6 x weights x rows / time: what the matrix products of forward and backward pass cost, and
nothing for the rest. The limit is NumPy's rate at the same products in the same run. All tools
of `lib/peers.py` train in turns, each in a process of its own; an epoch is what a fit takes longer
for two more of them. "First epoch" is from the start of the process: import and compilation.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import time
from itertools import pairwise

import numpy as np

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.peers import ENCODERS, Peer, installed, rows, sizes
from benchmarks.lib.results import save


def main():
    parser = command_line(__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    args = parse(
        parser, workload="deep", batch_sizes=(128, 512),
        smoke={"repeats": 1, "workload": "tiny", "batch_sizes": (32,)},
    )  # fmt: skip
    names = installed()
    results: dict = {}
    for batch_size in args.batch_sizes:
        results[f"batch {batch_size}"] = table = measure(
            args.workload, batch_size, args.repeats, names
        )
        print(f"batch {batch_size:24d}  GFLOP/s   of the limit   first epoch, s")
        for name, row in table.items():
            first = row.get("first epoch, s", float("nan"))
            print(f"{name:30s} {row['GFLOP/s']:8.0f} {row['of the limit']:12.0%} {first:16.1f}")
        save("training_speed", results, args.results)  # so far: a run takes minutes


def measure(workload, batch_size, repeats, names):
    """Median rates, shares of the limit with quartiles, and the cost of starting."""
    n_rows, n_features = rows(workload).shape
    layers = sizes(ENCODERS[workload], n_features)
    peers = {name: Peer(name, workload, batch_size) for name in names}
    seconds: dict = {"NumPy's products alone": [], **{name: [] for name in peers}}
    for _ in range(repeats):
        seconds["NumPy's products alone"].append(products_alone(layers, n_rows, batch_size))
        for name, peer in peers.items():
            seconds[name].append(peer.epoch(2))
    n_operations = 6 * n_rows * sum(a * b for a, b in pairwise(layers))
    rates = {name: n_operations / np.array(t) / 1e9 for name, t in seconds.items()}
    table = {}
    for name, rate in rates.items():
        share = rate / np.median(rates["NumPy's products alone"])
        table[name] = {
            "GFLOP/s": float(np.median(rate)),
            "of the limit": float(np.median(share)),
            "quartiles": np.percentile(share, [25, 75]).tolist(),
        }
    for name, peer in peers.items():
        table[name]["first epoch, s"] = peer.first_epoch
        peer.close()
    return table


def products_alone(layers, n_rows, batch_size):
    """Seconds of one epoch's matrix products, forward and both of the backward pass."""
    rng = np.random.RandomState(0)
    weights = [rng.standard_normal(s).astype(np.float32) for s in pairwise(layers)]
    inputs = [rng.standard_normal((batch_size, n)).astype(np.float32) for n in layers]
    outputs = [
        (np.empty_like(inputs[i + 1]), np.empty_like(w), np.empty_like(inputs[i]))
        for i, w in enumerate(weights)
    ]
    start = time.perf_counter()
    for _ in range(n_rows // batch_size):
        for i, w in enumerate(weights):
            forward, of_weight, backward = outputs[i]
            np.matmul(inputs[i], w, out=forward)
            np.matmul(inputs[i].T, inputs[i + 1], out=of_weight)
            np.matmul(inputs[i + 1], w.T, out=backward)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
