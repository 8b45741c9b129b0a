"""How long work takes."""

from __future__ import annotations

import time

import numpy as np


def timed(work):
    """Seconds that a function takes, and what it returns."""
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def in_turns(ways, repeats):
    """Seconds of each of several functions, by name, one after the other, so many times over.

    In turns, so that a slow minute of the machine strikes them all.
    """
    seconds: dict = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            seconds[name].append(timed(way)[0])
    return seconds


def medians(samples):
    """The median of each of several lists, by name."""
    return {name: float(np.median(values)) for name, values in samples.items()}


def time_to(goal, curve, seconds):
    """Epochs and seconds until a curve of errors is at the goal; None twice where it never is.

    ``seconds`` are those of the whole curve, whose first entry is the start.
    """
    below = np.flatnonzero(np.array(curve) <= goal)
    if not len(below):
        return None, None
    return int(below[0]), seconds * int(below[0]) / (len(curve) - 1)
