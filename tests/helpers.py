"""What tests of several files are made with."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from skautoencoder.objectives import OBJECTIVES, Contractive, Denoising, Sparse

# The objectives with their defaults, and those that a field makes another program of.
KINDS = {
    **{name: objective() for name, objective in OBJECTIVES.items()},
    "masking": Denoising(noise_std=0.0, masking=0.3),
    "salt and pepper": Denoising(noise_std=0.0, salt_and_pepper=0.3),
    "sparse by kl": Sparse(penalty="kl"),
    "sparse by top_k": Sparse(penalty="top_k", k=2),
    "contractive by directions": Contractive(n_directions=2),
}


def pairwise(*axes, allowed=lambda *values: True):
    """A few combinations of values, one of each axis, in which every pair of values occurs.

    A fault that shows for two values of two parameters shows in one of them: the whole
    product only repeats it. Pairs that no allowed combination has are left out.
    """
    every = [values for values in product(*axes) if allowed(*values)]
    pairs = {values: set(combinations(enumerate(values), 2)) for values in every}
    missing, chosen = set().union(*pairs.values()), []
    while missing:
        chosen.append(max(every, key=lambda values: len(pairs[values] & missing)))
        missing -= pairs[chosen[-1]]
    return chosen


def slow_but_the_first(fits):
    """Parameters of a test: those after the first of a kind, each fit's first value, are slow."""
    kinds, parameters = set(), []
    for fit in fits:
        marks = [pytest.mark.slow] if fit[0] in kinds else []
        parameters.append(pytest.param(*fit, marks=marks))
        kinds.add(fit[0])
    return parameters


# The beginning of a program in which JAX and optax cannot be imported, as where they are missing.
WITHOUT_JAX = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("jax", "jaxlib", "optax"):
            raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, Blocked())
"""
