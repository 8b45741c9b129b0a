"""How fast a grid search is: compilations, threads, halving, and the same grid elsewhere.

    python benchmarks/speed/search_speed.py

Digits through 64-32-8 and back, batch 32, 5 folds. First 12 candidates of numbers, 30 epochs
each, in this process: GridSearchCV with one thread and with two, AutoencoderSearchCV, MLPRegressor
and skorch (where installed). Then 24 candidates of up to 200 epochs with early stopping:
GridSearchCV beside AutoencoderSearchCV with halving, on digits, Fashion-MNIST's first 3,000 images
(with a folder) and made data, with the score of the model each chooses on rows neither has seen.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import warnings

import jax
import joblib
import numpy as np
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.neural_network import MLPRegressor

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.images import as_rows, idx_path, read_idx
from benchmarks.lib.peers import can_run, rows, sizes, torch_module
from benchmarks.lib.results import save
from benchmarks.lib.timing import in_turns, medians, timed
from skautoencoder import AutoencoderSearchCV, AutoencoderTransformer

GRID = {"learning_rate": [1e-4, 1e-3, 3e-3, 1e-2], "weight_decay": [0.0, 1e-2, 1e-1]}
LARGE_GRID = {
    "learning_rate": [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2],
    "weight_decay": [0.0, 1e-2, 1e-1, 1.0],
}
FEW = {"learning_rate": [1e-4, 1e-3, 1e-2], "weight_decay": [0.0]}


def main():
    parser = command_line(__doc__)
    parser.add_argument("--images", help="folder with Fashion-MNIST's gzipped idx files")
    parser.add_argument("--repeats", type=int, default=3)
    args = parse(
        parser, images="images", rows=None, grids=(GRID, LARGE_GRID), epochs=(30, 200),
        folds=(5, 3),
        smoke={
            "repeats": 1, "rows": 80, "grids": (FEW, FEW), "epochs": (1, 4), "folds": (2, 2),
        },
    )  # fmt: skip
    (grid, large_grid), (n_epochs, n_long), (cv, cv_long) = args.grids, args.epochs, args.folds
    digits = rows("digits")[: args.rows]
    table: dict = {}
    result = {
        "12 candidates": small_grid(digits, grid, n_epochs, cv, args.repeats),
        "24 candidates, halving": table,
    }
    for name, value in result["12 candidates"].items():
        print(f"{name:58s} {value:8.2f}", flush=True)
    for name, X in tables(args.images).items():
        table[name] = row = halving(X[: args.rows], large_grid, n_long, cv_long)
        print(name, {key: round(value, 4) for key, value in row.items()}, flush=True)
        save("search_speed", result, args.results)  # so far: a run takes minutes


def small_grid(X, grid, n_epochs, cv, repeats):
    """Seconds, medians in turns; the first search compiles."""
    ours = AutoencoderTransformer(
        8, hidden_layer_sizes=(32,), batch_size=32, max_iter=n_epochs, random_state=0,
        n_iter_no_change=n_epochs,
    )  # fmt: skip
    compiled: list = []
    jax.monitoring.register_event_duration_secs_listener(
        lambda event, *_, **__: compiled.append(1) if "backend_compile" in event else None
    )
    cold, _ = timed(lambda: GridSearchCV(ours, grid, cv=cv).fit(X))
    n_programs = len(compiled)
    searches = {
        "GridSearchCV": lambda: grid_search(ours, grid, cv, 1).fit(X),
        "GridSearchCV, n_jobs=2, threads": lambda: grid_search(ours, grid, cv, 2).fit(X),
        "AutoencoderSearchCV": lambda: AutoencoderSearchCV(ours, grid, cv=cv).fit(X),
        "AutoencoderSearchCV, n_jobs=2": lambda: AutoencoderSearchCV(
            ours, grid, cv=cv, n_jobs=2
        ).fit(X),
        "AutoencoderSearchCV, batched": lambda: AutoencoderSearchCV(
            ours, grid, cv=cv, batch=True
        ).fit(X),
    }
    searches["AutoencoderSearchCV, batched"]()  # compiles
    seconds = medians(in_turns(searches, repeats))
    warm = timed(lambda: grid_search(ours, grid, cv, 1).fit(X))[1]
    fits = float(warm.cv_results_["mean_fit_time"].sum() * cv + warm.refit_time_)
    compilation = cold - seconds["GridSearchCV"]
    seconds = {
        "programs compiled": n_programs,
        "cold GridSearchCV": cold,
        "cold over (compilation + sum of warm fits)": cold / (compilation + fits),
        **seconds,
        "two threads are faster by": seconds["GridSearchCV"]
        / seconds["GridSearchCV, n_jobs=2, threads"],
    }
    for name, search in peers(X, grid, n_epochs, cv).items():
        seconds[f"GridSearchCV over {name}"] = timed(search)[0]
    return seconds


def grid_search(estimator, grid, cv, n_jobs):
    class Threaded(GridSearchCV):
        def fit(self, X):
            with joblib.parallel_config(backend="threading"):
                return super().fit(X)

    return Threaded(estimator, grid, cv=cv, n_jobs=n_jobs)


def peers(X, grid, n_epochs, cv):
    """The same grid over the same number of epochs, nothing held out."""
    mlp = MLPRegressor(
        hidden_layer_sizes=(32, 8, 32), batch_size=32, max_iter=n_epochs, n_iter_no_change=10**6
    )
    mlp_grid = {"learning_rate_init": grid["learning_rate"], "alpha": grid["weight_decay"]}
    found = {"MLPRegressor": lambda: GridSearchCV(mlp, mlp_grid, cv=cv).fit(X, X)}
    if can_run("skorch", "skorch", "torch"):
        import torch
        from skorch import NeuralNetRegressor

        net = NeuralNetRegressor(
            torch_module(sizes((32, 8), X.shape[1])), optimizer=torch.optim.Adam,
            max_epochs=n_epochs, batch_size=32, train_split=None, verbose=0,
            iterator_train__shuffle=True,
        )  # fmt: skip
        net_grid = {"lr": grid["learning_rate"], "optimizer__weight_decay": grid["weight_decay"]}
        found["skorch"] = lambda: GridSearchCV(
            net, net_grid, cv=cv, scoring="neg_mean_squared_error"
        ).fit(X, X)
    return found


def tables(images):
    """Data to search on."""
    rng = np.random.RandomState(0)
    t = rng.standard_normal((1_500, 3))
    made = np.tanh(t @ rng.standard_normal((3, 40))) + np.sin(t @ rng.standard_normal((3, 40)))
    found = {"digits": rows("digits"), "made of three factors": made.astype(np.float32)}
    if images:
        pixels = read_idx(idx_path(images, "fashion-mnist", "train-images-idx3"))[:3_000]
        found["Fashion-MNIST"] = as_rows(pixels) / np.float32(255)
    return found


def halving(X, grid, n_epochs, cv):
    """Both searches on three quarters of the rows, and their models on the rest."""
    train, test = train_test_split(X, random_state=0)
    estimator = AutoencoderTransformer(
        8, hidden_layer_sizes=(32,), batch_size=32, max_iter=n_epochs, random_state=0
    ).fit(train)
    whole, theirs = timed(lambda: GridSearchCV(estimator, grid, cv=cv).fit(train))
    search = AutoencoderSearchCV(estimator, grid, cv=cv, halving_factor=3)
    halved, ours = timed(lambda: search.fit(train))
    return {
        "GridSearchCV, seconds": whole,
        "halving, seconds": halved,
        "faster by": whole / halved,
        "score of GridSearchCV's model": theirs.score(test),
        "score of halving's model": ours.score(test),
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # of MLPRegressor, that it has not converged
    main()
