"""Anomalies found by AutoencoderDetector and by others: how well, how soon, with what alarms.

    python benchmarks/quality/outliers.py --tables FOLDER

FOLDER holds .npz files of X and y (1: an anomaly), as ADBench's; without it, tables that
scikit-learn ships. PyOD and KCM come with ``pip install ".[peers]"``. Each detector learns from a
random half of the normal rows, at most 10,000, and judges the other half and all anomalies, at
most 20,000 of them drawn at random.

- **Clean.** AUROC, average precision, seconds to fit and to judge. Of ours also: the share of the
  fresh normal rows whose p-value is at most 0.05, and by Benjamini and Hochberg's rule at 10 % on
  the p-values the share of false ones among the rows flagged and the share of anomalies found. The
  rule is judged on tables that can resolve it: were all anomalies given the smallest p-value, one
  over training rows and one, it would flag them. ``plain autoencoder`` is a fit of
  AutoencoderTransformer(0.9) to the same standardized rows, and the row's error. Compiled programs
  are dropped before each fit of ours, so that each costs what it does in a new process.
- **Contaminated.** 5 % of the rows to learn from are anomalies, which are then not judged (fewer
  where that would take more than half of them). Ours are told ``contamination=0.1``.

Figures are medians over seeds, and over tables their mean; in brackets the lowest and highest mean
of a seed. Others' detectors learn from standardized rows and are left out, with a line that says
so, where they are not installed. With ``--detectors``, ``--parts`` and ``--only`` some are
measured, and what is kept of others stays.
"""

from __future__ import annotations

import sys
import warnings
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import jax
import numpy as np
from scipy.stats import false_discovery_control
from sklearn.metrics import average_precision_score, roc_auc_score

from benchmarks.lib.arguments import TINY, command_line, parse
from benchmarks.lib.outliers import rivals, split, standardized, tables
from benchmarks.lib.results import save, stored
from benchmarks.lib.timing import timed
from skautoencoder import AutoencoderDetector, AutoencoderTransformer

PLAIN = "plain autoencoder"
OURS = ("blend", "network", "kernel")
TOLD = 0.1  # the share that ours are told of, where anomalies are left in
NOT_TOLD = "kernel, not told"
CONTAMINATED = (*OURS, NOT_TOLD, "5 neighbours", "isolation forest")
RULE = 0.1  # share of false discoveries that is allowed


def main():
    parser = command_line(__doc__)
    parser.add_argument("--tables", help="folder of .npz files")
    parser.add_argument("--only", nargs="+", help="names of tables")
    parser.add_argument("--detectors", help="names, separated by semicolons")
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS)
    parser.add_argument("--seeds", type=int, default=3)
    args = parse(
        parser, settings=None,
        smoke={"seeds": 1, "only": ["wine"], "settings": {**TINY, "max_iter": 1},
               "detectors": ";".join((*CONTAMINATED, PLAIN, "PCA residual", "one-class SVM"))},
    )  # fmt: skip
    detectors = chosen(args)
    # Small tables that are shipped do not mix with a folder's.
    kept_as = "outliers" if args.tables else "outliers_shipped"
    kept = stored(kept_as, args.results)
    for name, X, anomalous in tables(args.tables, args.only):
        kept.setdefault("rows", {})[name] = numbers_of_rows(X, anomalous)
        for part in args.parts:
            found = MEASURES[part](X, anomalous, detectors, args)
            of_table = kept.setdefault(part, {}).setdefault(name, {})
            of_table |= found
            aurocs = [f"{who} {np.median(row['auroc']):.3f}" for who, row in found.items()]
            print(f"{name}, {part}: " + "  ".join(aurocs), flush=True)
        save(kept_as, kept, args.results)  # what is measured is kept, should the rest fail
    kept["summary"] = {part: summary(kept[part]) for part in PARTS if part in kept}
    figures = held_against(kept)
    for part, rows in kept["summary"].items():
        print_summary(part, rows)
    kept["bars"] = print_bars(figures)
    save(kept_as, kept, args.results)


def numbers_of_rows(X, anomalous):
    parts = split(X, anomalous, 0)
    return {
        "train": len(parts.train),
        "test": len(parts.test),
        "anomalies": int(parts.anomalous.sum()),
        "columns": X.shape[1],
    }


def chosen(args):
    """Functions from a split and a seed to scores and figures, by name and part."""
    others = rivals(args.detectors and args.detectors.split(";"))
    network = None
    if args.settings:
        network = AutoencoderTransformer(0.9, **args.settings)
    clean = {
        PLAIN: partial(plain, args.settings or {}),
        **{name: partial(ours, network, "auto", name, alarms=True) for name in OURS},
        **{name: partial(theirs, judge) for name, judge in others.items()},
    }
    contaminated = {
        **{name: partial(ours, network, TOLD, name) for name in OURS},
        NOT_TOLD: partial(ours, network, "auto", "kernel"),
        **{name: clean[name] for name in CONTAMINATED if name in others},
    }
    if args.detectors:
        names = args.detectors.split(";")
        if unknown := set(names) - set(clean) - set(contaminated):
            raise SystemExit(f"no detector is named {unknown}: {list(clean | contaminated)}")
        clean, contaminated = (
            {name: judge for name, judge in some.items() if name in names}
            for some in (clean, contaminated)
        )
    return {"clean": clean, "contaminated": contaminated}


def measured(X, anomalous, judges, seeds, share=0.0):
    """Figures of each detector, one a seed."""
    found: dict = {}
    for seed in range(seeds):
        parts = split(X, anomalous, seed, share)
        for name, judge in judges.items():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of what has not converged
                scores, figures = judge(parts, seed)
            figures |= {
                "auroc": float(roc_auc_score(parts.anomalous, scores)),
                "auprc": float(average_precision_score(parts.anomalous, scores)),
            }
            for figure, value in figures.items():
                found.setdefault(name, {}).setdefault(figure, []).append(value)
    return found


def clean(X, anomalous, detectors, args):
    return measured(X, anomalous, detectors["clean"], args.seeds)


def contaminated(X, anomalous, detectors, args):
    return measured(X, anomalous, detectors["contaminated"], args.seeds, share=0.05)


MEASURES = {"clean": clean, "contaminated": contaminated}
PARTS = tuple(MEASURES)


def theirs(judge, parts, seed):
    train, test = standardized(parts.train, parts.test)
    seconds, scores = timed(lambda: judge(train, test, seed))
    return scores, {"seconds": seconds}


def plain(settings, parts, seed):
    train, test = standardized(parts.train, parts.test)
    network = AutoencoderTransformer(0.9, random_state=seed, **settings)
    jax.clear_caches()
    to_fit, _ = timed(lambda: network.fit(train))
    to_judge, scores = timed(lambda: -network.score_samples(test))
    return scores, {"seconds": to_fit + to_judge, "seconds to fit": to_fit}


def ours(network, contamination, method, parts, seed, alarms=False):
    detector = AutoencoderDetector(
        network, method=method, contamination=contamination, random_state=seed
    )
    jax.clear_caches()
    to_fit, _ = timed(lambda: detector.fit(parts.train))
    to_judge, scores = timed(lambda: -detector.score_samples(parts.test))
    figures = {"seconds": to_fit + to_judge, "seconds to fit": to_fit}
    if alarms:
        figures |= of_p_values(np.asarray(detector.p_values(parts.test)), parts)
    return scores, figures


def of_p_values(p, parts):
    """Shares of the rows to judge that are flagged, rightly or not."""
    flagged = false_discovery_control(p) <= RULE
    false = flagged & ~parts.anomalous
    found = {
        "flagged": float(np.mean(p[~parts.anomalous] <= 0.05)),
        "false discoveries": float(false.sum() / max(flagged.sum(), 1)),
        "discovered": float(np.mean(flagged[parts.anomalous])),
    }
    smallest = 1 / (len(parts.train) + 1)
    resolved = smallest <= RULE * parts.anomalous.sum() / len(p)
    return found | {"resolved": bool(resolved)}


def summary(tables):
    """The mean over tables of each detector's figures: median over seeds, lowest, highest."""
    names = {name for of_table in tables.values() for name in of_table}
    return {
        name: of_all([of_table[name] for of_table in tables.values() if name in of_table])
        for name in sorted(names)
    }


def of_all(rows):
    found: dict = {"tables": len(rows)}
    for figure in ("auroc", "auprc"):
        means = [float(np.mean(seed)) for seed in zip(*(r[figure] for r in rows), strict=False)]
        middle = float(np.mean([np.median(row[figure]) for row in rows]))
        found[figure] = [middle, min(means), max(means)]
    found["seconds"] = float(sum(np.median(row["seconds"]) for row in rows))
    if "flagged" in rows[0]:
        found["flagged"] = float(np.mean([np.mean(row["flagged"]) for row in rows]))
        for figure in ("false discoveries", "discovered"):
            some = [np.mean(row[figure]) for row in rows if any(row["resolved"])]
            found[figure] = float(np.mean(some)) if some else None
        found["tables that resolve the rule"] = sum(any(row["resolved"]) for row in rows)
    return found


def print_summary(part, rows):
    print(
        f"\n{part:24s}{'AUROC':>8s}{'':16s}{'AUPRC':>8s}{'':16s}{'seconds':>9s}{'tables':>8s}"
        f"{'flagged':>9s}{'false':>7s}{'found':>7s}"
    )
    for name, row in sorted(rows.items(), key=lambda item: -item[1]["auroc"][0]):
        shown = "".join(
            f"{row[figure][0]:8.4f} [{row[figure][1]:.3f}, {row[figure][2]:.3f}]"
            for figure in ("auroc", "auprc")
        )
        shares = [row.get(key) for key in ("flagged", "false discoveries", "discovered")]
        alarms = "  ".join("" if share is None else f"{share:6.3f}" for share in shares)
        print(f"{name:24s}{shown}{row['seconds']:9.1f}{row['tables']:8d}   {alarms}")


# What is asked, as issue 18 puts it: a figure of `held_against`, which side, the bar.
BARS = (
    ("AUROC of blend", "at least", 0.875),
    ("AUROC of blend less that of the best rival", "at least", -0.002),
    ("blend less the better of 5 neighbours and KCM, worst of 100 rows or more", "at least", -0.05),
    ("AUROC of network", "at least", 0.865),
    ("AUROC of network less that of PyOD AutoEncoder", "at least", 0.03),
    ("fit of blend over a plain one, all tables together", "at most", 3.0),
    ("fit of blend over a plain one, median table", "at most", 3.0),
    ("fit of blend over a plain one, worst table", "at most", 3.0),
    ("fit of kernel over a plain one, all tables together", "at most", 0.5),
    ("fit of kernel over a plain one, median table", "at most", 0.5),
    ("fit of kernel over a plain one, worst table", "at most", 0.5),
    *(
        bar
        for name in OURS
        for bar in (
            (f"flagged at 5 % by {name}", "at least", 0.04),
            (f"flagged at 5 % by {name}", "at most", 0.06),
            (f"flagged at 5 % by {name}, any seed, lowest of 500 rows or more", "at least", 0.02),
            (f"flagged at 5 % by {name}, any seed, highest of 500 rows or more", "at most", 0.09),
            (f"false discoveries at 10 % by {name}", "at most", 0.10),
        )
    ),
    ("contaminated, AUROC of blend", "at least", 0.78),
    ("contaminated, blend less isolation forest, worst table", "at least", -0.05),
)


def held_against(kept):
    """The figures that bars are set for; those that were not measured are left out."""
    of = kept["summary"].get("clean", {})
    figures: dict = {f"AUROC of {name}": of[name]["auroc"][0] for name in OURS if name in of}
    tables, n_train = kept.get("clean", {}), {k: v["train"] for k, v in kept["rows"].items()}
    others = [name for name in of if name not in (*OURS, PLAIN)]
    if of_each := [
        np.mean(less) for name in others if (less := shortfalls(tables, "blend", [name]))
    ]:
        figures["AUROC of blend less that of the best rival"] = float(min(of_each))
    if less := shortfalls(tables, "network", ["PyOD AutoEncoder"]):
        figures["AUROC of network less that of PyOD AutoEncoder"] = float(np.mean(less))
    large = {name: of_table for name, of_table in tables.items() if n_train[name] >= 100}
    if less := shortfalls(large, "blend", ("5 neighbours", "KCM")):
        name = "blend less the better of 5 neighbours and KCM, worst of 100 rows or more"
        figures[name] = min(less)
    larger = [of_table for name, of_table in tables.items() if n_train[name] >= 500]
    for name in OURS:
        figures |= ratios(tables, name) | alarms(of, larger, name)
    if "blend" in (of := kept["summary"].get("contaminated", {})):
        figures["contaminated, AUROC of blend"] = of["blend"]["auroc"][0]
        if less := shortfalls(kept["contaminated"], "blend", ("isolation forest",)):
            figures["contaminated, blend less isolation forest, worst table"] = min(less)
    return figures


def shortfalls(tables, name, others):
    """By table, one detector's AUROC less the best one of some others."""
    return [
        float(np.median(of_table[name]["auroc"]) - max(np.median(r["auroc"]) for r in beside))
        for of_table in tables.values()
        if name in of_table and (beside := [of_table[o] for o in others if o in of_table])
    ]


def ratios(tables, name):
    """Seconds of one detector's fit over those of a plain one."""
    both = [
        [float(np.median(of_table[who]["seconds to fit"])) for who in (name, PLAIN)]
        for of_table in tables.values()
        if name in of_table and PLAIN in of_table
    ]
    if not both:
        return {}
    ours, plain = np.transpose(both)
    start = f"fit of {name} over a plain one, "
    return {
        f"{start}all tables together": float(ours.sum() / plain.sum()),
        f"{start}median table": float(np.median(ours / plain)),
        f"{start}worst table": float(np.max(ours / plain)),
    }


def alarms(summary, larger, name):
    if name not in summary:
        return {}
    start = f"flagged at 5 % by {name}"
    found = {start: summary[name]["flagged"]}
    if summary[name]["false discoveries"] is not None:
        found[f"false discoveries at 10 % by {name}"] = summary[name]["false discoveries"]
    if shares := [share for row in larger if name in row for share in row[name]["flagged"]]:
        found[f"{start}, any seed, lowest of 500 rows or more"] = min(shares)
        found[f"{start}, any seed, highest of 500 rows or more"] = max(shares)
    return found


def print_bars(figures):
    """Each bar beside its figure, and whether it was held."""
    print(f"\n{'':76s}{'bar':>16s}{'figure':>9s}")
    found = {}
    for what, side, bar in BARS:
        figure = figures.get(what)
        verdict = "not measured"
        if figure is not None:
            verdict = (
                "held" if (figure >= bar if side == "at least" else figure <= bar) else "missed"
            )
        found[f"{what}, {side} {bar}"] = [figure, verdict]
        shown = "" if figure is None else f"{figure:.4f}"
        print(f"{what:76s}{side:>9s}{bar:7.3f}{shown:>9s}  {verdict}")
    return found


if __name__ == "__main__":
    main()
