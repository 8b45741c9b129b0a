"""A network that learns by gradient descent: the :class:`Learner` of autoencoders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import compress
from typing import Any, NamedTuple

import jax
import numpy as np

from skautoencoder._data._blocks import (
    Block,
    block_of_passes,
    blocks,
    few_rows,
    in_step,
    most_steps,
    rows_of_steps,
)
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
from skautoencoder._training._learner import Epochs
from skautoencoder._training._precision import on_numpy, single
from skautoencoder._training._pytrees import register
from skautoencoder._training._recipe import Recipe
from skautoencoder._training._seeds import key_words
from skautoencoder._training._start import Start
from skautoencoder._training._updates import start_optimizer
from skautoencoder._training._vectors import cut
from skautoencoder.objectives._base import Objective

# Blocks that wait for the program, while the next is made: more would only take memory.
_IN_FLIGHT = 2
# Held-out rows are measured so many at a time, one call each: a program without a loop takes
# a third of the time to compile. Of small networks one call does not take long, and few rows
# are filled up; wide ones are fast at many.
_ROWS_A_CALL, _ROWS_A_CALL_OF_WIDE = 64, 256
# Several short epochs are trained by one call, which gives the weights after each of them: so
# many at most, of so many numbers. More would cost the calls of long epochs time for nothing.
_MOST_TOGETHER, _NUMBERS_KEPT = 16, 1_048_576


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

        With a generator it is that of a second try, from a network of random weights beside
        part of the linear path.
        """
        params, is_good = self.start_params, self.start.is_good
        if random_weights is not None:
            share = self.recipe.linear_of_second_try
            params = self.model.network.with_random_weights(random_weights, params, share)
            is_good = False
        named = isinstance(self.optimizer, str)
        params = single(params)
        state = start_optimizer(self.optimizer, params) if named else self.program.start(params)
        return GradientState(Weights(params, params, state), 0, is_good)

    def resumed(self, leaves: list[np.ndarray]) -> GradientState:
        """The state that was kept as its arrays; a new one where they are of another optimizer."""
        fresh = self.begin()
        values, structure = jax.tree.flatten(fresh)
        if [np.shape(value) for value in values] != [np.shape(leaf) for leaf in leaves]:
            return fresh
        return jax.tree.unflatten(structure, leaves)

    @cached_property
    def _n_together(self) -> int:
        """Of how many epochs, at most, a call gives the weights."""
        n_numbers = sum(np.size(leaf) for leaf in jax.tree.leaves(self.start_params))
        return max(1, min(_MOST_TOGETHER, _NUMBERS_KEPT // n_numbers))

    def most_epochs(self, rows: Source, index: Index) -> int:
        """How many passes over the rows at ``index`` one call trains: several short ones."""
        if len(rows.counts(index)) > 1:
            return 1
        in_a_block = most_steps(self._n_columns, self.batch_size)
        n_fit = in_a_block // self.steps_an_epoch(rows.count(index))
        return max(1, min(self._n_together, n_fit))

    def epochs(
        self,
        state: GradientState,
        rows: Source,
        index: Index,
        rngs: Sequence[np.random.Generator],
        n_epochs: int | None = None,
    ) -> Epochs:
        """The :class:`Epochs` of a pass over the rows at ``index`` for each generator, shuffled.

        The learning rate falls over ``n_epochs``; it is constant where that is None.
        """
        n_steps = None if n_epochs is None else n_epochs * self.steps_an_epoch(rows.count(index))
        few, counts = few_rows(rows.n_features), rows.counts(index)
        passes = [rows.shuffled(index, few, rng) for rng in rngs]
        totals, first, averages = [], state.n_steps, None
        for block in self._blocks_of_passes(passes, counts):
            n_rows = self._rows_of_steps(block, state.n_steps - first, counts)
            arguments = self._arguments(state, block, n_steps, rngs, n_rows)
            weights, averages, of_epochs = alongside().train_block(self.program, arguments)
            totals.append(of_epochs)
            jax.block_until_ready(totals[-_IN_FLIGHT:][0])
            state = state._replace(weights=weights, n_steps=state.n_steps + block.n_steps)
        # Waits with Python's lock released; reading the totals would hold other threads up.
        jax.block_until_ready(totals)
        total = np.sum([np.asarray(some) for some in totals], axis=0, dtype=float)[: len(rngs)]
        params = state.weights.average if self._n_together == 1 else averages
        return Epochs(state, params, (total / rows.total_weight(index)).tolist())

    def kept(self, done: Epochs) -> list[Any]:
        """The average of the weights after each epoch, as NumPy arrays."""
        if self._n_together == 1:
            return [on_numpy(done.params)]
        vectors = np.asarray(done.params)[: len(done.losses)]
        return [cut(vector, self.start_params) for vector in vectors]

    def losses(self, params: Any, rows: Source, index: Index, unit: float) -> np.ndarray:
        """The objective's loss of each row at ``index``, in units of the scale ``unit``."""
        return self._losses([single(params)], rows, index, unit)[0]

    def losses_after(self, done: Epochs, rows: Source, index: Index, unit: float) -> np.ndarray:
        """The same after each epoch: (n_epochs, n_rows)."""
        if self._n_together == 1:
            return self._losses([done.params], rows, index, unit)
        vectors = np.asarray(done.params)[: len(done.losses)]
        # The average of the weights waits for some steps, which short epochs may lie between.
        changed = np.append(True, (vectors[1:] != vectors[:-1]).any(axis=1))
        several = list(compress(self.kept(done), changed))
        return self._losses(several, rows, index, unit)[np.cumsum(changed) - 1]

    def _losses(self, several: list[Any], rows: Source, index: Index, unit: float) -> np.ndarray:
        evaluate = evaluation_program(jax.tree.structure((self.model, self.objective)))
        n_rows = _ROWS_A_CALL if self._n_together > 1 else _ROWS_A_CALL_OF_WIDE
        chunks, losses = rows.chunks(index, few_rows(rows.n_features)), []
        for block in self._blocks(chunks, n_rows, max_steps=1):
            losses.append([evaluate(p, block, self.model, self.objective) for p in several])
            jax.block_until_ready(losses[-_IN_FLIGHT:][0])
        # A mesh may have filled the blocks up.
        cut_off = [[np.asarray(some)[:n_rows] for some in of_block] for of_block in losses]
        found = np.concatenate(cut_off, axis=1)[:, : rows.count(index)].astype(np.float64)
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
        arguments = self._arguments(self.begin(), block, None, [np.random.default_rng(0)], n_rows)
        # The program that trains is there already: its first loss is of the weights it starts at.
        _, _, totals = self.program.one(*arguments)
        return float(np.sum(totals)) / rows.total_weight(index)

    def loss_limit(self, loss: float) -> float:
        """The loss above which a training that starts at ``loss`` has diverged."""
        return self.recipe.divergence * max(loss, self.unit_loss)

    def learnt_in_bounds(self, done: Epochs, loss: float) -> bool:
        """Whether an epoch that began at ``loss`` left all finite, and its loss within limits."""
        limit = min(self.loss_limit(loss), self.recipe.far_out * self.unit_loss)
        arrays = jax.tree.leaves(done.state.weights)
        return done.losses[0] <= limit and all(np.isfinite(array).all() for array in arrays)

    @property
    def _n_columns(self) -> int:
        return len(self.start.standardization.mean)

    def _blocks_of_passes(
        self, passes: Sequence[Iterable[Chunk]], counts: list[int]
    ) -> Iterable[Block]:
        """The blocks of this process, one of as many as there are counts; one of all passes."""
        if len(passes) > 1:
            unit = self.start.standardization
            return [block_of_passes(passes, self._n_columns, unit, self.batch_size)]
        (chunks,) = passes
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
        size = batch_size or self.batch_size
        return blocks(chunks, self._n_columns, self.start.standardization, size, **settings)

    def _arguments(
        self,
        state: GradientState,
        block: Block,
        n_steps: int | None,
        rngs: Sequence[np.random.Generator],
        n_rows: np.ndarray,
    ) -> tuple:
        """The arguments of the program that trains a block of so many epochs, or of part of one."""
        return (
            state.weights,
            block,
            self._schedule(state, block, n_rows, rngs, n_steps),
            np.float32(self.weight_decay),
            self._trained,
            self.objective,
        )

    def _schedule(
        self,
        state: GradientState,
        block: Block,
        n_rows: np.ndarray,
        rngs: Sequence[np.random.Generator],
        n_steps: int | None,
    ) -> StepSchedule:
        """The :class:`StepSchedule` of a block's steps of so many rows each, from here on.

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
        numbers = [column.astype(np.float32) for column in columns]
        n_each = len(block.x) if len(rngs) == 1 else block.n_steps // len(rngs)
        words = np.zeros((len(block.x), 2), np.uint32)
        for first, rng in zip(range(0, len(block.x), n_each), rngs, strict=False):
            words[first : first + n_each] = key_words(rng, n_each)
        # Epochs beyond the block's steps are empty.
        ends = np.minimum(n_each * np.arange(self._n_together + 1), block.n_steps)
        return StepSchedule(words, ends.astype(np.int32), *numbers)
