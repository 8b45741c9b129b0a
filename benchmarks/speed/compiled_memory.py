"""What a process keeps of each program it compiles, and what a fit to few wide rows takes.

    python benchmarks/speed/compiled_memory.py

Kept: MiB of resident set that each further fit adds, each with a network of another size or an
optax transformation of its own, over fits that are kept (the first 32 programs), over later ones,
which push the first ones out, and what is left after `jax.clear_caches()`.

Wide: the peak of resident set above the start of a fit to 100 rows of 6,000 columns (the default
network), in MiB and in multiples of the weights; and of the same with compilation left out.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import argparse
import ctypes
import gc
from functools import partial

import jax
import numpy as np
import optax

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.memory import own_mib, peak_mib
from benchmarks.lib.processes import module, printed
from benchmarks.lib.results import save
from skautoencoder import AutoencoderTransformer

MODULE = "benchmarks.speed.compiled_memory"


def main():
    parser = command_line(__doc__)
    parser.add_argument("--programs", type=int, default=32, help="kept, and as many later ones")
    parser.add_argument("--columns", type=int, default=6_000, help="of the few wide rows")
    parser.add_argument("--measure", choices=[*GROWING, "wide"], help=argparse.SUPPRESS)
    smoke = {"programs": 1, "columns": 60, "growing": ["equal factories"]}
    args = parse(parser, growing=tuple(GROWING), smoke=smoke)
    if args.measure == "wide":
        print(*wide(args.columns))
    elif args.measure:
        print(*growth(GROWING[args.measure], args.programs))
    else:
        save("compiled_memory", all_of_it(args.growing, args.programs, args.columns), args.results)


def all_of_it(growing, n_programs, n_columns):
    """Each figure from a process of its own."""
    columns = (
        f"MiB a program, the first {n_programs}",
        f"MiB a program, the next {n_programs}",
        "MiB after jax.clear_caches()",
    )
    result: dict = {}
    for name in growing:
        found = printed(module(MODULE, "--measure", name, "--programs", n_programs))
        result[name] = dict(zip(columns, found, strict=True))
        print(f"{name:20s} {result[name]}", flush=True)
    found = printed(module(MODULE, "--measure", "wide", "--columns", n_columns))
    weights, first, second = found
    name = f"100 x {n_columns:,}"
    result[name] = {
        "MiB of weights": weights,
        "peak MiB, first fit": first,
        "peak MiB, compiled before": second,
        "peak in weights, compiled before": second / weights,
    }
    print(name, result[name])
    return result


def growth(estimator, n_programs):
    X = np.random.RandomState(0).standard_normal((600, 20))
    estimator(-1).fit(X)
    start = resident()
    for i in range(n_programs):
        estimator(i).fit(X)
    full = resident()
    for i in range(n_programs, 2 * n_programs):
        estimator(i).fit(X)
    later = resident()
    jax.clear_caches()
    return (full - start) / n_programs, (later - full) / n_programs, resident() - start


def small(sizes=(16, 8), **settings):
    return AutoencoderTransformer(
        2, hidden_layer_sizes=sizes, max_iter=1, random_state=0, **settings
    )


def wide(n_columns):
    X = np.random.RandomState(0).standard_normal((100, n_columns)).astype(np.float32)
    ours = AutoencoderTransformer(2, max_iter=3, random_state=0)
    first, second = growth_while(lambda: ours.fit(X)), growth_while(lambda: ours.fit(X))
    weights = jax.tree.leaves((ours.encoder_, ours.decoder_))
    return sum(leaf.nbytes for leaf in weights) / 2**20, first, second


# An estimator for each number, with a program of its own.
GROWING = {
    "sizes": lambda i: small((18 + i, 8)),
    "transformations": lambda i: small(optimizer=optax.adam(1e-3)),
    "equal factories": lambda i: small(optimizer=partial(optax.adam, 1e-3)),
}


def growth_while(run):
    """MiB of resident set above the start, at most, while it runs."""
    before = resident()
    return peak_mib(run) - before


def resident():
    """MiB of this process that are in use: what malloc holds back is given back first."""
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)
    return own_mib()


if __name__ == "__main__":
    main()
