"""The compiled training loop: blocks of rows in, epochs out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from skautoencoder._data._blocks import Standardisation, blocks
from skautoencoder._model import Model
from skautoencoder._training import _adjoints  # noqa: F401  the convolution's gradients
from skautoencoder._training._execution import alongside
from skautoencoder._training._factories import recipe
from skautoencoder._training._optimizers import in_turn, make_optimizer, start_optimizer
from skautoencoder._training._precision import single
from skautoencoder._training._programs import kept
from skautoencoder._training._promotion import under_our_rules
from skautoencoder._training._pytrees import register
from skautoencoder.objectives import Step
from skautoencoder.objectives._base import KEYS

# The model is the average of the weights that training passes through (Polyak & Juditsky
# 1992), one in which each step's share fades by 1 % a step: the noise of small batches
# cancels, and on small data the average leaves a good start with care. It costs a pass
# over all weights, so after the first steps only every eighth step brings it up to date.
FADING = 0.99
AVERAGE_EVERY = 8

# Held-out rows are judged so many at a time, one call each: a program without a loop takes
# a third of the time to compile.
_JUDGED_TOGETHER = 256


class Weights(NamedTuple):
    """What one training step hands to the next."""

    params: Any
    average: Any
    optimizer_state: Any


class State(NamedTuple):
    """Where training stands."""

    weights: Weights
    n_steps: int
    start_is_good: bool  # whether the average began at weights worth keeping


class Pace(NamedTuple):
    """What is known of a block's steps beforehand, one value a step.

    It is computed here, in NumPy: within the program every number costs a kernel to compile.
    """

    rate: np.ndarray
    progress: np.ndarray
    share: np.ndarray  # of the step in the average; 0 where the average waits
    n_rows: np.ndarray  # those that weigh something


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
    optimizer : str, optax.GradientTransformation or callable that returns one
    learning_rate, weight_decay : float
    batch_size : int
    start_is_good : bool
        Whether the weights to start from are better than chance, as PCA's are.
    """

    model: Model
    objective: Any
    standardisation: Standardisation
    optimizer: Any
    learning_rate: float
    weight_decay: float
    batch_size: int
    start_is_good: bool

    def __post_init__(self):
        register(self.objective)

    @cached_property
    def program(self):
        """The :class:`Program` that trains it, the same one for all of its kind."""
        structure = jax.tree.structure((self.model, self.objective))
        return _program(structure, self.batch_size, recipe(self.optimizer))

    def blocks(self, rows, order):
        """The rows in the given order, standardised and cut into blocks."""
        return blocks(rows, order, self.standardisation, self.batch_size)

    def in_data_units(self, loss):
        """A loss of standardised rows, in the units of the data."""
        return float(self.objective.in_units(loss, self.model, self.standardisation.scale))

    def start(self, params, first=None):
        """A state with a fresh optimiser, whose first step is taken from ``first``.

        Weights worth keeping enter the average as if it had long been at them; random
        ones are forgotten as fast as the plain mean over all steps can.
        """
        params = single(params)
        named = isinstance(self.optimizer, str)
        optimizer_state = (
            start_optimizer(self.optimizer, params) if named else self.program.start(params)
        )
        first = params if first is None else single(first)
        return State(Weights(first, params, optimizer_state), 0, self.start_is_good)

    def pace(self, state, block, n_steps):
        """The :class:`Pace` of a block's steps from here, of ``n_steps`` in all.

        The learning rate is constant where ``n_steps``, the length of its fall, is None.
        """
        steps = state.n_steps + np.arange(len(block.x))
        if n_steps is None:  # chunk by chunk, without an end: past any warming up
            progress = fall = 1
        else:
            progress = np.minimum(steps / n_steps, 1)
            fall = cosine(progress)
        share = _average_shares(steps + 1, state.start_is_good)
        n_rows = np.count_nonzero(block.weight, axis=1)
        columns = np.broadcast_arrays(self.learning_rate * fall, progress, share, n_rows)
        return Pace(*(column.astype(np.float32) for column in columns))

    def arguments(self, state, block, n_steps, seed):
        """What the program takes to train a block from a state."""
        return (
            state.weights,
            block,
            self.pace(state, block, n_steps),
            np.float32(self.weight_decay),
            seed,
            self.model,
            self.objective,
        )


def train_epochs(problem, state, rows, index, max_iter, rng):
    """Train on the rows at ``index``, yielding an :class:`Epoch` as each ends.

    The learning rate falls over ``max_iter`` epochs. ``rng`` shuffles the rows and seeds
    the objective's own randomness.
    """
    n_steps = max_iter * -(-len(index) // problem.batch_size)
    for _ in range(max_iter):
        epoch = train_epoch(problem, state, rows, rng.permutation(index), rng, n_steps)
        state = epoch.state  # before others train: the old one is let go
        yield epoch


def row_losses(problem, params, rows, index):
    """The objective's validation loss of each row at ``index``."""
    params = single(params)
    judge = _judge(jax.tree.structure((problem.model, problem.objective)))
    losses = [
        judge(params, chunk.x[0], problem.model, problem.objective)
        for chunk in blocks(rows, index, problem.standardisation, _JUDGED_TOGETHER, max_steps=1)
    ]
    jax.block_until_ready(losses)  # see train_epoch
    return np.concatenate(losses)[: len(index)].astype(np.float64)


def training_loss(problem, params, rows, index):
    """The mean training loss of a first batch, before anything is learnt from it."""
    index = index[: problem.batch_size]
    block = next(problem.blocks(rows, index))
    state = problem.start(params)
    # The program that trains is there already: its first loss is of the weights it starts at.
    _, total = problem.program.one(*problem.arguments(state, block, None, np.zeros(2, np.uint32)))
    return float(total) / float(rows.weight[index].sum())


def train_epoch(problem, state, rows, order, rng, n_steps=None):
    """One pass over the rows in the given order.

    The learning rate is constant where ``n_steps``, the length of its fall, is None.
    """
    totals = []
    for block in problem.blocks(rows, order):
        seed = rng.randint(0, 2**32, 2, dtype=np.uint32)
        arguments = problem.arguments(state, block, n_steps, seed)
        weights, total = alongside().train_block(problem.program, arguments)
        totals.append(total)
        state = state._replace(weights=weights, n_steps=state.n_steps + block.n_steps)
    # Waits with Python's lock released; reading the totals would hold other threads up.
    jax.block_until_ready(totals)
    return Epoch(state, sum(map(float, totals)) / float(rows.weight[order].sum()))


def cosine(progress):
    """The learning rate's fall, from 1 to 0, along half a cosine (Loshchilov & Hutter 2017)."""
    return 0.5 * (1 + np.cos(np.pi * progress))


def _average_shares(steps, start_is_good):
    """Each step's share in the average; ``steps`` count from 1."""
    n_new = np.where(steps <= AVERAGE_EVERY, 1, AVERAGE_EVERY)
    due = (steps < AVERAGE_EVERY) | (steps % AVERAGE_EVERY == 0)
    plain_mean = 0 if start_is_good else n_new / steps
    return np.where(due, np.maximum(1 - FADING**n_new, plain_mean), 0)


class Program(NamedTuple):
    """What is compiled for training one kind of problem, as far as it is called."""

    one: Any  # trains a block
    many: Any  # trains several, their arguments stacked
    start: Any  # the state of an optimiser without a name


@kept
def _program(structure, batch_size, optimizer):
    """Training's program: all that follows from what changes it."""

    def one(*arguments):
        return train_block(*(*arguments, optimizer))

    def many(stacked):
        return jax.vmap(lambda arguments: one(*arguments))(stacked)

    def start(params):
        return make_optimizer(optimizer, 0.0, 0.0).init(params)

    return Program(*(jax.jit(under_our_rules(function)) for function in (one, many, start)))


@kept
def _judge(structure):
    """The program that judges held-out rows."""

    def judge(params, x, model, objective):
        return objective.validation_loss(model, params, x)

    return jax.jit(under_our_rules(judge))


def train_block(weights, block, pace, weight_decay, seed, model, objective, optimizer):
    """One block's steps: the weights after them, and the sum of the rows' losses."""
    # One unit of loss, whatever the data's width, so that one learning rate and one
    # optimiser's epsilon suit all.
    unit = objective.unit(model)
    key = jax.random.wrap_key_data(seed, impl=KEYS)

    def step(i, carry):
        weights, total = carry
        x, weight = block.x[i], block.weight[i]
        unit_of_all = unit * pace.n_rows[i]

        def batch_loss(params):
            step = Step(key, i, weight, pace.progress[i])
            return weight @ objective.loss(model, params, x, step) / unit_of_all

        loss, gradient = jax.value_and_grad(batch_loss)(weights.params)
        transformation = make_optimizer(optimizer, pace.rate[i], weight_decay)
        updates, optimizer_state = transformation.update(
            in_turn(gradient), weights.optimizer_state, weights.params
        )
        params = jax.tree.map(jnp.add, weights.params, updates)
        share = pace.share[i]
        average = jax.lax.cond(share > 0, _move, _keep, weights.average, params, share)
        return Weights(params, average, optimizer_state), total + loss * unit_of_all

    return jax.lax.fori_loop(0, block.n_steps, step, (weights, jnp.float32(0)))


def _move(average, params, share):
    return jax.tree.map(lambda a, p: a + share * (p - a), average, params)


def _keep(average, params, share):
    return average
