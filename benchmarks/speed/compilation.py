"""What it takes to compile the programs of a fit, by objective, and an array of random numbers.

    python benchmarks/speed/compilation.py

By objective: seconds of CPU that a first fit of a small network takes more than a second one, the
median over networks. Draws: seconds of CPU to compile, and milliseconds to run, of normal numbers
that JAX draws in a shape, and of the same drawn flat, as the package does.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import time

import jax
import numpy as np

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.results import save
from skautoencoder import AutoencoderTransformer
from skautoencoder._draws import normal, same_key
from skautoencoder.objectives import OBJECTIVES

SHAPES = [(64, 8), (32, 5), (3, 32, 5), (128, 784)]
DRAWS = {"in shape": jax.random.normal, "flat": normal}
RUNS = 100


def main():
    parser = command_line(__doc__)
    parser.add_argument("--networks", type=int, default=5)
    smoke = {"networks": 1, "shapes": SHAPES[:1], "objectives": ["reconstruction"]}
    args = parse(parser, shapes=SHAPES, objectives=list(OBJECTIVES), smoke=smoke)
    objectives: dict = {}
    draws: dict = {}
    cpu_seconds_of_fits("reconstruction", (16,))  # what the first program of a process takes
    for name in args.objectives:
        found = [cpu_seconds_of_fits(name, (17 + i, 8)) for i in range(args.networks)]
        seconds = float(np.median([first - second for first, second in found]))
        objectives[name] = seconds
        print(f"{name:16s} {seconds:.2f} s", flush=True)
    for shape in args.shapes:
        drawn = {how: draw(function, shape) for how, function in DRAWS.items()}
        print(shape, {how: f"{each[0]:.2f} s, {each[1]:.2f} ms" for how, each in drawn.items()})
        draws[str(shape)] = drawn
    save("compilation", {"CPU seconds by objective": objectives, "draws": draws}, args.results)


def cpu_seconds_of_fits(objective, sizes):
    """Those of two fits of one network to the same rows."""
    X = np.random.RandomState(0).standard_normal((200, 5))
    ours = AutoencoderTransformer(
        2, hidden_layer_sizes=sizes, objective=objective, max_iter=1, random_state=0
    )
    seconds = []
    for _ in range(2):
        start = time.process_time()
        ours.fit(X)
        seconds.append(time.process_time() - start)
    return seconds


def draw(function, shape):
    """CPU seconds to compile, and the median of milliseconds to run."""
    lowered = jax.jit(lambda key: function(key, shape, np.float32)).lower(same_key())
    start = time.process_time()
    program = lowered.compile()
    compilation = time.process_time() - start
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        program(same_key()).block_until_ready()
        times.append(time.perf_counter() - start)
    return compilation, 1000 * float(np.median(times))


if __name__ == "__main__":
    main()
