"""A network that learns by gradient descent: the :class:`Learner` of autoencoders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, NamedTuple

import jax
import numpy as np

from skautoencoder._data._blocks import Block, blocks, few_rows, in_step, rows_of_steps
from skautoencoder._data._source import Chunk, Index, Source
from skautoencoder._model import Model
from skautoencoder._training._bfloat16 import MODELS
from skautoencoder._training._execution import alongside
from skautoencoder._training._factories import optimizer_of
from skautoencoder._training._gradient import (
    Program,
    StepSchedule,
    Weights,
    evaluation_program,
    training_program,
)
from skautoencoder._training._learner import Epoch
from skautoencoder._training._precision import on_numpy, single
from skautoencoder._training._pytrees import register
from skautoencoder._training._recipe import Recipe
from skautoencoder._training._seeds import key_words
from skautoencoder._training._start import Start
from skautoencoder._training._updates import start_optimizer
from skautoencoder.objectives._base import Objective

# Blocks that wait for the program, while the next is made: more would only take memory.
_IN_FLIGHT = 2
# Held-out rows are measured so many at a time, one call each: a program without a loop takes
# a third of the time to compile.
_ROWS_A_CALL = 256


class GradientState(NamedTuple):
    """Where the training of a network stands."""

    weights: Weights
    n_steps: int
    start_is_good: bool  # whether the average began at weights worth keeping


@dataclass(frozen=True, eq=False)
class GradientLearner:
    """How a network is trained. Only ``optimizer`` and shapes change the compiled program.

    Parameters
    ----------
    model : Model
    objective : Objective
    start : Start
        With the model's mean and scale in double precision.
    optimizer : str, optax.GradientTransformation or callable that returns one
    learning_rate, weight_decay : float
    batch_size : int
    recipe : Recipe
    precision : {"float32", "bfloat16"}
        Of the products in training. All losses but that of training are in single precision.
    """

    model: Model
    objective: Objective
    start: Start
    optimizer: Any
    learning_rate: float
    weight_decay: float
    batch_size: int
    recipe: Recipe
    precision: str = "float32"

    def __post_init__(self) -> None:
        register(self.objective)

    @cached_property
    def program(self) -> Program:
        """The :class:`Program` that trains it, the same one for all of its kind."""
        structure = jax.tree.structure((self._trained, self.objective))
        return training_program(structure, self.batch_size, optimizer_of(self.optimizer))

    @cached_property
    def _trained(self) -> Model:
        """The model in the precision that it is trained in."""
        found = {field.name: getattr(self.model, field.name) for field in fields(self.model)}
        return MODELS[self.precision](**found)

    @property
    def start_params(self) -> Any:
        """Weights to start from."""
        return self.start.params

    @property
    def unit(self) -> float:
        """The scale of the rows that it learns from."""
        return self.start.standardization.scale

    @property
    def unit_loss(self) -> float:
        """The loss of rebuilding nothing but the mean, give or take."""
        return float(self.objective.unit(self.model))

    @property
    def rounding(self) -> float:
        """A gain in the mean loss up to here may be an error of rounding."""
        return self.unit_loss * self.recipe.rounding ** max(self.model.loss.power, 1)

    def in_data_units(self, loss: float) -> float:
        """A loss of standardized rows, in the units of the data."""
        return float(self.objective.in_units(loss, self.model, self.unit))

    def steps_an_epoch(self, n_rows: int) -> int:
        """Batches that so many rows make."""
        return -(-n_rows // self.batch_size)

    def begin(self, random_weights: np.random.Generator | None = None) -> GradientState:
        """The state before the first step, its optimizer fresh.

        With a generator, the first step is taken from a network of random weights beside the
        linear path. The average begins at the start's own weights there, too.
        """
        params = first = single(self.start_params)
        if random_weights is not None:
            first = single(
                self.model.network.with_random_weights(random_weights, self.start_params)
            )
        named = isinstance(self.optimizer, str)
        state = start_optimizer(self.optimizer, params) if named else self.program.start(params)
        return GradientState(Weights(first, params, state), 0, self.start.is_good)

    def resumed(self, leaves: list[np.ndarray]) -> GradientState:
        """The state that was kept as its arrays; a new one where they are of another optimizer."""
        fresh = self.begin()
        values, structure = jax.tree.flatten(fresh)
        if [np.shape(value) for value in values] != [np.shape(leaf) for leaf in leaves]:
            return fresh
        return jax.tree.unflatten(structure, leaves)

    def params(self, state: GradientState) -> Any:
        """The average of the weights that training has passed through."""
        return state.weights.average

    def kept(self, params: Any) -> Any:
        """The same, as NumPy arrays of their own."""
        return on_numpy(params)

    def epoch(
        self,
        state: GradientState,
        rows: Source,
        index: Index,
        rng: np.random.Generator,
        n_epochs: int | None = None,
    ) -> Epoch:
        """The :class:`Epoch` of one pass over the rows at ``index``, shuffled.

        The learning rate falls over ``n_epochs``; it is constant where that is None.
        """
        n_steps = None if n_epochs is None else n_epochs * self.steps_an_epoch(rows.count(index))
        totals, first = [], state.n_steps
        counts = rows.counts(index)
        chunks = rows.shuffled(index, few_rows(rows.n_features), rng)
        for block in self._shared(chunks, counts):
            n_rows = self._rows_of_steps(block, state.n_steps - first, counts)
            arguments = self._arguments(state, block, n_steps, rng, n_rows)
            weights, total = alongside().train_block(self.program, arguments)
            totals.append(total)
            jax.block_until_ready(totals[-_IN_FLIGHT:][0])
            state = state._replace(weights=weights, n_steps=state.n_steps + block.n_steps)
        # Waits with Python's lock released; reading the totals would hold other threads up.
        jax.block_until_ready(totals)
        return Epoch(state, sum(map(float, totals)) / rows.total_weight(index))

    def losses(self, params: Any, rows: Source, index: Index, unit: float) -> np.ndarray:
        """The objective's loss of each row at ``index``, in units of the scale ``unit``."""
        params, few = single(params), few_rows(rows.n_features)
        evaluate = evaluation_program(jax.tree.structure((self.model, self.objective)))
        losses = []
        for chunk in self._blocks(rows.chunks(index, few), _ROWS_A_CALL, max_steps=1):
            losses.append(evaluate(params, chunk, self.model, self.objective))
            jax.block_until_ready(losses[-_IN_FLIGHT:][0])
        # A mesh may have filled the chunks up.
        found = np.concatenate([np.asarray(some)[:_ROWS_A_CALL] for some in losses])
        found = found[: rows.count(index)].astype(np.float64)
        return self.objective.in_units(found, self.model, self.unit / unit)

    def start_loss(self, rows: Source, index: Index) -> float:
        """Mean loss of the rows at ``index`` before training, on up to 2,000 of them."""
        index = rows.first(index, self.recipe.start_rows)
        losses = self.losses(self.start_params, rows, index, self.unit)
        return float(np.average(losses, weights=rows.weights(index)))

    def first_loss(self, rows: Source, index: Index) -> float:
        """The training loss of a first batch of the rows, before anything is learnt from it."""
        index = rows.first(index, self.batch_size)
        block = next(self._blocks(rows.chunks(index, few_rows(rows.n_features))))
        n_rows = np.count_nonzero(block.weight, axis=1)
        arguments = self._arguments(self.begin(), block, None, np.random.default_rng(0), n_rows)
        # The program that trains is there already: its first loss is of the weights it starts at.
        _, total = self.program.one(*arguments)
        return float(total) / rows.total_weight(index)

    def loss_limit(self, loss: float) -> float:
        """The loss above which a training that starts at ``loss`` has diverged."""
        return self.recipe.divergence * max(loss, self.unit_loss)

    def learnt_in_bounds(self, epoch: Epoch, loss: float) -> bool:
        """Whether an epoch that began at ``loss`` left all finite, and its loss within limits."""
        limit = min(self.loss_limit(loss), self.recipe.far_out * self.unit_loss)
        arrays = jax.tree.leaves(epoch.state.weights)
        return epoch.loss <= limit and all(np.isfinite(array).all() for array in arrays)

    def _shared(self, chunks: Iterable[Chunk], counts: list[int]) -> Iterator[Block]:
        """The blocks of this process, one of as many as there are counts."""
        if len(counts) == 1:
            return self._blocks(chunks)
        here = self.batch_size // len(counts)
        return in_step(self._blocks(chunks, here), counts, here)

    def _rows_of_steps(self, block: Block, first: int, counts: list[int]) -> np.ndarray:
        """How many rows each step of a block is of, the first the epoch's step number ``first``."""
        if len(counts) == 1:
            return np.count_nonzero(block.weight, axis=1)
        return rows_of_steps(first, len(block.x), counts, self.batch_size // len(counts))

    def _blocks(
        self, chunks: Iterable[Chunk], batch_size: int | None = None, **settings: int
    ) -> Iterator[Block]:
        """The rows of chunks as this network takes them."""
        n_features = len(self.start.standardization.mean)
        size = batch_size or self.batch_size
        return blocks(chunks, n_features, self.start.standardization, size, **settings)

    def _arguments(
        self,
        state: GradientState,
        block: Block,
        n_steps: int | None,
        rng: np.random.Generator,
        n_rows: np.ndarray,
    ) -> tuple:
        """The arguments of the program that trains a block from a state."""
        return (
            state.weights,
            block,
            self._schedule(state, n_steps, rng, n_rows),
            np.float32(self.weight_decay),
            self._trained,
            self.objective,
        )

    def _schedule(
        self,
        state: GradientState,
        n_steps: int | None,
        rng: np.random.Generator,
        n_rows: np.ndarray,
    ) -> StepSchedule:
        """The :class:`StepSchedule` of steps of so many rows each, from here on.

        ``n_steps`` are all steps of the training.
        """
        steps = state.n_steps + np.arange(len(n_rows))
        if n_steps is None:  # chunk by chunk, without an end: past any warming up
            progress = fall = np.ones(steps.shape)
        else:
            progress = np.minimum(steps / n_steps, 1)
            fall = self.recipe.schedule(progress)
        share = self.recipe.average_shares(steps + 1, state.start_is_good)
        columns = np.broadcast_arrays(self.learning_rate * fall, progress, share, n_rows)
        numbers = (column.astype(np.float32) for column in columns)
        return StepSchedule(key_words(rng, len(steps)), *numbers)
