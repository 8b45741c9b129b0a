"""Which optimiser, learning rate and schedule is soonest at a given held-out error?

    python benchmarks/quality/optimizers.py --images FOLDER

Default network, start and batch size on MNIST and Fashion-MNIST (3,000 rows, with a folder of
their gzipped idx files), digits and three tables; about 3,000 steps each, none stopped early. The
goal is the error where Adam at 1e-3 along half a cosine has gone 95 % of its way from PCA's error
to its best. Seconds are of a whole fit with everything compiled, times the share of its epochs
that it took to get there. Optimisers of optax.contrib run on optax's own cosine.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`


import numpy as np
import optax
from sklearn.model_selection import train_test_split

from benchmarks.lib.arguments import TINY, command_line, parse
from benchmarks.lib.results import save
from benchmarks.lib.tables import tables
from benchmarks.lib.timing import time_to, timed
from skautoencoder import AutoencoderTransformer
from skautoencoder._training._recipe import Recipe, cosine

DATA = (
    "mnist, 3000 rows", "fashion-mnist, 3000 rows", "digits", "products", "photo patches",
    "breast cancer",
)  # fmt: skip
BATCH = 32
NEARLY = 0.95


def one_cycle(progress, rise=0.15):
    """Up along a line, then down along half a cosine (Smith & Topin 2019)."""
    down = cosine(np.clip((progress - rise) / (1 - rise), 0, 1))
    return np.minimum(progress / rise, down)


def constant(progress):
    return np.ones_like(progress)


def line(progress):
    return 1 - progress


def contributed(make, rate):
    """An optimiser of optax.contrib, which gets its learning rate for each step."""
    return lambda n_steps: make(optax.cosine_decay_schedule(rate, n_steps))


def named(optimizer, *rates):
    return {f"{optimizer}, {rate:g}": {"optimizer": optimizer, "learning_rate": rate}
            for rate in rates}  # fmt: skip


REFERENCE = "adam, 0.001"
CANDIDATES = {
    **named("adam", 1e-3, 5e-4, 2e-3, 3e-3, 5e-3, 1e-2),
    **{
        f"adam, {rate:g}, {schedule.__name__}": {"learning_rate": rate, "schedule": schedule}
        for schedule in (one_cycle, line, constant)
        for rate in (1e-3, 2e-3, 3e-3)
    },
    "adam, 0.01, one_cycle": {"learning_rate": 1e-2, "schedule": one_cycle},
    "adam, 0.003, batch 128": {"learning_rate": 3e-3, "batch_size": 128},
    "adam, 0.003, batch 128, one_cycle": {
        "learning_rate": 3e-3, "batch_size": 128, "schedule": one_cycle,
    },
    **named("nadam", 1e-3, 2e-3, 3e-3),
    **named("adabelief", 1e-3, 3e-3),
    **named("lion", 1e-4, 3e-4),
    **named("rmsprop", 3e-4, 1e-3),
    **named("sgd", 1e-2, 3e-2),
    **{
        f"muon, {rate:g}, batch {batch_size}": {
            "optimizer": contributed(optax.contrib.muon, rate), "batch_size": batch_size,
        }
        for rate, batch_size in ((3e-3, 128), (1e-2, 128), (2e-2, 512))
    },
    "ademamix, 0.001": {"optimizer": contributed(optax.contrib.ademamix, 1e-3)},
    "adopt, 0.001": {"optimizer": contributed(optax.contrib.adopt, 1e-3)},
    "schedule-free adam, 0.003": {
        "optimizer": lambda n_steps: optax.contrib.schedule_free_adamw(3e-3)
    },
    "prodigy": {"optimizer": contributed(optax.contrib.prodigy, 1.0)},
}  # fmt: skip


def main():
    parser = command_line(__doc__)
    parser.add_argument("--images", help="folder with MNIST and Fashion-MNIST idx files")
    parser.add_argument("--candidates", nargs="+", default=list(CANDIDATES), choices=CANDIDATES)
    parser.add_argument("--name", default="optimizers", help="of the result file")
    args = parse(
        parser, images="images", data=DATA, steps=3_000, settings={},
        smoke={
            "data": ["breast cancer"], "steps": 20, "settings": TINY, "candidates": [
                "adam, 0.001, one_cycle", "adam, 0.002, line", "adam, 0.003, constant",
                "adam, 0.003, batch 128", "nadam, 0.001", "muon, 0.003, batch 128",
                "ademamix, 0.001", "adopt, 0.001", "schedule-free adam, 0.003", "prodigy",
            ],
        },
    )  # fmt: skip

    data = {name: table for name, table in tables(args.images).items() if name in args.data}
    names = [REFERENCE, *(name for name in args.candidates if name != REFERENCE)]
    print(f"{'best error over the default, x its time':36s}", *(f"{d[:16]:>16s}" for d in data))
    found: dict = {}
    for name in names:
        found[name] = row = {}
        for place, table in data.items():
            curve, seconds = train(table, args.steps, **args.settings, **CANDIDATES[name])
            row[place] = compared(curve, seconds, found[REFERENCE].get(place))
        cells = [f"{cell['best'] / found[REFERENCE][p]['best']:.3f} {faster(cell):>8s}"
                 for p, cell in row.items()]  # fmt: skip
        print(f"{name:36s}", *(f"{cell:>16s}" for cell in cells), flush=True)
        save(args.name, {"candidates": found}, args.results)


def train(table, n_steps, optimizer="adam", schedule=cosine, batch_size=BATCH, **settings):
    """The held-out curve and the seconds of a fit."""
    train, test = train_test_split(table.X, train_size=table.n_train, random_state=0)
    train, test = train.astype(np.float32), test[:2_000].astype(np.float32)
    n_epochs = round(n_steps * BATCH / len(train))
    if callable(optimizer):
        optimizer = optimizer(n_epochs * -(-len(train) // batch_size))

    class Ablated(AutoencoderTransformer):
        _recipe = Recipe(schedule=schedule)

    estimator = Ablated(
        table.n_components, optimizer=optimizer, batch_size=batch_size, max_iter=1,
        n_iter_no_change=10**6, random_state=0, **settings,
    )  # fmt: skip
    estimator.fit(train, X_val=test)  # compiles
    estimator.set_params(max_iter=n_epochs)
    seconds, _ = timed(lambda: estimator.fit(train, X_val=test))
    return np.array(estimator.validation_loss_curve_), seconds


def compared(curve, seconds, default):
    """The best error, and how long it took to the goal."""
    best = float(np.nanmin(curve))
    goal = curve[0] - NEARLY * (curve[0] - best) if default is None else default["goal"]
    _, to_goal = time_to(goal, curve, seconds)
    return {
        "best": best,
        "goal": float(goal),
        "seconds of the fit": seconds,
        "seconds to the goal": to_goal,
        "faster by": default and to_goal and default["seconds to the goal"] / to_goal,
    }


def faster(cell):
    if cell["seconds to the goal"] is None:
        return "never"
    return f"{cell['faster by'] or 1:.2f}x"


if __name__ == "__main__":
    main()
