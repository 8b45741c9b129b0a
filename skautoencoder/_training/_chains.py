"""Chains of a fitted machine, compiled: Gibbs steps, and those between temperatures."""

from __future__ import annotations

import jax
import numpy as np

from skautoencoder._draws import key_of
from skautoencoder._training._mesh import on_one_device
from skautoencoder._training._promotion import under_our_rules
from skautoencoder.boltzmann import Kind, Machine, annealed_log_weights, gibbs_chain

_gibbs = jax.jit(under_our_rules(gibbs_chain), static_argnames="kind")


@on_one_device
def gibbs(
    machine: Machine, kind: Kind, v: np.ndarray, words: np.ndarray, n_steps: int
) -> np.ndarray:
    """The visible states that chains reach from ``v`` in so many steps, as a NumPy array."""
    return np.asarray(_gibbs(machine, kind, v, key_of(words), n_steps))


@on_one_device
def annealed(
    machine: Machine,
    kind: Kind,
    base_bias: np.ndarray,
    words: np.ndarray,
    n_chains: int,
    n_temperatures: int,
) -> np.ndarray:
    """The log weights of annealed chains, in double precision; see `annealed_log_weights`."""
    anneal = under_our_rules(annealed_log_weights)
    logs = anneal(machine, kind, base_bias, key_of(words), n_chains, n_temperatures)
    return np.asarray(logs, np.float64)
