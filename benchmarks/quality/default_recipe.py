"""Which defaults are best over many tables, the worst case counted before the mean.

Each candidate changes one thing in the default recipe. For each table and split the
figure is the held-out squared reconstruction error divided by that of PCA fitted on the
same training rows: below 1 is better than PCA.

    python benchmarks/quality/default_recipe.py                      # all candidates
    python benchmarks/quality/default_recipe.py --candidates default --splits 5
    python benchmarks/quality/default_recipe.py --images FOLDER      # adds MNIST and Fashion-MNIST
    python benchmarks/quality/default_recipe.py --candidates default --draw bootstrap --name NAME

``--draw`` says how often a training row is there: "bootstrap" draws as many as there are with
replacement, as bagging does, and "copies" takes the first tenth of them ten times.

FOLDER holds ``mnist-train-images-idx3-ubyte.gz`` and its Fashion-MNIST twin.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import time

import numpy as np
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split

from benchmarks.lib.arguments import TINY, command_line, parse
from benchmarks.lib.measures import squared_error
from benchmarks.lib.results import save
from benchmarks.lib.tables import tables
from skautoencoder import AutoencoderTransformer
from skautoencoder._training._recipe import Recipe

# What a candidate changes: arguments of the transformer, and numbers of its recipe.
CANDIDATES: dict[str, tuple[dict, dict]] = {
    "default": ({}, {}),
    "glorot start": ({"init": "glorot"}, {}),
    "leaves PCA for any gain": (
        {},
        {"standard_errors": 0.0, "standard_errors_without_best": -np.inf},
    ),
    "leaves PCA for 1 standard error": (
        {},
        {"standard_errors": 1.0, "standard_errors_without_best": 0.5},
    ),
    "keeps the lowest loss": ({}, {"standard_errors_between_epochs": 0.0}),
    "never cross-validates": ({}, {"least_held_out": 1}),
    "no second try": ({}, {"second_try": np.inf}),
    "a second try beside PCA's path": ({}, {"linear_of_second_try": 1.0}),
    "a second try beside a third of it": ({}, {"linear_of_second_try": 0.3}),
    "a second try without a path": ({}, {"linear_of_second_try": 0.0}),
    "a second try waits as long as the first": ({}, {"patience_steps_of_second_try": 500}),
    "patience without a minimum of steps": (
        {},
        {"patience_steps": 0, "patience_steps_of_second_try": 0},
    ),
    "no averaging": ({}, {"averaging_decay": 0.0, "average_every": 1}),
    "weight decay 0.1": ({"weight_decay": 0.1}, {}),
    "learning rate 1e-3": ({"learning_rate": 1e-3}, {}),
    "learning rate 3e-3": ({"learning_rate": 3e-3}, {}),
    "learning rate 5e-3": ({"learning_rate": 5e-3}, {}),
    "adam": ({"optimizer": "adam"}, {}),
    "adam at 1e-3": ({"optimizer": "adam", "learning_rate": 1e-3}, {}),
    "batch 128": ({"batch_size": 128}, {}),
    "relu": ({"activation": "relu"}, {}),
    "products in bfloat16": ({"precision": "bfloat16"}, {}),
}


DRAWS = {
    "once": lambda n_rows, rng: np.arange(n_rows),
    "bootstrap": lambda n_rows, rng: rng.randint(0, n_rows, n_rows),
    "copies": lambda n_rows, rng: rng.permutation(np.repeat(np.arange(max(n_rows // 10, 10)), 10)),
}


def main():
    parser = command_line(__doc__)
    parser.add_argument("--candidates", nargs="+", default=list(CANDIDATES), choices=CANDIDATES)
    parser.add_argument("--splits", type=int, default=3, help="train/test splits of small tables")
    parser.add_argument("--tables", nargs="+", help="names of some of them")
    parser.add_argument("--draw", default="once", choices=DRAWS, help="of the training rows")
    parser.add_argument("--images", help="folder with MNIST and Fashion-MNIST idx files")
    parser.add_argument("--name", default="default_recipe", help="of the result file")
    args = parse(
        parser, images="images", settings={},
        smoke={"splits": 1, "settings": {**TINY, "max_iter": 2}, "tables": ["iris"]},
    )  # fmt: skip

    data = tables(args.images)
    data = {name: data[name] for name in args.tables or data}
    results: dict = {}
    for candidate in args.candidates:
        arguments, numbers = CANDIDATES[candidate]
        start = time.perf_counter()
        results[candidate] = {}
        for name, table in data.items():
            n_splits = args.splits if is_small(table) else max(1, args.splits // 2)
            results[candidate][name] = [
                ratio_to_pca(table, split, args.settings | arguments, numbers, args.draw)
                for split in range(n_splits)
            ]
        seconds = time.perf_counter() - start
        print_summary(candidate, results[candidate], seconds)
        save(args.name, {"ratio to PCA": results}, args.results)
    if len(args.candidates) == 1:
        print_table(results[args.candidates[0]], data)


def is_small(table):
    """Whether a fit takes seconds, so that several splits can tell more than chance."""
    return table.n_train < 1000 or table.X.shape[1] < 5


def ratio_to_pca(table, split, arguments, numbers, draw):
    """Held-out squared error over PCA's, with some numbers of the recipe changed."""

    class Ablated(AutoencoderTransformer):
        _recipe = Recipe(**numbers)

    X_train, X_test = train_test_split(table.X, train_size=table.n_train, random_state=split)
    X_train = X_train[DRAWS[draw](len(X_train), np.random.RandomState(split))]
    pca = PCA(table.n_components).fit(X_train)
    ours = Ablated(table.n_components, random_state=split, **arguments)
    ours.fit(X_train)
    return squared_error(ours, X_test) / squared_error(pca, X_test)


def print_summary(candidate, by_table, seconds):
    means = np.array([np.mean(ratios) for ratios in by_table.values()])
    worst_table = max(by_table, key=lambda name: max(by_table[name]))
    print(
        f"{candidate:34s} worst {max(by_table[worst_table]):.3f} ({worst_table}), "
        f"worst mean {means.max():.3f}, geometric mean {np.exp(np.log(means).mean()):.3f}, "
        f"{seconds:.0f} s",
        flush=True,
    )


def print_table(by_table, data):
    print(f"\n{'table':24s} {'rows x columns':>14s} {'components':>10s} {'mean':>7s} {'worst':>7s}")
    for name, ratios in by_table.items():
        shape = f"{data[name].n_train} x {data[name].X.shape[1]}"
        print(
            f"{name:24s} {shape:>14s} {data[name].n_components:10d} "
            f"{np.mean(ratios):7.3f} {max(ratios):7.3f}"
        )


if __name__ == "__main__":
    main()
