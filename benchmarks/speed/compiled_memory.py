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

from benchmarks.lib.memory import own_mib, peak_mib
from benchmarks.lib.processes import module, printed
from benchmarks.lib.results import save
from skautoencoder import AutoencoderTransformer

MODULE = "benchmarks.speed.compiled_memory"
N_KEPT, N_LATER = 32, 32


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--measure", choices=MEASURES, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        print(*MEASURES[args.measure]())
        return
    columns = {
        "MiB a program, the first 32": 0,
        "MiB a program, the next 32": 1,
        "MiB after jax.clear_caches()": 2,
    }
    result: dict = {}
    for name in ("sizes", "transformations", "equal factories"):
        found = printed(module(MODULE, "--measure", name))
        result[name] = {column: found[i] for column, i in columns.items()}
        print(f"{name:20s} {result[name]}", flush=True)
    weights, first, second = printed(module(MODULE, "--measure", "wide"))
    result["100 x 6,000"] = {
        "MiB of weights": weights,
        "peak MiB, first fit": first,
        "peak MiB, compiled before": second,
        "peak in weights, compiled before": second / weights,
    }
    print(result["100 x 6,000"])
    save("compiled_memory", result)


def growth(estimator):
    X = np.random.RandomState(0).standard_normal((600, 20))
    estimator(-1).fit(X)
    start = resident()
    for i in range(N_KEPT):
        estimator(i).fit(X)
    full = resident()
    for i in range(N_KEPT, N_KEPT + N_LATER):
        estimator(i).fit(X)
    later = resident()
    jax.clear_caches()
    return (full - start) / N_KEPT, (later - full) / N_LATER, resident() - start


def small(sizes=(16, 8), **settings):
    return AutoencoderTransformer(
        2, hidden_layer_sizes=sizes, max_iter=1, random_state=0, **settings
    )


def wide():
    X = np.random.RandomState(0).standard_normal((100, 6_000)).astype(np.float32)
    ours = AutoencoderTransformer(2, max_iter=3, random_state=0)
    first, second = growth_while(lambda: ours.fit(X)), growth_while(lambda: ours.fit(X))
    weights = jax.tree.leaves((ours.encoder_, ours.decoder_))
    return sum(leaf.nbytes for leaf in weights) / 2**20, first, second


MEASURES = {
    "sizes": lambda: growth(lambda i: small((18 + i, 8))),
    "transformations": lambda: growth(lambda i: small(optimizer=optax.adam(1e-3))),
    "equal factories": lambda: growth(lambda i: small(optimizer=partial(optax.adam, 1e-3))),
    "wide": wide,
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
