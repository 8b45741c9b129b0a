"""A machine that learns by contrastive divergence: the :class:`Learner` of Boltzmann machines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from skautoencoder._data._blocks import few_rows
from skautoencoder._data._rows import slices
from skautoencoder._data._source import Index, NumberedRows, Source
from skautoencoder._training._contrastive import ChainState, Contrastive, contrastive_epoch
from skautoencoder._training._learner import Epochs
from skautoencoder._training._mesh import on_one_device
from skautoencoder.boltzmann import Kind, Machine, rebuilding_errors

# A machine's training loss is how it rebuilds at most this many rows.
MEASURED_ROWS = 1_000
# A misfit this many times what has been usual so far: the machine has diverged.
_DIVERGENCE = 100
# Rows are looked through so many values at a time.
_CHUNK_VALUES = 1_048_576
_HELD_OUT_TOGETHER = 4096


@dataclass(frozen=True, eq=False)
class ContrastiveLearner:
    """How a machine is trained, and its losses measured.

    Parameters
    ----------
    how : Contrastive
    start : ChainState
    measured : ndarray of shape (n_rows, n_visible)
        The rows that the training loss and the misfit are measured on.
    misfit_limit : float
        With a mean misfit of these rows above this, the machine has diverged.
    held_out_loss : callable
        ``held_out_loss(machine, v)`` gives the loss of each held-out row.
    """

    how: Contrastive
    start: ChainState
    measured: np.ndarray
    misfit_limit: float
    held_out_loss: Callable[[Machine, np.ndarray], np.ndarray]

    unit = 1.0
    rounding = 0.0

    @property
    def start_params(self) -> ChainState:
        """The state before training: a machine, and its chains."""
        return self.start

    def in_data_units(self, loss: float) -> float:
        """The same loss: machines see the rows in the units of the data."""
        return float(loss)

    def steps_an_epoch(self, n_rows: int) -> int:
        """Batches that so many rows make."""
        return -(-n_rows // self.how.batch_size)

    def begin(self, random_weights: np.random.Generator | None = None) -> ChainState:
        """The state before the first step."""
        return self.start

    def kept(self, done: Epochs) -> list[ChainState]:
        """The state after the epoch, whole: its chains belong to the machine."""
        return [done.params]

    def most_epochs(self, rows: Source, index: Index) -> int:
        """One at a time."""
        return 1

    @on_one_device
    def epochs(
        self,
        state: ChainState,
        rows: Source,
        index: Index,
        rngs: Sequence[np.random.Generator],
        n_epochs: int | None = None,
    ) -> Epochs:
        """The :class:`Epochs` of one pass over the rows at ``index``, shuffled.

        The loss is not a number where the machine has diverged.
        """
        (rng,) = rngs
        chunks = rows.shuffled(index, few_rows(rows.n_features), rng)
        with np.errstate(over="ignore", invalid="ignore"):  # of values beyond single precision
            state = contrastive_epoch(self.how, state, chunks, rng)
        error, misfit = mean_errors(state.machine, self.how.kind, self.measured)
        sound = all(np.isfinite(part).all() for part in jax.tree.leaves(state))
        sound = sound and np.isfinite(np.asarray(state.machine.variance)).all()
        is_fit = sound and np.isfinite(misfit) and misfit <= self.misfit_limit
        return Epochs(state, state, [error if is_fit else np.nan])

    def start_loss(self, rows: Source, index: Index) -> float:
        """Mean squared reconstruction error of the measured rows, before training."""
        return mean_errors(self.start.machine, self.how.kind, self.measured)[0]

    first_loss = start_loss

    def loss_limit(self, loss: float) -> float:
        """Infinity: whether a machine has diverged is told from its misfit."""
        return np.inf

    def losses(self, params: ChainState, rows: Source, index: Index, unit: float) -> np.ndarray:
        """The held-out loss of each row at ``index``."""
        machine = jax.tree.map(np.asarray, params.machine)
        with np.errstate(over="ignore", invalid="ignore"):
            v = np.concatenate([chunk.x for chunk in rows.chunks(index, _HELD_OUT_TOGETHER)])
            return self.held_out_loss(machine, v.astype(np.float32))

    def losses_after(self, done: Epochs, rows: Source, index: Index, unit: float) -> np.ndarray:
        """The same after the one epoch: (1, n_rows)."""
        return self.losses(done.params, rows, index, unit)[None]


def measured_rows(rows: NumberedRows, order: np.ndarray) -> np.ndarray:
    """The first 1,000 rows of an order, or all, in single precision."""
    with np.errstate(over="ignore"):
        return rows.take(np.sort(order[:MEASURED_ROWS])).astype(np.float32)


def misfit_limit(
    kind: Kind, machine: Machine, measured: np.ndarray, errors: Sequence[float] = ()
) -> float:
    """The misfit above which a machine has diverged.

    Parameters
    ----------
    kind : Kind
    machine : Machine
        What training starts from.
    measured : ndarray of shape (n_rows, n_visible)
    errors : sequence of float
        Mean squared reconstruction errors of the epochs so far.
    """
    usual = max(errors) if errors else mean_errors(machine, kind, measured)[0]
    # A unit's misfit is about 1 where nothing is known: log 2 for a Bernoulli one
    return _DIVERGENCE * max(usual, measured.shape[1])


def mean_errors(machine: Machine, kind: Kind, rows: np.ndarray) -> tuple[float, float]:
    """Squared reconstruction error and misfit of a machine's rows, means over the rows."""
    machine = jax.tree.map(np.asarray, machine)
    with np.errstate(all="ignore"):  # of weights that diverged
        error, misfit = (e.mean() for e in rebuilding_errors(machine, kind, rows))
    return float(error), float(misfit)


def varying_columns(rows: NumberedRows, index: np.ndarray) -> np.ndarray:
    """Whether each column varies in the rows at ``index``, by more than single precision rounds."""
    low: Any = np.inf
    high: Any = -np.inf
    for chunk in slices(len(index), max(1, _CHUNK_VALUES // rows.n_features)):
        values = rows.take(index[chunk])
        low, high = np.minimum(low, values.min(0)), np.maximum(high, values.max(0))
    return high - low > np.finfo(np.float32).eps * np.maximum(abs(low), abs(high))
