"""What people try first: a default fit of scikit-learn's small tables, beside MLPRegressor.

    python benchmarks/speed/small_fits.py

Standardized columns, two components, everything else as it is by default. MLPRegressor has the
same layers, its rows as targets, and early stopping. Seconds are those of a fit in a process that
has compiled already, all in turns, the least of ``--repeats``: shared machines are only ever too
slow. Errors are squared ones of a quarter of the rows, which none has seen, over PCA's.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import warnings

import numpy as np
from sklearn import datasets
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPRegressor
from sklearn.preprocessing import StandardScaler

from benchmarks.lib.arguments import TINY, command_line, parse
from benchmarks.lib.measures import squared_error
from benchmarks.lib.results import save
from benchmarks.lib.timing import in_turns
from skautoencoder import AutoencoderTransformer

N_COMPONENTS = 2


def main():
    parser = command_line(__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    args = parse(
        parser, settings={}, max_iter=200, tables=["iris", "wine", "digits", "breast_cancer"],
        smoke={"repeats": 1, "settings": {**TINY, "max_iter": 2}, "max_iter": 2,
               "tables": ["iris"]},
    )  # fmt: skip
    warnings.simplefilter("ignore")
    found = {name: measured(name, args) for name in args.tables}
    save("small_fits", {"fits": found}, args.results)


def measured(name, args):
    """Seconds of fits to all rows, and errors of fits to three quarters of them."""
    X = getattr(datasets, f"load_{name}")().data
    X = StandardScaler().fit_transform(X)
    ours = AutoencoderTransformer(N_COMPONENTS, random_state=0, **args.settings)
    ours.fit(X)  # compiles
    mlp = same_layers(ours, args.max_iter)
    seconds = in_turns({"ours": lambda: ours.fit(X), "MLP": lambda: mlp.fit(X, X)}, args.repeats)
    n_epochs = {"ours": ours.n_iter_, "MLP": mlp.n_iter_}
    train, test = train_test_split(X, random_state=0)
    of_pca = squared_error(PCA(N_COMPONENTS).fit(train), test)
    errors = {
        "ours": squared_error(ours.fit(train), test),
        "MLP": float(np.sum((test - mlp.fit(train, train).predict(test)) ** 2)) / len(test),
    }
    row = {
        which: {
            "seconds": float(min(seconds[which])),
            "epochs": int(n_epochs[which]),
            "error": float(errors[which] / of_pca),
        }
        for which in seconds
    }
    print(name, *(f"{which}: " + ", ".join(f"{k} {v:.3g}" for k, v in told.items()) + ";"
                  for which, told in row.items()), flush=True)  # fmt: skip
    return row


def same_layers(ours, max_iter):
    """scikit-learn's network with the layers of a fitted transformer."""
    sizes = [len(bias) for bias in (*ours.encoder_.biases, *ours.decoder_.biases[:-1])]
    settings = {"early_stopping": True, "max_iter": max_iter, "random_state": 0}
    return MLPRegressor(hidden_layer_sizes=sizes, **settings)


if __name__ == "__main__":
    main()
