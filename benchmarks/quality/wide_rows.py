"""Few wide rows, trained in the space that they span and in all their columns: error and time.

    python benchmarks/quality/wide_rows.py --images FOLDER

Held-out squared error over PCA's and seconds of a fit with the defaults, two seeds a table, in
turns. An objective that does not say it is isotropic is trained in all columns. FOLDER holds
``mnist-train-images-idx3-ubyte.gz`` and its Fashion-MNIST twin; without it, made tables alone.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import time

import numpy as np
from sklearn.decomposition import PCA

from benchmarks.lib.arguments import TINY, command_line, parse
from benchmarks.lib.images import as_rows, idx_path, read_idx
from benchmarks.lib.measures import squared_error
from benchmarks.lib.results import save
from benchmarks.lib.tables import curved_factors, linear_factors
from skautoencoder import AutoencoderTransformer
from skautoencoder.objectives import Reconstruction

_HELD_OUT = 2000


class InAllColumns(Reconstruction):
    """Rebuild each row from its code, and never where rows are turned."""


WAYS = {"span": Reconstruction(), "all columns": InAllColumns()}


def main():
    parser = command_line(__doc__)
    parser.add_argument("--images", help="folder with MNIST and Fashion-MNIST idx files")
    args = parse(
        parser, seeds=2, settings={}, tables=None, images="images",
        smoke={"seeds": 1, "settings": {**TINY, "max_iter": 1}, "tables": ["linear, 60 x 1000"]},
    )  # fmt: skip
    data = tables(args.images)
    print(f"{'table':22s}{'seed':>6s}" + "".join(f"{way:>12s}  seconds" for way in WAYS))
    rows = {}
    for name in args.tables or data:
        for seed in range(args.seeds):
            row = {way: measured(data[name], WAYS[way], seed, args.settings) for way in WAYS}
            rows[f"{name}, seed {seed}"] = row
            shown = "".join(
                f"{found['error over PCA']:12.3f} {found['seconds']:8.1f}" for found in row.values()
            )
            print(f"{name:22s}{seed:6d}" + shown, flush=True)
            save("wide_rows", {"fits": rows, "summary": summary(rows)}, args.results)
    for what, value in summary(rows).items():
        print(f"{what}: {value:.3f}")


def tables(folder):
    """Rows to learn from, held-out rows and a number of components, by name."""
    data = {}
    if folder is not None:
        for name, n_rows in (("mnist", 200), ("fashion-mnist", 200), ("mnist", 390)):
            images = read_idx(idx_path(folder, name, "train-images-idx3"))
            rows = as_rows(images[: n_rows + _HELD_OUT]).astype(np.float32)
            data[f"{name}, {n_rows} x 784"] = rows[:n_rows], rows[n_rows:], n_rows // 25
    for n_rows, n_columns in ((60, 1000), (100, 2000)):
        for kind, factors in (
            ("curved", lambda n, d: curved_factors(n, d, 2)),
            ("linear", lambda n, d: linear_factors(n, d, 5, 1.0)),
            ("bumps", bumps),
        ):
            rows = factors(n_rows + _HELD_OUT, n_columns).astype(np.float32)
            name = f"{kind}, {n_rows} x {n_columns}"
            data[name] = rows[:n_rows], rows[n_rows:], 5 if kind == "linear" else 2
    return data


def bumps(n_rows, n_columns):
    """One bump a row, anywhere along the columns, under a little noise."""
    rng = np.random.RandomState(0)
    center = rng.uniform(0.2, 0.8, (n_rows, 1))
    noise = rng.standard_normal((n_rows, n_columns))
    return np.exp(-(((np.linspace(0, 1, n_columns) - center) / 0.05) ** 2) / 2) + 0.05 * noise


def measured(table, objective, seed, settings):
    """Held-out error over PCA's, and what the fit took."""
    X, held_out, n_components = table
    pca = PCA(n_components, random_state=0).fit(X)
    start = time.perf_counter()
    ours = AutoencoderTransformer(
        n_components, objective=objective, random_state=seed, **settings
    ).fit(X)
    return {
        "seconds": time.perf_counter() - start,
        "error over PCA": squared_error(ours, held_out) / squared_error(pca, held_out),
        "epochs": ours.n_iter_,
    }


def summary(rows):
    """Geometric means of one way over the other, and the worst errors over PCA's."""
    error, seconds = (
        np.array([[row[way][what] for row in rows.values()] for way in WAYS])
        for what in ("error over PCA", "seconds")
    )
    return {
        "error, span over all columns": geometric(*error),
        "seconds, all columns over span": geometric(*seconds[::-1]),
        "worst error over PCA, span": float(error[0].max()),
        "worst error over PCA, all columns": float(error[1].max()),
    }


def geometric(ours, theirs):
    return float(np.exp(np.mean(np.log(ours / theirs))))


if __name__ == "__main__":
    main()
