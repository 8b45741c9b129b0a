"""The compiled program of contrastive divergence: a block of rows in, the next machine out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from skautoencoder._data._blocks import Block, blocks
from skautoencoder._data._source import Chunk
from skautoencoder._data._standardization import Standardization
from skautoencoder._draws import key_of
from skautoencoder._training._mesh import on_one_device
from skautoencoder._training._promotion import under_our_rules
from skautoencoder._training._seeds import key_words
from skautoencoder.boltzmann import (
    Kind,
    Machine,
    contrast_slope,
    draw_hidden,
    draw_visible,
    gibbs_chain,
    hidden_field,
    visible_mean,
)

# The spread of the weights at the start: Hinton (2010), section 8.
_START_STD = 0.01


class ChainState(NamedTuple):
    """What one step of contrastive divergence hands to the next."""

    machine: Machine
    velocity: Machine
    hidden: Any  # (batch_size, n_hidden), the persistent chains


@dataclass(frozen=True)
class Contrastive:
    """How a machine is trained.

    ``kind``, ``persistent`` and whether there is momentum are static, the rest is traced.

    Parameters
    ----------
    kind : Kind
    persistent : bool
        Whether the chains go on from step to step (Tieleman 2008), or start anew at the
        data, and then end in the mean of the visible units (Hinton 2010, section 3.2).
    batch_size : int
    n_gibbs_steps : int
    learning_rate, momentum, weight_decay : float
    learn_variance : bool or ndarray of shape (n_visible,)
        Of Gaussian visible units: of all, or of some.
    """

    kind: Kind
    persistent: bool = False
    batch_size: int = 100
    n_gibbs_steps: int = 1
    learning_rate: float = 0.1
    momentum: float = 0.0
    weight_decay: float = 0.0
    learn_variance: Any = False


def start_machine(rng: np.random.Generator, n_visible: int, n_hidden: int) -> Machine:
    """A machine of small random weights and no biases."""
    weights = rng.normal(0, _START_STD, (n_visible, n_hidden)).astype(np.float32)
    return Machine(weights, *(np.zeros(n, np.float32) for n in (n_visible, n_hidden, n_visible)))


def start_chains(machine: Machine, batch_size: int, hidden: np.ndarray | None = None) -> ChainState:
    """The state of a machine before training: no velocity, chains at ``hidden`` or at zero."""
    if hidden is None:
        hidden = np.zeros((batch_size, len(machine.hidden_bias)), np.float32)
    return ChainState(machine, jax.tree.map(np.zeros_like, machine), hidden)


@on_one_device
def contrastive_epoch(
    how: Contrastive,
    state: ChainState,
    chunks: Iterable[Chunk],
    rng: np.random.Generator,
) -> ChainState:
    """The :class:`ChainState` after one pass over chunks of rows, in their order.

    ``rng`` seeds the chains' randomness.
    """
    n_features = len(state.machine.visible_bias)
    plain = Standardization(np.zeros(n_features), 1.0)
    learn_variance = np.broadcast_to(np.float32(how.learn_variance), n_features)
    for block in blocks(chunks, n_features, plain, how.batch_size):
        state = _train_block(
            state,
            block,
            np.float32(how.learning_rate),
            np.float32(how.momentum),
            np.float32(how.weight_decay),
            learn_variance,
            np.int32(how.n_gibbs_steps),
            key_words(rng, len(block.x), 3),
            how.kind,
            how.persistent,
            how.momentum > 0,
        )
    return state


@partial(jax.jit, static_argnames=("kind", "persistent", "has_momentum"))
@under_our_rules
def _train_block(
    state: ChainState,
    block: Block,
    rate: Any,
    momentum: Any,
    decay: Any,
    learn_variance: Any,
    n_gibbs_steps: Any,
    words: Any,  # of three keys a step: within the program keys cost much to compile
    kind: Kind,
    persistent: bool,
    has_momentum: bool,
) -> ChainState:
    sample = _go_on if persistent else _start_anew
    units = kind.hidden_units

    def step(i: Any, state: ChainState) -> ChainState:
        x, weight = block.x[i], block.weight[i]
        machine = state.machine
        keys = key_of(words[i])
        field = hidden_field(machine, x)
        model_v = sample(machine, kind, x, field, state.hidden, keys, n_gibbs_steps)
        model_field = hidden_field(machine, model_v)
        hidden = units.draw(keys[2], model_field, 1.0) if persistent else state.hidden
        slope = contrast_slope(
            machine, kind, x, units.mean(field), model_v, units.mean(model_field), weight
        )
        slope = slope._replace(
            weights=slope.weights + decay * machine.weights,
            log_variance=learn_variance * slope.log_variance,
        )
        velocity = state.velocity
        if has_momentum:  # else a pass over all weights is saved
            velocity = jax.tree.map(lambda v, s: momentum * v - rate * s, velocity, slope)
            machine = jax.tree.map(jnp.add, machine, velocity)
        else:
            machine = jax.tree.map(lambda m, s: m - rate * s, machine, slope)
        return ChainState(machine, velocity, hidden)

    return jax.lax.fori_loop(0, block.n_steps, step, state)


def _go_on(
    machine: Machine, kind: Kind, x: Any, field: Any, hidden: Any, keys: Any, n_gibbs_steps: Any
) -> Any:
    """Visible states of chains that go on from their hidden states."""
    v = draw_visible(machine, kind, hidden, keys[0])
    return gibbs_chain(machine, kind, v, keys[1], n_gibbs_steps - 1)


def _start_anew(
    machine: Machine, kind: Kind, x: Any, field: Any, hidden: Any, keys: Any, n_gibbs_steps: Any
) -> Any:
    """Visible means of chains that start at the data."""
    h = kind.hidden_units.draw(keys[0], field, 1.0)

    def go_on(i: Any, h: Any) -> Any:
        key_v, key_h = jax.random.split(jax.random.fold_in(keys[1], i))
        v = draw_visible(machine, kind, h, key_v)
        return draw_hidden(machine, kind, v, key_h)

    return visible_mean(machine, kind, jax.lax.fori_loop(0, n_gibbs_steps - 1, go_on, h))
