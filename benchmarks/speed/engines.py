"""What joblib's engines cost a small grid search: threads, loky, dask, ray, two workers each.

    python benchmarks/speed/engines.py

Each engine in a process of its own; those that are not installed are left out. Seconds until both
workers have answered; of a search over 12 candidates on 5 folds of digits, 64-32-8, in workers that
are new and again; of one through 64-500-200-8, whose products use several threads, by workers that
have compiled it. Then programs that a worker has compiled, of how many workers after two searches,
and milliseconds that one more task costs. "one thread": JAX in a worker is held to one.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import json
import os
import secrets
import subprocess
import warnings
from contextlib import ExitStack
from importlib.util import find_spec

import joblib
from sklearn.model_selection import GridSearchCV

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.compilations import where
from benchmarks.lib.peers import rows
from benchmarks.lib.processes import ROOT, module
from benchmarks.lib.results import save
from benchmarks.lib.timing import timed
from skautoencoder import AutoencoderTransformer

GRID = {"learning_rate": [1e-4, 1e-3, 3e-3, 1e-2], "weight_decay": [0.0, 1e-2, 1e-1]}
FEW = {"learning_rate": [1e-3, 1e-2]}
NEEDS = {"dask": "distributed", "dask, one thread": "distributed", "ray": "ray"}
ENGINES = ("one after the other", "threading", "loky", *NEEDS)


def main():
    parser = command_line(__doc__)
    parser.add_argument("--engine", choices=ENGINES, help="measure this one, here")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--tasks", type=int, default=200)
    few = {"epochs": 1, "folds": 2, "tasks": 4, "engines": ("threading", "dask")}
    args = parse(parser, engines=ENGINES, smoke=few)
    if args.engine:
        print(json.dumps(measured(args.engine, args.epochs, args.folds, args.tasks)))
        return
    found = {}
    for name in args.engines:
        if name in NEEDS and find_spec(NEEDS[name]) is None:
            print(f"{name:20s} is not installed")
            continue
        found[name] = in_a_process(name, args)
        print(f"{name:20s}", found[name], flush=True)
    save("engines", found, args.results)


def in_a_process(name, args):
    """What `measured` finds in a new process."""
    numbers = {"--epochs": args.epochs, "--folds": args.folds, "--tasks": args.tasks}
    options = [text for pair in numbers.items() for text in pair]
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),  # of the scorer, in workers
        "RAY_AUTH_TOKEN": secrets.token_hex(32),  # else one is written at home
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    if "one thread" in name:
        environment["NPROC"] = "1"  # which XLA makes as many threads as
    argv = module("benchmarks.speed.engines", "--engine", name, *options)
    done = subprocess.run(argv, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout.splitlines()[-1])


def measured(name, n_epochs, cv, n_tasks):
    """The figures of one engine."""
    X = rows("digits")
    with ExitStack() as stack:
        start, _ = timed(lambda: begun(name, stack))
        with joblib.parallel_config(**engine(name)):
            first, found = timed(lambda: search(X, (32,), GRID, n_epochs, cv))
            second, again = timed(lambda: search(X, (32,), GRID, n_epochs, cv))
            search(X, (500, 200), FEW, 1, 2)
            wide, _ = timed(lambda: search(X, (500, 200), FEW, max(1, n_epochs // 6), 2))
            task = seconds_of_a_task(n_tasks)
        compiled = {**of_workers(found), **of_workers(again)}
    return {
        "start, seconds": start,
        "first search, seconds": first,
        "second search, seconds": second,
        "wide network, seconds": wide,
        "milliseconds a task": 1000 * task,
        "programs a worker compiled": max(compiled.values()),
        "workers in two searches": len(compiled),
    }


def engine(name):
    """What joblib is told."""
    if name == "one after the other":
        return {"backend": "threading", "n_jobs": 1}
    return {"backend": name.removesuffix(", one thread"), "n_jobs": 2}


def begun(name, stack):
    """Start two workers, and wait until both answer."""
    if name in NEEDS:
        {"dask": start_dask, "ray": start_ray}[engine(name)["backend"]](stack)
    with joblib.parallel_config(**engine(name)):
        seconds_of_a_task(2)


def start_dask(stack):
    from dask.distributed import Client, LocalCluster

    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    stack.enter_context(Client(stack.enter_context(cluster)))


def start_ray(stack):
    import ray
    from ray.util.joblib import register_ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    register_ray()
    stack.callback(ray.shutdown)


def search(X, sizes, grid, n_epochs, cv):
    """A grid search without a refit."""
    ours = AutoencoderTransformer(
        8, hidden_layer_sizes=sizes, batch_size=32, max_iter=n_epochs, random_state=0,
        n_iter_no_change=n_epochs,
    )  # fmt: skip
    return GridSearchCV(ours, grid, cv=cv, scoring=where, refit=False).fit(X)


def of_workers(search):
    """How many programs each worker had compiled when it was last heard of."""
    found = search.cv_results_
    compiled: dict = {}
    for i in range(search.n_splits_):
        names = (f"split{i}_test_process", f"split{i}_test_compiled")
        for process, number in zip(*(found[name].tolist() for name in names), strict=True):
            compiled[process] = max(number, compiled.get(process, 0))
    return compiled


def seconds_of_a_task(n_tasks):
    """Of one that does nothing, by workers that are there."""
    with joblib.Parallel(batch_size=1) as parallel:
        parallel(joblib.delayed(abs)(i) for i in range(2))
        return timed(lambda: parallel(joblib.delayed(abs)(i) for i in range(n_tasks)))[0] / n_tasks


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # engines' own, and that few epochs are few
    main()
