"""A machine that learns by contrastive divergence: the :class:`Learner` of Boltzmann machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from skautoencoder._data._rows import slices
from skautoencoder._training._contrastive import ChainState, Contrastive, contrastive_epoch
from skautoencoder._training._learner import Epoch
from skautoencoder.boltzmann import rebuilding_errors

# A machine's training loss is how it rebuilds at most this many rows.
MEASURED_ROWS = 1_000
# Rows that cost this many times what has been usual so far: the machine has diverged.
_DIVERGENCE = 100
# Rows are looked through so many values at a time.
_CHUNK_VALUES = 1_048_576


@dataclass(frozen=True, eq=False)
class ContrastiveLearner:
    """How a machine is trained, and judged.

    Parameters
    ----------
    how : Contrastive
    start : ChainState
    measured : ndarray of shape (n_rows, n_visible)
        The rows that tell how well a machine rebuilds, and whether it still does.
    misfit_limit : float
        A mean misfit of these rows above this is that of a machine that has diverged.
    held_out_loss : callable
        ``held_out_loss(machine, v)``: what held-out rows cost, each.
    """

    how: Contrastive
    start: ChainState
    measured: np.ndarray
    misfit_limit: float
    held_out_loss: Any = None

    unit = 1.0
    rounding = 0.0

    @property
    def start_params(self):
        """The state that it starts from: a machine, and its chains."""
        return self.start

    def in_data_units(self, loss):
        """A loss as it is: machines see the rows in the units of the data."""
        return float(loss)

    def steps_an_epoch(self, n_rows):
        """Batches that so many rows make."""
        return -(-n_rows // self.how.batch_size)

    def begin(self, awake=None):
        """The state before the first step."""
        return self.start

    def params(self, state):
        """The whole state: its chains belong to the machine."""
        return state

    def kept(self, params):
        """The same: nothing of it is written to."""
        return params

    def epoch(self, state, rows, index, rng, n_epochs=None):
        """One pass over the rows at ``index``, shuffled.

        The loss is not a number where the machine has diverged.
        """
        with np.errstate(over="ignore", invalid="ignore"):  # of values beyond single precision
            state = contrastive_epoch(self.how, state, rows, rng.permutation(index), rng)
        error, misfit = mean_errors(state.machine, self.how.kind, self.measured)
        sound = all(np.isfinite(part).all() for part in jax.tree.leaves(state))
        sound = sound and np.isfinite(np.asarray(state.machine.variance)).all()
        is_fit = sound and np.isfinite(misfit) and misfit <= self.misfit_limit
        return Epoch(state, error if is_fit else np.nan)

    def start_loss(self, rows, index):
        """Mean squared reconstruction error of a row, before training."""
        return mean_errors(self.start.machine, self.how.kind, self.measured)[0]

    first_loss = start_loss

    def loss_limit(self, loss):
        """No loss is too high: it is the misfit that tells of a divergence."""
        return np.inf

    def losses(self, params, rows, index, unit):
        """What each row at ``index`` costs."""
        machine = jax.tree.map(np.asarray, params.machine)
        with np.errstate(over="ignore", invalid="ignore"):
            return self.held_out_loss(machine, rows.take(index).astype(np.float32))


def measured_rows(rows, order):
    """Up to 1,000 of the rows in this order, and in single precision."""
    with np.errstate(over="ignore"):
        return rows.take(np.sort(order[:MEASURED_ROWS])).astype(np.float32)


def misfit_limit(kind, machine, measured, errors=()):
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


def mean_errors(machine, kind, rows):
    """Mean squared reconstruction error and mean misfit of a row."""
    machine = jax.tree.map(np.asarray, machine)
    with np.errstate(all="ignore"):  # of weights that diverged
        error, misfit = (e.mean() for e in rebuilding_errors(machine, kind, rows))
    return float(error), float(misfit)


def varying_columns(rows):
    """Which columns vary, by more than single precision's rounding."""
    low, high = np.inf, -np.inf
    n_together = max(1, _CHUNK_VALUES // rows.n_features)
    for chunk in slices(len(rows.weight), n_together):
        values = rows.take(chunk)
        low, high = np.minimum(low, values.min(0)), np.maximum(high, values.max(0))
    return high - low > np.finfo(np.float32).eps * np.maximum(abs(low), abs(high))
