"""The reason for an anomaly, planted in one column: does `feature_scores` name it?

    python benchmarks/quality/outlier_reasons.py --tables FOLDER

FOLDER as for `benchmarks/quality/outliers.py`, whose split this takes, of at most 3,000 rows to
learn from. Of the normal rows to judge 50 are spoilt in one column, drawn at random:

- **swap**: its value becomes that of another row to judge, drawn from the normal ones whose value
  differs from the row's by at least 1, 2 or 3 standard deviations of the column (a column or row
  that has no such partner is not drawn);
- **shift**: 3 standard deviations are added or taken away (columns that do not vary are not drawn).

The figure is the share of rows whose largest score, of all columns, is that of the column that was
spoilt. Beside the detector, the residuals of AutoencoderTransformer(0.9) on the same rows, in
standard deviations of the column, and in those of the residual on the training rows. By chance one
column in all of them would be right. ``--detectors`` and ``--only`` as there.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import numpy as np

from benchmarks.lib.arguments import TINY, command_line, parse
from benchmarks.lib.outliers import split, standardized, tables
from benchmarks.lib.results import save, stored
from skautoencoder import AutoencoderDetector, AutoencoderTransformer

OURS = ("blend", "network", "kernel")
RESIDUALS, STANDARDIZED = "residuals", "standardized residuals"
BARS = {"swap": 0.80, "shift": 0.93}  # of issue 18


def main():
    parser = command_line(__doc__)
    parser.add_argument("--tables", help="folder of .npz files")
    parser.add_argument("--only", nargs="+", help="names of tables")
    parser.add_argument("--detectors", nargs="+", default=DETECTORS, choices=DETECTORS)
    parser.add_argument("--rows", type=int, default=50, help="that are spoilt in each table")
    parser.add_argument("--train", type=int, default=3_000, help="rows to learn from, at most")
    args = parse(
        parser, settings={},
        smoke={"only": ["wine"], "rows": 4, "settings": {**TINY, "max_iter": 1}},
    )  # fmt: skip
    kept_as = "outlier_reasons" if args.tables else "outlier_reasons_shipped"
    kept = stored(kept_as, args.results)
    for name, X, anomalous in tables(args.tables, args.only):
        parts = split(X, anomalous, 0, most_train=args.train)
        for way, found in of_table(parts, args).items():
            of_way = kept.setdefault(way, {}).setdefault(name, {"by chance": 1 / X.shape[1]})
            of_way |= found
            shown = "  ".join(f"{who} {share:.2f}" for who, share in found.items())
            print(f"{name}, {way}: {shown}", flush=True)
        save(kept_as, kept, args.results)
    kept["means"] = {way: means(kept[way]) for way in WAYS if way in kept}
    for way, row in kept["means"].items():
        bar = BARS[way.split(",")[0]]
        print(f"\n{way}, right in the mean over tables (bar {bar})")
        for who, share in sorted(row.items(), key=lambda item: -item[1]):
            verdict = ("held" if share >= bar else "missed") if who in OURS else ""
            print(f"  {who:24s}{share:6.3f}  {verdict}")
    save(kept_as, kept, args.results)


def of_table(parts, args):
    """The share of reasons that each detector names, by the way in which rows are spoilt."""
    normal, scale = parts.test[~parts.anomalous], parts.train.std(axis=0)
    spoilt = {
        way: spoil(normal, scale, args.rows, np.random.default_rng(0))
        for way, spoil in WAYS.items()
    }
    found: dict = {way: {} for way, (rows, _) in spoilt.items() if len(rows)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what has not converged
        for score in args.detectors:
            scores_of = DETECTORS[score](parts.train, score, args.settings)
            for way, of_way in found.items():
                rows, planted = spoilt[way]
                named = np.argmax(scores_of(rows), axis=1)
                of_way[score] = float(np.mean(named == planted))
    return found


def swapped(apart, normal, scale, n_rows, rng):
    """Rows of which one value is another row's, and the columns of these values."""
    rows: list = []
    columns: list = []
    for row in rng.permutation(normal):
        if len(rows) == n_rows:
            break
        partners = (np.abs(normal - row) >= apart * scale) & (scale > 0)
        if partners.any():
            column = rng.choice(np.flatnonzero(partners.any(axis=0)))
            partner = rng.choice(np.flatnonzero(partners[:, column]))
            row[column] = normal[partner, column]
            rows.append(row)
            columns.append(column)
    return np.array(rows), np.array(columns)


def shifted(normal, scale, n_rows, rng):
    """Rows of which one value lies 3 standard deviations off, and the columns of these values."""
    rows = rng.choice(normal, min(n_rows, len(normal)), replace=False)
    columns = rng.choice(np.flatnonzero(scale > 0), len(rows))
    rows[np.arange(len(rows)), columns] += 3 * scale[columns] * rng.choice([-1, 1], len(rows))
    return rows, columns


WAYS: dict[str, Callable] = {
    **{f"swap, {apart} sd apart": partial(swapped, apart) for apart in (1, 2, 3)},
    "shift, 3 sd": shifted,
}


def by_detector(train, score, settings):
    network = AutoencoderTransformer(0.9, **settings) if settings else None
    return AutoencoderDetector(network, method=score, random_state=0).fit(train).feature_scores


def by_residuals(train, score, settings):
    (z,) = standardized(train)
    network = AutoencoderTransformer(0.9, random_state=0, **settings).fit(z)

    def missed(rows):
        return np.abs(rows - network.inverse_transform(network.transform(rows)))

    scale = np.ones(z.shape[1])
    if score == STANDARDIZED:
        scale = np.sqrt(np.mean(missed(z) ** 2, axis=0))
        scale = np.where(scale > 0, scale, 1)
    return lambda rows: missed(standardized(train, rows)[1]) / scale


DETECTORS = {
    **dict.fromkeys(OURS, by_detector),
    **dict.fromkeys((RESIDUALS, STANDARDIZED), by_residuals),
}


def means(tables):
    """The mean over tables of each detector's share."""
    names = dict.fromkeys(name for of_table in tables.values() for name in of_table)
    return {
        name: float(np.mean([row[name] for row in tables.values() if name in row]))
        for name in names
    }


if __name__ == "__main__":
    main()
