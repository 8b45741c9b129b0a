"""Data larger than memory, and how time grows with rows.

    python benchmarks/large_data.py --gigabytes 8

Memory: the resident set of a process while it fits a memory map of single-precision rows of 784
columns, above what it was before `fit`, and rows a second beside the same fit to an array in
memory of 60,000 rows. The map is a sparse file: it takes no room on disk, its rows are zeros but
for one in a thousand, and reading them costs what reading cached pages costs. The network is
784-256-128-16, one epoch, nothing held out, an array's first epoch taken off both.

Growth: seconds of an epoch from 1,000 to 1,000,000 rows of 20 columns through the default network
at batch 128, and the seconds each row takes.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from machine import save

from skautoencoder import AutoencoderTransformer

N_COLUMNS = 784


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=8)
    parser.add_argument("--largest", type=int, default=1_000_000)
    parser.add_argument("--map", help=argparse.SUPPRESS)  # the process that is measured
    args = parser.parse_args()
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
        save("large_data", result)  # so far: a run takes minutes


def memory(gigabytes):
    """Mebibytes above the start, and rows a second on disk and in memory."""
    n_rows = int(gigabytes * 2**30 / (4 * N_COLUMNS))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.npy"
        rows = np.lib.format.open_memmap(path, "w+", np.float32, (n_rows, N_COLUMNS))
        rows[::1000] = np.random.RandomState(0).uniform(size=(len(rows[::1000]), N_COLUMNS))
        rows.flush()
        del rows
        argv = [sys.executable, __file__, "--map", str(path)]
        done = subprocess.run(argv, check=True, capture_output=True, text=True)
    peak, on_disk, in_memory = map(float, done.stdout.split())
    return {
        "rows": n_rows,
        "MiB of resident set above the start": peak,
        "rows a second, memory map": on_disk,
        "rows a second, array in memory": in_memory,
        "share of the rate in memory": on_disk / in_memory,
    }


def fit_map(path):
    rows = np.load(path, mmap_mode="r")
    few = np.zeros((60_000, N_COLUMNS), np.float32)
    few[::1000] = rows[: len(few) : 1000]
    settings = {"hidden_layer_sizes": (256, 128), "batch_size": 128, "early_stopping": False}

    def fit(X, n_epochs):
        start = time.perf_counter()
        AutoencoderTransformer(16, max_iter=n_epochs, random_state=0, **settings).fit(X)
        return time.perf_counter() - start

    fit(few, 1)  # compiles
    # The map's own seconds, start at PCA and all, beside those of the array.
    rate_in_memory = len(few) / fit(few, 1)
    before, peak, done = resident(), [0], threading.Event()

    def watch():
        while not done.wait(0.02):
            peak[0] = max(peak[0], resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    seconds = fit(rows, 1)
    done.set()
    watcher.join()
    print(peak[0] - before, len(rows) / seconds, rate_in_memory)


def resident():
    """MiB of this process that are its own, without pages of the mapped file."""
    status = Path("/proc/self/status").read_text()
    return sum(
        int(line.split()[1]) / 1024
        for line in status.splitlines()
        if line.startswith(("RssAnon", "RssShmem"))
    )


def growth(largest):
    """Each number of rows, and the seconds of an epoch."""
    X = np.random.RandomState(0).standard_normal((largest, 20)).astype(np.float32)
    n_rows = 1_000
    while n_rows <= largest:
        n_epochs = max(1, 20_000 // n_rows)
        seconds = []
        for epochs in (1, 1, 1 + n_epochs):  # the first compiles
            start = time.perf_counter()
            AutoencoderTransformer(
                4, batch_size=128, max_iter=epochs, early_stopping=False, random_state=0
            ).fit(X[:n_rows])
            seconds.append(time.perf_counter() - start)
        yield n_rows, (seconds[2] - seconds[1]) / n_epochs
        n_rows *= 10


if __name__ == "__main__":
    main()
