"""The compiled program of gradient descent: a block of rows in, the next weights out."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from skautoencoder._training import _adjoints  # noqa: F401  the convolution's gradients
from skautoencoder._training._programs import kept
from skautoencoder._training._promotion import under_our_rules
from skautoencoder._training._updates import in_turn, make_optimizer
from skautoencoder.objectives import Step
from skautoencoder.objectives._base import KEYS


class Weights(NamedTuple):
    """What one training step hands to the next."""

    params: Any
    average: Any
    optimizer_state: Any


class StepSchedule(NamedTuple):
    """What is known of a block's steps beforehand, one value a step.

    It is computed in NumPy: within the program every number costs a kernel to compile.
    """

    rate: np.ndarray
    progress: np.ndarray
    share: np.ndarray  # of the step in the average; 0 where the average waits
    n_rows: np.ndarray  # those that weigh something


class Program(NamedTuple):
    """What is compiled for training one kind of problem, as far as it is called."""

    one: Any  # trains a block
    many: Any  # trains several, their arguments stacked
    start: Any  # the state of an optimizer without a name


@kept
def training_program(structure, batch_size, optimizer):
    """Training's :class:`Program`: all that follows from what changes it."""

    def one(*arguments):
        return train_block(*(*arguments, optimizer))

    def many(stacked):
        return jax.vmap(lambda arguments: one(*arguments))(stacked)

    def start(params):
        return make_optimizer(optimizer, 0.0, 0.0).init(params)

    one, many, start = map(under_our_rules, (one, many, start))
    # The new weights take the place of the old ones, which are gone after a call.
    return Program(jax.jit(one, donate_argnums=0), jax.jit(many), jax.jit(start))


@kept
def judging_program(structure):
    """The program that measures the losses of held-out rows."""

    def judge(params, x, model, objective):
        return objective.validation_loss(model, params, x)

    return jax.jit(under_our_rules(judge))


def train_block(weights, block, schedule, weight_decay, seed, model, objective, optimizer):
    """One block's steps: the weights after them, and the sum of the rows' losses."""
    # One unit of loss, whatever the data's width, so that one learning rate and one
    # optimizer's epsilon suit all.
    unit = objective.unit(model)
    key = jax.random.wrap_key_data(seed, impl=KEYS)

    def step(i, carry):
        weights, total = carry
        x, weight = block.x[i], block.weight[i]
        unit_of_all = unit * schedule.n_rows[i]

        def batch_loss(params):
            step = Step(key, i, weight, schedule.progress[i])
            return weight @ objective.loss(model, params, x, step) / unit_of_all

        loss, gradient = jax.value_and_grad(batch_loss)(weights.params)
        transformation = make_optimizer(optimizer, schedule.rate[i], weight_decay)
        updates, optimizer_state = transformation.update(
            in_turn(gradient), weights.optimizer_state, weights.params
        )
        params = jax.tree.map(jnp.add, weights.params, updates)
        share = schedule.share[i]
        average = jax.lax.cond(share > 0, _move, _keep, weights.average, params, share)
        return Weights(params, average, optimizer_state), total + loss * unit_of_all

    return jax.lax.fori_loop(0, block.n_steps, step, (weights, jnp.float32(0)))


def _move(average, params, share):
    return jax.tree.map(lambda a, p: a + share * (p - a), average, params)


def _keep(average, params, share):
    return average
