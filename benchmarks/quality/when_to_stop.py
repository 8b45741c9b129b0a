"""How long should early stopping wait? Rules tried on the curves of fits that ran to their end.

    python benchmarks/quality/when_to_stop.py

The tables of `default_recipe.py` with at most 2,100 rows are fitted without early stopping's
patience, six splits of those with fewer than 500. Each rule then says where it would have stopped:
told are the epochs saved, and how much better the best epoch of all is than the best before the
stop. "progress" waits for 10 epochs and 500 steps without progress (`n_iter_no_change`); the others
only for 10 epochs, where the held-out loss is some share above its best. Told besides is from how
far above its best so far a fit came back to better epochs.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import warnings

import numpy as np
from sklearn.model_selection import train_test_split

from benchmarks.lib.arguments import TINY, command_line, parse
from benchmarks.lib.results import save
from benchmarks.lib.tables import tables
from skautoencoder import AutoencoderTransformer
from skautoencoder._training._best import best_at_start
from skautoencoder._training._recipe import Recipe

RISES = [np.inf, 0.05, 0.03, 0.02, 0.01, 0.005, 0.002]


def main():
    parser = command_line(__doc__)
    parser.add_argument("--splits", type=int, default=6, help="of tables of less than 500 rows")
    args = parse(
        parser, settings={}, only=None,
        smoke={"splits": 1, "settings": {**TINY, "max_iter": 3}, "only": ["iris"]},
    )  # fmt: skip
    warnings.simplefilter("ignore")
    fits = {}
    for name, table in tables(None).items():
        if table.n_train <= 2100 and (args.only is None or name in args.only):
            for split in range(args.splits if table.n_train < 500 else 1):
                fits[f"{name}, {split}"] = fit = whole_fit(table, split, args.settings)
                best = int(np.argmin(fit["curve"]))
                print(f"{name}, {split}: best after {best} epochs", flush=True)
    found = figures(fits)
    print(f"\n{'rule':24s}{'epochs':>8s}{'worse fits':>12s}{'worst':>8s}")
    for rule, of_rule in found["rules"].items():
        print(f"{rule:24s}" + "{:8d}{:12d}{:8.3f}".format(*of_rule.values()))
    print("came back from", found["came back from"])
    save("when_to_stop", found | {"fits": fits}, args.results)


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
    return {"rules": rules, "came back from": {name: heights[name] for name in highest}}


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
        patience = recipe.patience(n_iter_no_change, fit["steps"])["patience"]
        if recipe.has_waited(best, patience, n_iter_no_change):
            return epoch
    return len(curve) - 1


if __name__ == "__main__":
    main()
