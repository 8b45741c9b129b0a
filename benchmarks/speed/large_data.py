"""Data larger than memory: what a fit takes of memory and time, and how that grows with rows.

    python benchmarks/speed/large_data.py --gigabytes 8 --parquet-rows 20000000

Each source is fitted in a process of its own: a memory map of single-precision rows of 784 columns
through the network 784-256-128-16; a folder of Parquet files, 20 single-precision columns of random
numbers, through the default network at batch 128. Beside each stands the same fit to an array in
memory, of 60,000 or 500,000 rows. Nothing is held out. Rates are those of an epoch's rows, by the
clock of a callback from the end of the first epoch to that of the second; "before the first epoch"
are the passes for moments and PCA's axes, in seconds a million rows. Memory is the highest resident
set above what the process had before `fit`, without pages of mapped files.

The map is a sparse file: it takes no room on disk, its rows are zeros but for one in a thousand,
and reading them costs what reading cached pages costs.

Growth: seconds of an epoch from 1,000 rows on, of 20 columns in memory, through the default network
at batch 128, and the seconds each row takes.

Sparse: 100,000 rows of 50,000 columns, one entry in a thousand, one epoch of a network of 64 units.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import argparse
import tempfile
import time

import numpy as np
from scipy import sparse

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.memory import own_mib, peak_mib
from benchmarks.lib.processes import module, printed
from benchmarks.lib.results import save, stored
from skautoencoder import AutoencoderTransformer
from skautoencoder.sources import from_parquet

N_COLUMNS, N_PARQUET_COLUMNS = 784, 20
PARTS = ("map", "parquet", "growth", "sparse")


def main():
    parser = command_line(__doc__)
    parser.add_argument("--gigabytes", type=float, default=8, help="size of the map")
    parser.add_argument("--parquet-rows", type=int, default=20_000_000)
    parser.add_argument("--largest", type=int, default=10_000_000, help="rows that growth ends at")
    parser.add_argument("--sparse-rows", type=int, default=100_000)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)  # in a process of its own
    smoke = {"gigabytes": 0.002, "largest": 1_000, "parquet_rows": 3_000, "sparse_rows": 100}
    args = parse(parser, smoke=smoke)
    if args.measure:
        print(*MEASURED[args.measure[0]](args.measure[1]))
        return
    result = stored("large_data", args.results)
    if "map" in args.only:
        result["memory"] = beside_memory(write_map, "map", args.gigabytes)
    if "parquet" in args.only:
        result["parquet"] = beside_memory(write_parquet, "parquet", args.parquet_rows)
    if "sparse" in args.only:
        matrix, peak, seconds = printed(measured("sparse", args.sparse_rows))
        result["sparse"] = {
            "rows": args.sparse_rows,
            "MiB of the matrix": matrix,
            "MiB of resident set above the start": peak,
            "seconds, one epoch and PCA": seconds,
        }
    for part in ("memory", "parquet", "sparse"):
        for name, value in result.get(part, {}).items():
            print(f"{part:8s} {name:50s} {value:14,.2f}", flush=True)
    save("large_data", result, args.results)
    if "growth" in args.only:
        print(f"{'rows':>10s} {'s an epoch':>12s} {'us a row':>10s}")
        result["growth"] = {}
        for n_rows, seconds in growth(args.largest):
            print(f"{n_rows:10d} {seconds:12.4f} {1e6 * seconds / n_rows:10.2f}", flush=True)
            result["growth"][n_rows] = seconds
            save("large_data", result, args.results)  # so far: a run takes minutes


def measured(part, argument):
    return module("benchmarks.speed.large_data", "--measure", part, argument)


def beside_memory(write, part, size):
    """What a fit to a file takes, beside one to an array in memory."""
    with tempfile.TemporaryDirectory() as folder:
        n_rows = write(Path(folder), size)
        peak, before, on_disk, before_in_memory, in_memory = printed(measured(part, folder))
    return {
        "rows": n_rows,
        "MiB of resident set above the start": peak,
        "rows a second, file": on_disk,
        "rows a second, array in memory": in_memory,
        "share of the rate in memory": on_disk / in_memory,
        "s a million rows before the first epoch, file": before,
        "s a million rows before the first epoch, array in memory": before_in_memory,
    }


def write_map(folder, gigabytes):
    n_rows = int(gigabytes * 2**30 / (4 * N_COLUMNS))
    path = folder / "rows.npy"
    rows = np.lib.format.open_memmap(path, "w+", np.float32, (n_rows, N_COLUMNS))
    rows[::1000] = np.random.RandomState(0).uniform(size=(len(rows[::1000]), N_COLUMNS))
    rows.flush()
    return n_rows


def measure_map(folder):
    rows = np.load(Path(folder) / "rows.npy", mmap_mode="r")
    few = np.zeros((min(60_000, len(rows)), N_COLUMNS), np.float32)
    few[::1000] = rows[: len(few) : 1000]
    return beside(rows, len(rows), few, n_components=16, hidden_layer_sizes=(256, 128))


def write_parquet(folder, n_rows):
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(0)
    n_files = 10
    for number in range(n_files):
        X = rng.standard_normal((N_PARQUET_COLUMNS, n_rows // n_files), np.float32)
        names = [f"c{column}" for column in range(N_PARQUET_COLUMNS)]
        pq.write_table(
            pa.table(list(X), names), folder / f"{number}.parquet", row_group_size=500_000
        )
    return n_rows // n_files * n_files


def measure_parquet(folder):
    rows = from_parquet(folder)
    n_rows = sum(len(batch) for batch in rows)
    few = np.concatenate([_array(batch) for batch in from_parquet(f"{folder}/0.parquet")])
    return beside(rows, n_rows, few[:500_000], n_components=4)


def _array(batch):
    return np.column_stack([batch.column(name).to_numpy() for name in batch.column_names])


def beside(rows, n_rows, few, **settings):
    """Memory, seconds a million rows before training, and rows a second of epochs; for both."""
    two_epochs(few, **settings)  # compiles
    before_in_memory, in_memory = two_epochs(few, **settings)
    times = []
    start = own_mib()
    peak = peak_mib(lambda: times.append(two_epochs(rows, n_rows, **settings)))
    (before, on_disk) = times[0]
    return peak - start, before, on_disk, before_in_memory, in_memory


class Clock:
    """When each epoch ended: a callback."""

    def __init__(self):
        self.ends = []

    def setup(self, estimator, context):
        """Nothing to do."""

    def teardown(self, estimator, context):
        """Nothing to do."""

    def on_fit_task_begin(self, estimator, context):
        """Note when the first epoch begins."""
        if context.task_name == "epoch" and not self.ends:
            self.ends.append(time.perf_counter())

    def on_fit_task_end(self, estimator, context):
        """Note when an epoch ends."""
        if context.task_name == "epoch":
            self.ends.append(time.perf_counter())


def two_epochs(X, n_rows=None, **settings):
    """Seconds a million rows before the first epoch, and rows a second of the second one."""
    n_rows, clock, start = n_rows or len(X), Clock(), time.perf_counter()
    ours = AutoencoderTransformer(
        batch_size=128, early_stopping=False, max_iter=2, random_state=0, **settings
    )
    ours.set_callbacks(clock).fit(X)
    began, first, second = clock.ends
    return 1e6 * (began - start) / n_rows, n_rows / (second - first)


def measure_sparse(n_rows):
    n_rows, n_columns, n_entries = int(n_rows), 50_000, 50
    rng = np.random.default_rng(0)
    X = sparse.csr_array(
        (
            rng.random(n_rows * n_entries, np.float32),
            rng.integers(0, n_columns, n_rows * n_entries, np.int32),
            np.arange(0, n_rows * n_entries + 1, n_entries, dtype=np.int32),
        ),
        shape=(n_rows, n_columns),
    )
    ours = AutoencoderTransformer(10, hidden_layer_sizes=(64,), max_iter=1, random_state=0)
    start, begin = own_mib(), time.perf_counter()
    peak = peak_mib(lambda: ours.fit(X))
    seconds = time.perf_counter() - begin
    return (X.data.nbytes + X.indices.nbytes + X.indptr.nbytes) / 2**20, peak - start, seconds


MEASURED = {"map": measure_map, "parquet": measure_parquet, "sparse": measure_sparse}


def growth(largest):
    """Each number of rows, and the seconds of an epoch."""
    X = np.random.default_rng(0).standard_normal((largest, N_PARQUET_COLUMNS), np.float32)
    n_rows = 1_000
    while n_rows <= largest:
        n_epochs = max(1, 20_000 // n_rows)
        clock = Clock()
        ours = AutoencoderTransformer(
            4, batch_size=128, max_iter=1 + n_epochs, early_stopping=False, random_state=0
        )
        ours.set_callbacks(clock).fit(X[:n_rows])
        yield n_rows, (clock.ends[-1] - clock.ends[1]) / n_epochs  # the first compiles
        n_rows *= 10


if __name__ == "__main__":
    main()
