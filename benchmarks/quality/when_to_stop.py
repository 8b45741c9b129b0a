"""How long should early stopping wait? Rules tried on the curves of fits that ran to their end.

    python benchmarks/quality/when_to_stop.py

The tables of `default_recipe.py` with at most 2,100 rows are fitted without early stopping's
patience, six splits of those with fewer than 500. Each rule then says where it would have stopped:
told are the epochs saved, and how much better the best epoch of all is than the best before the
stop. "progress" waits for 10 epochs and 500 steps without progress (`n_iter_no_change`); the others
only for 10 epochs, where the held-out loss is some share above its best. Told besides is from how
far above its best so far a fit came back to better epochs.

Those are losses of distances. Those of probabilities are told apart: three tables with the kind
of each row beside its numbers, by a mixed loss; answers, counts and pixels.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import warnings

import numpy as np
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from benchmarks.lib.arguments import TINY, command_line, parse
from benchmarks.lib.results import save
from benchmarks.lib.tables import Table, tables
from skautoencoder import AutoencoderTransformer
from skautoencoder._training._best import best_at_start
from skautoencoder._training._recipe import Recipe
from skautoencoder.losses import MixedLoss

RISES = [np.inf, 0.05, 0.03, 0.02, 0.01, 0.005, 0.002]


def main():
    parser = command_line(__doc__)
    parser.add_argument("--splits", type=int, default=6, help="of tables of less than 500 rows")
    args = parse(
        parser, settings={}, only=None,
        smoke={"splits": 1, "settings": {**TINY, "max_iter": 3},
               "only": ["iris", "iris and its kinds"]},
    )  # fmt: skip
    warnings.simplefilter("ignore")
    found = {
        kind: figures(whole_fits(problems, args))
        for kind, problems in (("distances", of_distances()), ("probabilities", of_probabilities()))
    }
    for kind, of_kind in found.items():
        print(f"\n{kind:24s}{'epochs':>8s}{'worse fits':>12s}{'worst':>8s}")
        for rule, of_rule in of_kind["rules"].items():
            print(f"{rule:24s}" + "{:8d}{:12d}{:8.3f}".format(*of_rule.values()))
        print("came back from", of_kind["came back from"])
    save("when_to_stop", found, args.results)


def of_distances():
    """Tables, each with the settings of its fit."""
    return {name: (table, {}) for name, table in tables(None).items() if table.n_train <= 2100}


def of_probabilities():
    """The same, with losses that are of probabilities."""
    of_numbers = tables(None)
    found: dict[str, tuple[Table, dict]] = {}
    for name, load in (("iris", load_iris), ("wine", load_wine), ("cancer", load_breast_cancer)):
        X, y = load(return_X_y=True)
        kinds = np.eye(y.max() + 1)[y]
        both = np.hstack([StandardScaler().fit_transform(X), kinds])
        loss = MixedLoss(categorical=[range(X.shape[1], both.shape[1])], number_std=0.5)
        found[f"{name} and its kinds"] = Table(both, 2, 3 * len(X) // 4), {"loss": loss}
    for name, of_its_own in (("binary answers", "cross_entropy"), ("topic counts", "poisson")):
        table = of_numbers[name]
        found[name] = table, {"loss": of_its_own}
        found[f"{name}, 200 rows"] = table._replace(n_train=200), {"loss": of_its_own}
    digits = of_numbers["digits, 200 rows"]
    found["digits, 200 rows"] = digits._replace(X=digits.X / 16), {"loss": "cross_entropy"}
    return found


def whole_fits(problems, args):
    """Fits that no patience ends, several of the small tables."""
    fits = {}
    for name, (table, settings) in problems.items():
        if args.only is not None and name not in args.only:
            continue
        for split in range(args.splits if table.n_train < 500 else 1):
            fits[f"{name}, {split}"] = fit = whole_fit(table, split, settings | args.settings)
            best = int(np.argmin(fit["curve"]))
            print(f"{name}, {split}: best after {best} epochs", flush=True)
    return fits


def whole_fit(table, split, settings):
    """The held-out losses of a fit that no patience ends, and the steps of its epochs."""

    class WithoutSecondTry(AutoencoderTransformer):
        _recipe = Recipe(second_try=np.inf)

    X, _ = train_test_split(table.X, train_size=table.n_train, random_state=split)
    fitted = WithoutSecondTry(
        table.n_components, random_state=split, n_iter_no_change=np.inf, **settings
    ).fit(X)
    recipe, n_held_out = Recipe(), int(np.ceil(fitted.validation_fraction * len(X)))
    n_rows = len(X) if n_held_out < recipe.least_held_out else len(X) - n_held_out
    curve = [float(f"{loss:.6g}") for loss in fitted.validation_loss_curve_]
    return {"curve": curve, "steps": -(-n_rows // recipe.rows_a_step("auto", len(X)))}


def figures(fits):
    """What each rule would have done, and from how far above their best fits came back."""
    rules = {told(rises): outcome(fits.values(), rises) for rises in RISES}
    heights = {name: came_back_from(np.array(fit["curve"])) for name, fit in fits.items()}
    highest = sorted(heights, key=lambda name: -heights[name])[:5]
    came_back = {name: heights[name] for name in highest}
    return {"rules": rules, "came back from": came_back, "fits": fits}


def came_back_from(curve):
    """How far above its best so far, as a share, a curve was before its best epoch of all."""
    until_best = curve[: np.argmin(curve) + 1]
    return float((until_best / np.minimum.accumulate(until_best)).max() - 1)


def told(rises):
    return "progress" if np.isinf(rises) else f"{rises:.1%} above its best"


def outcome(fits, rises):
    """Epochs run in all, how many fits would have become better, and by how much the worst."""
    stops = [stop_of(fit, Recipe(rises=rises)) for fit in fits]
    curves = [fit["curve"] for fit in fits]
    ratios = [min(curve[: n + 1]) / min(curve) for curve, n in zip(curves, stops, strict=True)]
    return {
        "epochs": sum(stops),
        "worse fits": sum(ratio > 1.001 for ratio in ratios),
        "worst": float(max(ratios)),
    }


def stop_of(fit, recipe, n_iter_no_change=10):
    """The epoch that a recipe ends a fit after."""
    curve = np.array(fit["curve"])
    best = best_at_start(None, curve[:1], np.ones(1), tol=1e-4)
    for epoch, loss in enumerate(curve[1:], 1):
        best = best.after(None, np.array([loss]))
        patience = recipe.patience(n_iter_no_change, fit["steps"], of_distances=True)["patience"]
        if recipe.has_waited(best, patience, n_iter_no_change):
            return epoch
    return len(curve) - 1


if __name__ == "__main__":
    main()
