"""Contrastive divergence: the compiled training loop of restricted Boltzmann machines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from skautoencoder.boltzmann import (
    Kind,
    Machine,
    contrast,
    draw_hidden,
    draw_visible,
    gibbs_chain,
    visible_mean,
)
from skautoencoder.training._batches import Standardisation, blocks

# The spread of the weights at the start: Hinton (2010), section 8.
_START_STD = 0.01


class ChainState(NamedTuple):
    """What one step of contrastive divergence hands to the next."""

    machine: Machine
    velocity: Machine
    hidden: Any  # (batch_size, n_hidden), the persistent chains


@dataclass(frozen=True)
class Contrastive:
    """How a machine is trained. ``kind`` and ``persistent`` are static, the rest is traced.

    Parameters
    ----------
    kind : Kind
    persistent : bool
        Whether the chains go on from step to step (Tieleman 2008), or start anew at the
        data, and then end in the mean of the visible units (Hinton 2010, section 3.2).
    batch_size : int
    n_gibbs_steps : int
    learning_rate, momentum, weight_decay : float
    learn_variance : bool
        Of Gaussian visible units.
    """

    kind: Kind
    persistent: bool = False
    batch_size: int = 100
    n_gibbs_steps: int = 1
    learning_rate: float = 0.1
    momentum: float = 0.0
    weight_decay: float = 0.0
    learn_variance: bool = False


def start_machine(rng, n_visible, n_hidden):
    """A machine of small random weights and no biases."""
    weights = rng.normal(0, _START_STD, (n_visible, n_hidden)).astype(np.float32)
    return Machine(weights, *(np.zeros(n, np.float32) for n in (n_visible, n_hidden, n_visible)))


def start_chains(machine, batch_size, hidden=None):
    """A state without velocity, its chains at ``hidden``, or at zero."""
    if hidden is None:
        hidden = np.zeros((batch_size, len(machine.hidden_bias)), np.float32)
    return ChainState(machine, jax.tree.map(np.zeros_like, machine), hidden)


def contrastive_epoch(how, state, rows, order, rng):
    """One pass over the rows in the given order: the next :class:`ChainState`.

    ``rng`` seeds the chains' randomness.
    """
    plain = Standardisation(np.zeros(rows.n_features), 1.0)
    for block in blocks(rows, order, plain, how.batch_size):
        state = _train_block(
            state,
            block,
            np.float32(how.learning_rate),
            np.float32(how.momentum),
            np.float32(how.weight_decay),
            np.float32(how.learn_variance),
            np.int32(how.n_gibbs_steps),
            rng.randint(0, 2**32, 2, dtype=np.uint32),
            how.kind,
            how.persistent,
        )
    return state


@partial(jax.jit, static_argnames=("kind", "persistent"))
def _train_block(
    state, block, rate, momentum, decay, learn_variance, n_gibbs_steps, seed, kind, persistent
):
    key = jax.random.wrap_key_data(seed)
    sample = _go_on if persistent else _start_anew

    def step(i, state):
        x, weight = block.x[i], block.weight[i]
        machine = state.machine
        keys = jax.random.split(jax.random.fold_in(key, i), 3)
        model_v, hidden = sample(machine, kind, x, state.hidden, keys, n_gibbs_steps)
        slope = jax.grad(contrast)(machine, kind, x, model_v, weight)
        slope = slope._replace(
            weights=slope.weights + decay * machine.weights,
            log_variance=learn_variance * slope.log_variance,
        )
        velocity = jax.tree.map(lambda v, s: momentum * v - rate * s, state.velocity, slope)
        return ChainState(jax.tree.map(jnp.add, machine, velocity), velocity, hidden)

    return jax.lax.fori_loop(0, block.n_steps, step, state)


def _go_on(machine, kind, x, hidden, keys, n_gibbs_steps):
    """Visible states of chains that go on from where they were."""
    v = draw_visible(machine, kind, hidden, keys[0])
    v = gibbs_chain(machine, kind, v, keys[1], n_gibbs_steps - 1)
    return v, draw_hidden(machine, kind, v, keys[2])


def _start_anew(machine, kind, x, hidden, keys, n_gibbs_steps):
    """Visible means of chains that start at the data."""
    v = gibbs_chain(machine, kind, x, keys[0], n_gibbs_steps - 1)
    return visible_mean(machine, kind, draw_hidden(machine, kind, v, keys[1])), hidden
