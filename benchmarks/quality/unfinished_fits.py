"""Does the warning of a fit that ended too early say the truth: are twice the epochs better?

    python benchmarks/quality/unfinished_fits.py

Each table is split at random into 70 % to fit to and 30 % to judge by, and fitted with the
defaults for 5 to 400 epochs. A fit that ran all of them warns or not (`Recipe.unfinished`); what
is true is the error on the fresh rows of the fit with twice as many. Kept are, of each fit, by
which share its best held-out loss fell in the last half and in the last tenth of its epochs, so
that other rules can be tried.
"""

from __future__ import annotations

import sys
import warnings
from importlib.util import find_spec
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import numpy as np
from sklearn import datasets
from sklearn.feature_extraction.image import extract_patches_2d
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from benchmarks.lib.arguments import TINY, command_line, parse
from benchmarks.lib.results import save, stored
from skautoencoder import AutoencoderTransformer
from skautoencoder._training._recipe import Recipe

_MATERIAL = 0.02  # of the error


def main():
    parser = command_line(__doc__)
    parser.add_argument("--epochs", nargs="+", type=int, default=[5, 10, 20, 40, 80, 200, 400])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--only", nargs="+", help="names of tables")
    args = parse(
        parser, settings={},
        smoke={"epochs": [2, 4], "only": ["iris"], "settings": TINY},
    )  # fmt: skip
    kept = stored("unfinished_fits", args.results)
    fits = kept.setdefault("fits", {})
    warnings.simplefilter("ignore")
    for name, (X, n_components) in tables().items():
        if args.only and name not in args.only:
            continue
        for seed, n_epochs in product(args.seeds, args.epochs):
            train, test = train_test_split(X, test_size=0.3, random_state=seed)
            ours = AutoencoderTransformer(
                n_components, max_iter=n_epochs, random_state=seed, **args.settings
            ).fit(train)
            curve = ours.validation_loss_curve_
            fits[f"{name}, {seed}, {n_epochs}"] = told(curve, n_epochs) | {
                "error": float(-ours.score_samples(test).mean())
            }
        print(name, flush=True)
        kept["found"] = found(fits)
        save("unfinished_fits", kept, args.results)
    for what, number in kept["found"].items():
        print(f"{what:50s}{number:8.3g}")


def told(curve, n_epochs):
    """What a fit's held-out losses tell."""
    best = np.minimum.accumulate(curve)
    n_run = len(best) - 1
    at_max_iter = n_run == n_epochs
    return {
        "epochs run": n_run,
        "fell in the last half": float(1 - best[-1] / best[n_run // 2]),
        "fell in the last tenth": float(1 - best[-1] / best[n_run - max(1, n_run // 10)]),
        "warned": at_max_iter and Recipe().unfinished(tuple(curve)),
    }


def found(fits):
    """Of the fits that ran all their epochs, which have one of twice as many beside them."""
    gains: dict = {True: [], False: []}
    for key, fit in fits.items():
        name, seed, n_epochs = key.split(", ")
        twice = fits.get(f"{name}, {seed}, {2 * int(n_epochs)}")
        if twice is not None and fit["epochs run"] == int(n_epochs):
            gains[fit["warned"]].append(1 - twice["error"] / fit["error"])
    warned, silent = map(np.array, (gains[True], gains[False]))
    return {
        "fits": len(warned) + len(silent),
        "warned": len(warned),
        f"of them with a gain below {_MATERIAL:.0%}": int((warned < _MATERIAL).sum()),
        "median gain where warned": float(np.median(warned)) if len(warned) else 0.0,
        "median gain where silent": float(np.median(silent)) if len(silent) else 0.0,
        "gains above 10% that were told": int((warned > 0.1).sum()),
        "gains above 10% that were not": int((silent > 0.1).sum()),
    }


def tables():
    """Rows and a number of components, by name: tables that are shipped or made."""
    rng = np.random.RandomState(0)
    t = rng.uniform(-2, 2, (600, 1))
    bent = np.hstack([t, np.sin(2 * t), np.cos(2 * t), t**2, np.tanh(3 * t)])
    bent += 0.01 * rng.standard_normal(bent.shape)
    factors, loadings = rng.standard_normal((3000, 3)), rng.standard_normal((3, 20))
    folded = np.tanh(factors @ loadings * 1.5) @ rng.standard_normal((20, 20))
    folded += 0.1 * rng.standard_normal(folded.shape)
    linear = rng.standard_normal((1000, 6)) @ rng.standard_normal((6, 15))
    linear += 0.3 * rng.standard_normal(linear.shape)
    photo = datasets.load_sample_image("china.jpg").mean(axis=2) / 255
    patches = extract_patches_2d(photo, (6, 6), max_patches=4000, random_state=0)
    wine, cancer = datasets.load_wine().data, _scaled(datasets.load_breast_cancer().data)
    digits = datasets.load_digits().data
    every = {
        "iris": (_scaled(datasets.load_iris().data), 2),
        "wine": (_scaled(wine), 2),
        "diabetes": (_scaled(datasets.load_diabetes().data), 2),
        "cancer": (cancer, 2),
        "cancer8": (cancer, 8),
        "wine_raw": (wine, 2),
        "s_curve": (datasets.make_s_curve(1000, random_state=0, noise=0.02)[0], 2),
        "swiss": (datasets.make_swiss_roll(1500, random_state=0)[0], 2),
        "curved1": (bent, 1),
        "manifold3": (folded, 3),
        "gauss": (linear, 6),
        "digits": (digits, 2),
        "digits8": (digits, 8),
        "friedman": (datasets.make_friedman1(800, random_state=0)[0], 3),
        "patches": (patches.reshape(4000, -1), 6),
        "moons1": (datasets.make_moons(500, noise=0.05, random_state=0)[0], 1),
    }
    if find_spec("palmerpenguins") is None:
        print("palmerpenguins is not installed: its table is left out")
        return every
    from palmerpenguins import load_penguins

    penguins = load_penguins().select_dtypes("number").drop(columns="year").dropna()
    return every | {"penguins": (_scaled(penguins.to_numpy()), 2)}


def _scaled(X):
    return StandardScaler().fit_transform(X)


if __name__ == "__main__":
    main()
