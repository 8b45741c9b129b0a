"""Data larger than memory, and how time grows with rows.

    python benchmarks/speed/large_data.py --gigabytes 8

Memory: the resident set of a process while it fits a memory map of single-precision rows of 784
columns, above what it was before `fit`, and rows a second beside the same fit to an array in
memory of 60,000 rows. The map is a sparse file: it takes no room on disk, its rows are zeros but
for one in a thousand, and reading them costs what reading cached pages costs. The network is
784-256-128-16, one epoch, nothing held out, an array's first epoch taken off both.

Growth: seconds of an epoch from 1,000 to 1,000,000 rows of 20 columns through the default network
at batch 128, and the seconds each row takes.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import argparse
import tempfile

import numpy as np

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.memory import own_mib, peak_mib
from benchmarks.lib.processes import module, printed
from benchmarks.lib.results import save
from benchmarks.lib.timing import timed
from skautoencoder import AutoencoderTransformer

N_COLUMNS = 784


def main():
    parser = command_line(__doc__)
    parser.add_argument("--gigabytes", type=float, default=8)
    parser.add_argument("--largest", type=int, default=1_000_000)
    parser.add_argument("--map", help=argparse.SUPPRESS)  # the process that is measured
    args = parse(parser, smoke={"gigabytes": 0.002, "largest": 1_000})
    if args.map:
        fit_map(args.map)
        return
    result: dict = {"memory": memory(args.gigabytes), "growth": {}}
    for name, value in result["memory"].items():
        print(f"{name:50s} {value:12.1f}", flush=True)
    print(f"{'rows':>10s} {'s an epoch':>12s} {'us a row':>10s}")
    for n_rows, seconds in growth(args.largest):
        print(f"{n_rows:10d} {seconds:12.4f} {1e6 * seconds / n_rows:10.2f}", flush=True)
        result["growth"][n_rows] = seconds
        save("large_data", result, args.results)  # so far: a run takes minutes


def memory(gigabytes):
    """Mebibytes above the start, and rows a second on disk and in memory."""
    n_rows = int(gigabytes * 2**30 / (4 * N_COLUMNS))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.npy"
        rows = np.lib.format.open_memmap(path, "w+", np.float32, (n_rows, N_COLUMNS))
        rows[::1000] = np.random.RandomState(0).uniform(size=(len(rows[::1000]), N_COLUMNS))
        rows.flush()
        del rows
        peak, on_disk, in_memory = printed(module("benchmarks.speed.large_data", "--map", path))
    return {
        "rows": n_rows,
        "MiB of resident set above the start": peak,
        "rows a second, memory map": on_disk,
        "rows a second, array in memory": in_memory,
        "share of the rate in memory": on_disk / in_memory,
    }


def fit_map(path):
    rows = np.load(path, mmap_mode="r")
    few = np.zeros((min(60_000, len(rows)), N_COLUMNS), np.float32)
    few[::1000] = rows[: len(few) : 1000]
    settings = {"hidden_layer_sizes": (256, 128), "batch_size": 128, "early_stopping": False}

    def fit(X, n_epochs):
        ours = AutoencoderTransformer(16, max_iter=n_epochs, random_state=0, **settings)
        return timed(lambda: ours.fit(X))[0]

    fit(few, 1)  # compiles
    # The map's own seconds, start at PCA and all, beside those of the array.
    rate_in_memory = len(few) / fit(few, 1)
    before, seconds = own_mib(), []
    peak = peak_mib(lambda: seconds.append(fit(rows, 1)))
    print(peak - before, len(rows) / seconds[0], rate_in_memory)


def growth(largest):
    """Each number of rows, and the seconds of an epoch."""
    X = np.random.RandomState(0).standard_normal((largest, 20)).astype(np.float32)
    n_rows = 1_000
    while n_rows <= largest:
        n_epochs = max(1, 20_000 // n_rows)
        seconds = []
        for epochs in (1, 1, 1 + n_epochs):  # the first compiles
            ours = AutoencoderTransformer(
                4, batch_size=128, max_iter=epochs, early_stopping=False, random_state=0
            )
            seconds.append(timed(lambda: ours.fit(X[:n_rows]))[0])  # noqa: B023
        yield n_rows, (seconds[2] - seconds[1]) / n_epochs
        n_rows *= 10


if __name__ == "__main__":
    main()
