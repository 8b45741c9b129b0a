"""Rows with gaps: what is filled in, the axes and the codes, beside means and imputers.

    python benchmarks/quality/gaps.py --tables FOLDER

10, 30 and 50 % of the cells are hidden at random. Figures are ratios:

- ``hidden``: root mean square error in the hidden cells, over that of IterativeImputer, whose
  default is BayesianRidge, of the conditional means that the estimator puts in gaps;
- ``axes``: error of the start's axes on whole rows over that of PCA of the whole rows, and
  ``axes, means`` that of PCA of rows filled with means;
- ``code``: distance of the codes of incomplete rows to those of the whole rows, over that of rows
  filled with means, for an autoencoder fitted to incomplete rows with the defaults.

FOLDER holds .csv files whose first column is a row number and whose last is a target; without it,
tables that scikit-learn ships. Rows are standardized.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import time
import warnings

import numpy as np
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer

from benchmarks.lib.arguments import TINY, command_line, parse
from benchmarks.lib.incomplete import hidden_at_random, read_tables
from benchmarks.lib.results import save
from skautoencoder import AutoencoderTransformer
from skautoencoder._data._filling import fit_filling
from skautoencoder._data._rows import Rows

FIGURES = ("hidden", "axes", "axes, means", "code")


def main():
    parser = command_line(__doc__)
    parser.add_argument("--tables", help="folder of .csv files")
    args = parse(
        parser, seeds=1, shares=(0.1, 0.3, 0.5), settings={}, only=None,
        smoke={"seeds": 1, "shares": (0.3,), "settings": {**TINY, "max_iter": 1}, "only": "iris"},
    )  # fmt: skip
    data = {name: standardized(X) for name, X in read_tables(args.tables, args.only).items()}
    print(f"{'table':16s}{'missing':>8s}" + "".join(f"{figure:>13s}" for figure in FIGURES))
    rows = {}
    for name, whole in data.items():
        for share in args.shares:
            found = [measured(whole, share, seed, args.settings) for seed in range(args.seeds)]
            row = {figure: float(np.mean([each[figure] for each in found])) for figure in found[0]}
            rows[f"{name}, {share:.0%}"] = row
            shown = "".join(f"{row[figure]:13.3f}" for figure in FIGURES)
            print(f"{name:16s}{share:8.0%}" + shown, flush=True)
    summary = {figure: of_all([row[figure] for row in rows.values()]) for figure in row}
    for figure, (mean, worst) in summary.items():
        print(f"{figure}: geometric mean {mean:.3f}, worst {worst:.3f}")
    save("gaps", {"ratios": rows, "geometric mean and worst": summary}, args.results)


def standardized(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)


def measured(whole, share, seed, settings):
    """The figures of one table with a share of its cells hidden."""
    gaps = hidden_at_random(whole, share, seed)
    rows = np.where(gaps, np.nan, whole)
    means = np.where(gaps, np.nanmean(rows, axis=0), whole)
    n_components = max(1, min(8, whole.shape[1] // 3))

    start = time.perf_counter()
    given = Rows(rows, np.ones(len(rows)))
    filled = fit_filling(given, np.random.default_rng(seed)).fill(rows)
    seconds = time.perf_counter() - start
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs = IterativeImputer(random_state=0).fit_transform(rows)
    their_seconds = time.perf_counter() - start

    def at_start(X):  # its own axes: nothing is learnt
        ours = AutoencoderTransformer(n_components, max_iter=1, learning_rate=1e-12, random_state=0)
        return ours.set_params(hidden_layer_sizes=(4,)).fit(X)

    best = error(PCA(n_components).fit(whole), whole)
    ours = AutoencoderTransformer(n_components, random_state=seed, **settings).fit(rows)
    codes, of_gaps, of_means = (ours.transform(X) for X in (whole, rows, means))
    return {
        "hidden": rms((filled - whole)[gaps]) / rms((theirs - whole)[gaps]),
        "axes": error(at_start(rows), whole) / best,
        "axes, means": error(PCA(n_components).fit(means), whole) / best,
        "code": rms(of_gaps - codes) / rms(of_means - codes),
        "seconds over theirs": seconds / their_seconds,
    }


def error(transformer, X):
    return rms(X - transformer.inverse_transform(transformer.transform(X))) ** 2


def rms(values):
    return float(np.sqrt(np.mean(values**2)))


def of_all(values):
    return float(np.exp(np.mean(np.log(values)))), float(max(values))


if __name__ == "__main__":
    main()
