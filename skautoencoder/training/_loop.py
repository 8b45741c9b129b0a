"""The compiled training loop: blocks of rows in, epochs out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from skautoencoder.model import Model
from skautoencoder.objectives import Step
from skautoencoder.training._batches import Standardisation, blocks
from skautoencoder.training._optimizers import make_optimizer, start_optimizer

# The model is the average of the weights that training passes through (Polyak & Juditsky
# 1992), one in which each step's share fades by 1 % a step: the noise of small batches
# cancels, and on small data the average leaves a good start with care. It costs a pass
# over all weights, so after the first steps only every eighth step brings it up to date.
FADING = 0.99
AVERAGE_EVERY = 8

# Held-out rows are judged so many at a time, one call each: a program without a loop takes
# a third of the time to compile.
_JUDGED_TOGETHER = 256


class State(NamedTuple):
    """What one training step hands to the next."""

    params: Any
    average: Any
    optimizer_state: Any
    n_steps: Any
    n_averaged: Any


class Epoch(NamedTuple):
    """One pass over the training rows."""

    state: State
    loss: float  # mean over the rows, each measured while it was being learnt from


@dataclass(frozen=True)
class Problem:
    """What is trained, and how. Only ``optimizer`` and shapes change the compiled program.

    Parameters
    ----------
    model : Model
    objective : Objective
    standardisation : Standardisation
        The model's mean and scale, in double precision.
    optimizer : str or optax.GradientTransformation
    learning_rate, weight_decay : float
    batch_size : int
    start_is_good : bool
        Whether the weights to start from are better than chance, as PCA's are.
    train_block : callable
        Trains one block: :func:`train_block`, or what puts many fits side by side.
    """

    model: Model
    objective: Any
    standardisation: Standardisation
    optimizer: Any
    learning_rate: float
    weight_decay: float
    batch_size: int
    start_is_good: bool
    train_block: Any

    def blocks(self, rows, order):
        """The rows in the given order, standardised and cut into blocks."""
        return blocks(rows, order, self.standardisation, self.batch_size)

    def start(self, params, first=None):
        """A state with a fresh optimiser, whose first step is taken from ``first``.

        Weights worth keeping enter the average as if it had long been at them; random
        ones are forgotten as fast as the plain mean over all steps can.
        """
        n_averaged = np.float32(np.inf if self.start_is_good else 0)
        optimizer_state = start_optimizer(self.optimizer, params)
        first = params if first is None else first
        return State(first, params, optimizer_state, np.int32(0), n_averaged)


def train_epochs(problem, state, rows, index, max_iter, rng):
    """Train on the rows at ``index``, yielding an :class:`Epoch` as each ends.

    The learning rate falls over ``max_iter`` epochs. ``rng`` shuffles the rows and seeds
    the objective's own randomness.
    """
    n_steps = max_iter * -(-len(index) // problem.batch_size)
    for _ in range(max_iter):
        epoch = train_epoch(problem, state, rows, rng.permutation(index), rng, n_steps)
        yield epoch
        state = epoch.state


def row_losses(problem, params, rows, index):
    """The objective's validation loss of each row at ``index``."""
    losses = [
        _evaluate(params, chunk.x[0], problem.model, problem.objective)
        for chunk in blocks(rows, index, problem.standardisation, _JUDGED_TOGETHER, max_steps=1)
    ]
    jax.block_until_ready(losses)  # see train_epoch
    return np.concatenate(losses)[: len(index)].astype(np.float64)


def train_epoch(problem, state, rows, order, rng, n_steps=None):
    """One pass over the rows in the given order.

    The learning rate is constant where ``n_steps``, the length of its fall, is None.
    """
    totals = []
    first = int(state.n_steps)
    for block in problem.blocks(rows, order):
        progress = _progress(first + np.arange(len(block.x)), n_steps)
        fall = 1 if n_steps is None else cosine(progress)
        state, total = problem.train_block(
            state,
            block,
            np.float32(problem.learning_rate * fall) * np.ones_like(progress),
            progress,
            np.float32(problem.weight_decay),
            rng.randint(0, 2**32, 2, dtype=np.uint32),
            problem.model,
            problem.objective,
            problem.optimizer,
        )
        totals.append(total)
        first += block.n_steps
    # Waits with Python's lock released; reading the totals would hold other threads up.
    jax.block_until_ready(totals)
    return Epoch(state, sum(map(float, totals)) / float(rows.weight[order].sum()))


def cosine(progress):
    """The learning rate's fall, from 1 to 0, along half a cosine (Loshchilov & Hutter 2017)."""
    return 0.5 * (1 + np.cos(np.pi * progress))


def _progress(steps, n_steps):
    # Training without an end, chunk by chunk, is past any warming up.
    share = np.ones(len(steps)) if n_steps is None else np.minimum(steps / n_steps, 1)
    return share.astype(np.float32)


@partial(jax.jit, static_argnames="optimizer")
def train_block(state, block, rates, progress, weight_decay, seed, model, objective, optimizer):
    """One block's steps: the state after them, and the sum of the rows' losses."""
    # One unit of loss, whatever the data's units and width, so that one learning rate
    # and one optimiser's epsilon suit all.
    unit = objective.unit(model)
    key = jax.random.wrap_key_data(seed)

    def step(i, carry):
        state, total = carry
        x, weight = block.x[i], block.weight[i]
        n_rows = jnp.sum(weight > 0)

        def batch_loss(params):
            step = Step(jax.random.fold_in(key, i), weight, progress[i])
            losses = objective.loss(model, params, x, step)
            return weight @ losses / (unit * n_rows)

        loss, gradient = jax.value_and_grad(batch_loss)(state.params)
        # The first layer's gradient comes last. An update that waits for it can be made in
        # place; else XLA copies all weights that the backward pass has yet to read.
        nothing = 0 * jax.tree.leaves(gradient)[0].ravel()[0]
        transformation = make_optimizer(optimizer, rates[i] + nothing, weight_decay)
        updates, optimizer_state = transformation.update(
            gradient, state.optimizer_state, state.params
        )
        params = jax.tree.map(jnp.add, state.params, updates)
        n_steps = state.n_steps + 1
        due = (n_steps % AVERAGE_EVERY == 0) | (n_steps < AVERAGE_EVERY)
        average, n_averaged = jax.lax.cond(due, _move_average, _keep_average, state, params)
        state = State(params, average, optimizer_state, n_steps, n_averaged)
        return state, total + loss * unit * n_rows

    return jax.lax.fori_loop(0, block.n_steps, step, (state, jnp.float32(0)))


def _move_average(state, params):
    n_new = jnp.where(state.n_steps < AVERAGE_EVERY, 1, AVERAGE_EVERY)
    n_averaged = state.n_averaged + n_new
    share = jnp.maximum(1 - FADING**n_new, n_new / n_averaged)
    return jax.tree.map(lambda a, p: a + share * (p - a), state.average, params), n_averaged


def _keep_average(state, params):
    return state.average, state.n_averaged


@jax.jit
def _evaluate(params, x, model, objective):
    return objective.validation_loss(model, params, x)
