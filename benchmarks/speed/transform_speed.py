"""How fast codes are: one row beside PCA, and many beside the machine's matrix products.

    python benchmarks/speed/transform_speed.py

The latency of `transform` for one row, on digits at 8 components; and the share of NumPy's rate
at the same products, 512 rows at a time, that `transform` and `inverse_transform` reach on 60,000
rows through 784-1000-500-250-30. All in turns, medians.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import argparse
from itertools import pairwise

import numpy as np
from sklearn.decomposition import PCA

from benchmarks.lib.peers import ENCODERS, rows
from benchmarks.lib.results import save
from benchmarks.lib.timing import in_turns, medians
from skautoencoder import AutoencoderTransformer

SIZES = (784, *ENCODERS["deep"])
N_WEIGHTS = sum(a * b for a, b in pairwise(SIZES))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--repeats", type=int, default=7)
    args = parser.parse_args()
    result = {"one row": one_row(), "many rows": many_rows(args.rows, args.repeats)}
    for part in result.values():
        for name, value in part.items():
            print(f"{name:44s} {value:9.2f}")
    save("transform_speed", result)


def one_row():
    """Medians over 2,000 calls, in turns."""
    X = rows("digits")
    fitted = {
        "PCA": PCA(8).fit(X),
        "default network": AutoencoderTransformer(8, max_iter=2).fit(X),
        "64-32-8": AutoencoderTransformer(8, hidden_layer_sizes=(32,), max_iter=2).fit(X),
    }
    ways = {
        name: lambda transformer=transformer: transformer.transform(X[:1])
        for name, transformer in fitted.items()
    }
    seconds = medians(in_turns(ways, 2_000))
    found = {f"{name}, microseconds": 1e6 * value for name, value in seconds.items()}
    for name in list(fitted)[1:]:
        found[f"{name}, over PCA"] = seconds[name] / seconds["PCA"]
    return found


def many_rows(n_rows, repeats):
    """Rates in GFLOP/s, and shares of NumPy's."""
    X = np.random.RandomState(0).uniform(size=(n_rows, 784)).astype(np.float32)
    ours = AutoencoderTransformer(
        30, hidden_layer_sizes=SIZES[1:-1], max_iter=1, early_stopping=False, random_state=0
    ).fit(X[:2_000])
    codes = ours.transform(X)
    ways = {
        "NumPy's products alone": lambda: products_alone(n_rows),
        "transform": lambda: ours.transform(X),
        "inverse_transform": lambda: ours.inverse_transform(codes),
    }
    seconds = medians(in_turns(ways, repeats))
    rates = {name: 2 * N_WEIGHTS * n_rows / value / 1e9 for name, value in seconds.items()}
    found = {f"{name}, GFLOP/s": rate for name, rate in rates.items()}
    for name in list(ways)[1:]:
        found[f"{name}, share of the limit"] = rates[name] / rates["NumPy's products alone"]
    return found


def products_alone(n_rows, n_together=512):
    rng = np.random.RandomState(0)
    weights = [rng.standard_normal(shape).astype(np.float32) for shape in pairwise(SIZES)]
    layers = [rng.standard_normal((n_together, n)).astype(np.float32) for n in SIZES]
    for _ in range(n_rows // n_together):
        for x, weight, out in zip(layers, weights, layers[1:], strict=False):
            np.matmul(x, weight, out=out)


if __name__ == "__main__":
    main()
