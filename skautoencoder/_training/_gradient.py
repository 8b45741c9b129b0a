"""The compiled program of gradient descent: a block of rows in, the next weights out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from skautoencoder._data._blocks import Block
from skautoencoder._draws import key_of
from skautoencoder._model import Model
from skautoencoder._training import _adjoints  # noqa: F401  the convolution's gradients
from skautoencoder._training._factories import OptimizerFactory
from skautoencoder._training._mesh import on_each_device, on_one_device, over_mesh
from skautoencoder._training._programs import compiled, kept
from skautoencoder._training._updates import in_turn, make_optimizer
from skautoencoder._training._vectors import laid_end_to_end
from skautoencoder.objectives._base import Objective, Step


class Weights(NamedTuple):
    """What one training step hands to the next."""

    params: Any
    average: Any
    optimizer_state: Any


class StepSchedule(NamedTuple):
    """What is known of a block's steps before training: an entry a step, and the epochs' ends.

    It is computed in NumPy: within the program every number costs a kernel to compile, and
    a random key costs several.
    """

    key_words: np.ndarray  # (n_steps, 2), of the random keys
    ends: np.ndarray  # (n_epochs + 1,), of the epochs: the first begins at 0; they may be empty
    rate: np.ndarray
    progress: np.ndarray
    share: np.ndarray  # of the step in the average; 0 where the average waits
    n_rows: np.ndarray  # those with a weight


class Program(NamedTuple):
    """Compiled functions to train one kind of problem; each is compiled when first called."""

    one: Callable[..., Any]  # trains a block
    many: Callable[..., Any]  # trains several, their arguments stacked
    start: Callable[..., Any]  # the state of an optimizer without a name


@kept
def training_program(structure: Any, batch_size: int, optimizer: str | OptimizerFactory) -> Program:
    """The :class:`Program` that trains, from all that changes it."""

    def train(*arguments: Any) -> Any:
        return train_block(*(*arguments, optimizer))

    def one(*arguments: Any) -> Any:
        return on_each_device(train(*arguments))

    def many(stacked: Any) -> Any:
        return jax.vmap(lambda arguments: train(*arguments))(stacked)

    def start(params: Any) -> Any:
        return make_optimizer(optimizer, 0.0, 0.0).init(params)

    return Program(
        # The new weights take the place of the old ones, which are gone after a call.
        over_mesh(compiled(one, donate_argnums=0)),
        on_one_device(compiled(many)),
        over_mesh(compiled(start)),
    )


@kept
def evaluation_program(structure: Any) -> Callable[..., Any]:
    """The compiled function that gives the losses of held-out rows, from what changes it.

    They are the rows of a block of one step.
    """

    def evaluate(params: Any, block: Block, model: Model, objective: Objective) -> Any:
        model = model.seeing(None if block.seen is None else block.seen[0])
        return on_each_device(objective.validation_loss(model, params, block.x[0]))

    return over_mesh(compiled(evaluate))


def train_block(
    weights: Weights,
    block: Block,
    schedule: StepSchedule,
    weight_decay: Any,
    model: Model,
    objective: Objective,
    optimizer: str | OptimizerFactory,
) -> tuple[Weights, Any, Any]:
    """One block's steps, the last of them and what each of its epochs ended with.

    Returns
    -------
    weights : Weights
    averages : array of shape (n_epochs, n_numbers) or None
        The average after each epoch, laid end to end; None for one epoch, whose average is that
        of the weights.
    totals : array of shape (n_epochs,)
        The sum of the rows' losses in each epoch.
    """
    # One unit of loss, whatever the data's width, so that one learning rate and one
    # optimizer's epsilon suit all.
    unit = objective.unit(model)

    def step(i: Any, carry: tuple[Weights, Any]) -> tuple[Weights, Any]:
        weights, total = carry
        x, weight = block.x[i], block.weight[i]
        unit_of_all = unit * schedule.n_rows[i]
        seen = None if block.seen is None else block.seen[i]

        def batch_loss(params: Any) -> Any:
            key = key_of(schedule.key_words[i])
            step = Step(key, weight, schedule.progress[i])
            return weight @ objective.loss(model.seeing(seen), params, x, step) / unit_of_all

        loss, gradient = jax.value_and_grad(batch_loss)(weights.params)
        transformation = make_optimizer(optimizer, schedule.rate[i], weight_decay)
        updates, optimizer_state = transformation.update(
            in_turn(gradient), weights.optimizer_state, weights.params
        )
        params = jax.tree.map(jnp.add, weights.params, updates)
        share = schedule.share[i]
        average = jax.lax.cond(share > 0, _move, _keep, weights.average, params, share)
        return Weights(params, average, optimizer_state), total + loss * unit_of_all

    def epoch(weights: Weights, span: tuple[Any, Any]) -> tuple[Weights, tuple[Any, Any]]:
        weights, total = jax.lax.fori_loop(*span, step, (weights, jnp.float32(0)))
        return weights, (laid_end_to_end(weights.average) if several else None, total)

    several = len(schedule.ends) > 2
    spans = (schedule.ends[:-1], schedule.ends[1:])
    weights, (averages, totals) = jax.lax.scan(epoch, weights, spans)
    return weights, averages, totals


def _move(average: Any, params: Any, share: Any) -> Any:
    return jax.tree.map(lambda a, p: a + share * (p - a), average, params)


def _keep(average: Any, params: Any, share: Any) -> Any:
    return average
