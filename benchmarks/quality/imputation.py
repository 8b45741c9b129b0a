"""Gaps filled by AutoencoderImputer and by others: how well, in what time, and what it is for.

    python benchmarks/quality/imputation.py --tables FOLDER

- **Numbers.** 10, 30 and 50 % of the cells are hidden at random, and 30 % so that large values are
  hidden more often. Root mean square error in the hidden cells, in the deviations of the
  columns' seen values; `in sample`, and on 30 % of the rows that the imputer was not fitted to.
- **Categories.** The class of scikit-learn's tables as columns of 0 and 1, for all classes but
  one, 30 % of all cells hidden: how often is the right class the largest?
- **Afterwards.** Logistic regression on rows of which 30 % was hidden: its accuracy in
  cross-validation.

FOLDER holds .csv files whose first column is a row number and whose last is a target; without
it, tables that scikit-learn ships. GAIN is hyperimpute's, left out where that is not
installed. With ``--imputers`` and ``--shares`` some are measured, and what is kept of others stays.
"""

from __future__ import annotations

import importlib.util
import sys
import warnings
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import numpy as np
from sklearn import datasets
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.incomplete import (
    Gain,
    SoftImpute,
    hidden_at_random,
    hidden_by_value,
    read_tables,
)
from benchmarks.lib.results import save, stored
from benchmarks.lib.timing import timed
from skautoencoder import AutoencoderImputer

SHARES = ("0.1", "0.3", "0.5", "by value")
OURS, LINEAR, RIDGE, TREES = "ours", "ours, linear", "BayesianRidge", "ExtraTrees"


def imputers(settings):
    """Functions that make each imputer, by name."""
    made = {
        "mean": SimpleImputer,
        "5 neighbours": KNNImputer,
        "SoftImpute": SoftImpute,
        RIDGE: lambda: IterativeImputer(random_state=0),
        TREES: lambda: IterativeImputer(
            ExtraTreesRegressor(30, random_state=0), max_iter=5, random_state=0
        ),
        LINEAR: lambda: AutoencoderImputer(n_networks=0, n_neighbors=0, random_state=0),
        OURS: lambda: AutoencoderImputer(random_state=0, **settings),
    }
    if importlib.util.find_spec("hyperimpute") is None:
        print("GAIN is left out: hyperimpute is not installed.")
        return made
    return made | {"GAIN": Gain}


# What else the defaults might be; measured where ``--imputers`` names them.
CANDIDATES: dict[str, dict] = {
    "ours, 1 network": {"n_networks": 1},
    "ours, 5 networks": {"n_networks": 5},
    "ours, no neighbours": {"n_neighbors": 0},
    "ours, no networks": {"n_networks": 0},
    "ours, 20 passes": {"max_iter": 20},
    "ours, 5 passes": {"max_iter": 5},
    "ours, one layer": {"hidden_layer_sizes": (128,)},
    "ours, relu": {"activation": "relu"},
}


def main():
    parser = command_line(__doc__)
    parser.add_argument("--tables", help="folder of .csv files")
    parser.add_argument("--imputers", help="names, separated by semicolons")
    parser.add_argument("--shares", nargs="+", default=SHARES, help=f"of {SHARES}")
    args = parse(
        parser, settings={}, only=None,
        smoke={"shares": ("0.3",), "settings": {"max_iter": 1, "n_networks": 1}, "only": "iris",
               "imputers": f"mean;{RIDGE};{TREES};{LINEAR};{OURS}"},
    )  # fmt: skip
    made = imputers(args.settings)
    if args.imputers:
        made |= {
            name: partial(AutoencoderImputer, random_state=0, **settings)
            for name, settings in CANDIDATES.items()
        }
        made = {name: made[name] for name in args.imputers.split(";")}
    kept = stored("imputation", args.results)
    found = {
        "numbers": of_numbers(made, args),
        "categories": of_categories(made, args.only),
        "afterwards": afterwards(made, args.only),
    }
    for name, rows in found.items():
        found[name] = kept.get(name, {}) | {
            key: kept.get(name, {}).get(key, {}) | row for key, row in rows.items()
        }
    ratios = {pair: over(found["numbers"], *pair.split(" / ")) for pair in PAIRS}
    for pair, of_pair in ratios.items():
        for where, ratio in of_pair.items():
            print(f"{pair}, {where}: " + ", ".join(f"{k} {v:.3f}" for k, v in ratio.items()))
    save("imputation", {**found, "over others": ratios}, args.results)


PAIRS = (
    *(f"{OURS} / {other}" for other in (RIDGE, TREES, LINEAR, "GAIN", "SoftImpute")),
    *(f"{LINEAR} / {other}" for other in (RIDGE, TREES)),
    *(f"{name} / {OURS}" for name in CANDIDATES),
)


def of_numbers(made, args):
    """Error and seconds of each imputer, by table, share and whether rows are new."""
    found = {}
    for name, whole in read_tables(args.tables, args.only).items():
        for share in args.shares:
            for where in ("in sample", "new rows"):
                key = f"{name}, {share}, {where}"
                found[key] = errors_and_seconds(made, whole, share, where)
                shown = "  ".join(f"{n} {e:.3f} {s:.1f}s" for n, (e, s) in found[key].items())
                print(f"{key}: {shown}", flush=True)
    return found


def errors_and_seconds(made, whole, share, where):
    hide = hidden_by_value if share == "by value" else hidden_at_random
    gaps = hide(whole, 0.3 if share == "by value" else float(share), 0)
    rows = np.where(gaps, np.nan, whole)
    order = np.random.RandomState(0).permutation(len(whole))
    train = test = np.arange(len(whole))
    if where == "new rows":
        train, test = np.split(order, [int(0.7 * len(order))])
    mean, scale = np.nanmean(rows[train], axis=0), np.nanstd(rows[train], axis=0)
    keep = scale > 0
    z, truth = ((x[:, keep] - mean[keep]) / scale[keep] for x in (rows, whole))
    found = {}
    for name, make in made.items():

        def fill(make=make):
            imputer = make()
            if where == "in sample":
                return imputer.fit_transform(z)
            return imputer.fit(z[train]).transform(z[test])

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what has not converged
            seconds, filled = timed(fill)
        missed = (np.asarray(filled) - truth[test])[np.isnan(z[test])]
        found[name] = [float(np.sqrt(np.mean(missed**2))), seconds]
    return found


def over(numbers, ours, other):
    """One imputer's error over another's: geometric mean, worst; and time, all in all."""
    found = {}
    for where in ("in sample", "new rows"):
        for what in ("at random", "by value"):
            some = [
                row for key, row in numbers.items()
                if where in key and ("by value" in key) == (what == "by value")
                and ours in row and other in row
            ]  # fmt: skip
            if some:
                ratios = [row[ours][0] / row[other][0] for row in some]
                times = [row[ours][1] / row[other][1] for row in some]
                found[f"{where}, {what}"] = {
                    "geometric mean": float(np.exp(np.mean(np.log(ratios)))),
                    "worst": max(ratios),
                    "seconds, all": sum(r[ours][1] for r in some) / sum(r[other][1] for r in some),
                    "seconds, geometric mean": float(np.exp(np.mean(np.log(times)))),
                }
    return found


CLASSES = {
    "iris": datasets.load_iris,
    "wine": datasets.load_wine,
    "breast cancer": datasets.load_breast_cancer,
}


def classes(only):
    """Standardized rows and their classes, by name."""
    for name, load in CLASSES.items():
        if only in (None, name):
            X, y = load(return_X_y=True)
            yield name, StandardScaler().fit_transform(X), y


def of_categories(made, only):
    """How often the class is filled in rightly, beside the other columns."""
    found: dict = {}
    for name, X, y in classes(only):
        gaps = hidden_at_random(X, 0.3, 0)
        no_class = np.random.RandomState(1).uniform(size=len(y)) < 0.3
        of_class = np.where(no_class[:, None], np.nan, np.eye(y.max() + 1)[y, :-1])
        rows = np.hstack([np.where(gaps, np.nan, X), of_class])
        found[name] = {}
        for imputer, make in made.items():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                filled = np.asarray(make().fit_transform(rows))[no_class, X.shape[1] :]
            shares = np.column_stack([filled, 1 - filled.sum(axis=1)])
            found[name][imputer] = float(np.mean(shares.argmax(axis=1) == y[no_class]))
        print(f"classes of {name}: {found[name]}", flush=True)
    return found


def afterwards(made, only):
    """The accuracy of logistic regression on filled rows."""
    found: dict = {}
    for name, X, y in classes(only):
        X = np.where(hidden_at_random(X, 0.3, 0), np.nan, X)
        found[name] = {}
        for imputer, make in made.items():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                accuracy = cross_val_score(make_pipeline(make(), LogisticRegression()), X, y)
            found[name][imputer] = float(accuracy.mean())
        print(f"accuracy on {name}: {found[name]}", flush=True)
    return found


if __name__ == "__main__":
    main()
