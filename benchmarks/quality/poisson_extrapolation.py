"""How well are held-out counts rebuilt, with rates that are held to their range and without?

    python benchmarks/quality/poisson_extrapolation.py

Twenty tables of 1,000 rows and 100 columns of counts, the exponential of three hidden numbers,
whose rows differ in total as well, and 250 held-out rows of each. Rebuilt from 4 components by
the defaults with ``loss="poisson"``; deviance a row, beside that of the columns' means. Held-out
rows differ from all that was learnt from, and a network's extrapolation goes through exp.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`


import numpy as np
from sklearn.metrics import mean_poisson_deviance

from benchmarks.lib.arguments import TINY, command_line, parse
from benchmarks.lib.results import save
from skautoencoder import AutoencoderTransformer
from skautoencoder.losses import PoissonDeviance


@dataclass(frozen=True)
class Exponential(PoissonDeviance):
    """The same with a bare exp, whatever comes out of it."""

    bounded_by_range = False


LOSSES = {"bare exp": Exponential(), "held to range": PoissonDeviance()}


def main():
    args = parse(
        command_line(__doc__), seeds=20, settings={},
        smoke={"seeds": 1, "settings": {**TINY, "max_iter": 1}},
    )  # fmt: skip
    print(f"{'seed':>4s}" + "".join(f"{name:>16s}" for name in ("column means", *LOSSES)))
    rows = {}
    for seed in range(args.seeds):
        train, test = table(seed)
        row = {"column means": deviance(test, np.broadcast_to(train.mean(axis=0), test.shape))}
        for name, loss in LOSSES.items():
            ours = AutoencoderTransformer(4, loss=loss, random_state=0, **args.settings).fit(train)
            row[name] = deviance(test, ours.inverse_transform(ours.transform(test)))
        rows[seed] = row
        print(f"{seed:4d}" + "".join(f"{value:16.5g}" for value in row.values()), flush=True)
    summary = {}
    for name in LOSSES:
        shares = [row[name] / row["column means"] for row in rows.values()]
        summary[name] = {
            "worse than the means": sum(share > 1 for share in shares),
            "worst share of the means' deviance": max(shares),
            "median deviance": float(np.median([row[name] for row in rows.values()])),
        }
        print(name, summary[name])
    save("poisson_extrapolation", {"deviance a row": rows, "summary": summary}, args.results)


def table(seed):
    rng = np.random.RandomState(seed)
    rate = np.exp(rng.randn(1250, 3) @ rng.randn(3, 100) * 0.7 + rng.randn(100))
    X = rng.poisson(rate * rng.lognormal(0, 0.5, 1250)[:, None])
    return np.split(X, [1000])


def deviance(counts, rates):
    lowest = np.finfo(np.float32).tiny
    return float(
        counts.shape[1] * mean_poisson_deviance(counts.ravel(), np.maximum(rates, lowest).ravel())
    )


if __name__ == "__main__":
    main()
