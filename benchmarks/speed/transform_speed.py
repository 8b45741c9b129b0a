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

from itertools import pairwise

import numpy as np
from sklearn.decomposition import PCA

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.peers import ENCODERS, rows
from benchmarks.lib.results import save
from benchmarks.lib.timing import in_turns, medians
from skautoencoder import AutoencoderTransformer


def main():
    parser = command_line(__doc__)
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--repeats", type=int, default=7)
    args = parse(
        parser, workload="deep", calls=2_000,
        smoke={"rows": 600, "repeats": 1, "workload": "tiny", "calls": 3},
    )  # fmt: skip
    result = {
        "one row": one_row(args.calls),
        "many rows": many_rows(args.workload, args.rows, args.repeats),
    }
    for part in result.values():
        for name, value in part.items():
            print(f"{name:44s} {value:9.2f}")
    save("transform_speed", result, args.results)


def one_row(n_calls):
    """Medians over so many calls, in turns."""
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
    seconds = medians(in_turns(ways, n_calls))
    found = {f"{name}, microseconds": 1e6 * value for name, value in seconds.items()}
    for name in list(fitted)[1:]:
        found[f"{name}, over PCA"] = seconds[name] / seconds["PCA"]
    return found


def many_rows(workload, n_rows, repeats):
    """Rates in GFLOP/s, and shares of NumPy's."""
    few, encoder = rows(workload), ENCODERS[workload]
    layers = (few.shape[1], *encoder)
    X = np.random.RandomState(0).uniform(size=(n_rows, layers[0])).astype(np.float32)
    ours = AutoencoderTransformer(
        encoder[-1],
        hidden_layer_sizes=encoder[:-1],
        max_iter=1,
        early_stopping=False,
        random_state=0,
    ).fit(X[:2_000])
    codes = ours.transform(X)
    ways = {
        "NumPy's products alone": lambda: products_alone(layers, n_rows),
        "transform": lambda: ours.transform(X),
        "inverse_transform": lambda: ours.inverse_transform(codes),
    }
    seconds = medians(in_turns(ways, repeats))
    n_operations = 2 * n_rows * sum(a * b for a, b in pairwise(layers))
    rates = {name: n_operations / value / 1e9 for name, value in seconds.items()}
    found = {f"{name}, GFLOP/s": rate for name, rate in rates.items()}
    for name in list(ways)[1:]:
        found[f"{name}, share of the limit"] = rates[name] / rates["NumPy's products alone"]
    return found


def products_alone(sizes, n_rows, n_together=512):
    rng = np.random.RandomState(0)
    weights = [rng.standard_normal(shape).astype(np.float32) for shape in pairwise(sizes)]
    layers = [rng.standard_normal((n_together, n)).astype(np.float32) for n in sizes]
    for _ in range(n_rows // n_together):
        for x, weight, out in zip(layers, weights, layers[1:], strict=False):
            np.matmul(x, weight, out=out)


if __name__ == "__main__":
    main()
