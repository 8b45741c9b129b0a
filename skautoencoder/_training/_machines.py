"""Training a Boltzmann machine from its start to the best epoch, or until it breaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from skautoencoder._data._blocks import slices
from skautoencoder._training._contrastive import ChainState, contrastive_epoch
from skautoencoder._training._fit import Progress
from skautoencoder.boltzmann import Kind, rebuilding_errors

# A machine is judged by how it rebuilds at most this many rows.
_JUDGED_ROWS = 1_000
# Rows that cost this many times what has been usual so far: the machine has diverged.
_DIVERGED = 100
# Rows are looked through so many values at a time.
_CHUNK_VALUES = 1_048_576


@dataclass(frozen=True, eq=False)
class Gauge:
    """Rows that tell how well a machine rebuilds, and whether it still does.

    Parameters
    ----------
    kind : Kind
    rows : ndarray of shape (n_rows, n_visible)
    limit : float
        A mean misfit of a row above this is that of a machine that has diverged.
    """

    kind: Kind
    rows: np.ndarray
    limit: float

    def error(self, state):
        """Mean squared reconstruction error of a row; None if the machine has diverged."""
        error, misfit = _mean_errors(state.machine, self.kind, self.rows)
        sound = all(np.isfinite(part).all() for part in jax.tree.leaves(state))
        sound = sound and np.isfinite(np.asarray(state.machine.variance)).all()
        return error if sound and misfit <= self.limit and np.isfinite(misfit) else None


def make_gauge(kind, rows, order, machine, errors=()):
    """The :class:`Gauge` of a training on the rows in this order.

    Parameters
    ----------
    kind : Kind
    rows : Rows
    order : ndarray
    machine : Machine
        What training starts from.
    errors : list of float
        Mean squared reconstruction errors of the epochs so far.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        few = rows.take(np.sort(order[:_JUDGED_ROWS])).astype(np.float32)
    usual = max(errors) if errors else _mean_errors(machine, kind, few)[0]
    # A unit's misfit is about 1 where nothing is known: log 2 for a Bernoulli one
    return Gauge(kind, few, _DIVERGED * max(usual, rows.n_features))


def _mean_errors(machine, kind, rows):
    machine = jax.tree.map(np.asarray, machine)
    with np.errstate(all="ignore"):  # of weights that diverged
        error, misfit = (e.mean() for e in rebuilding_errors(machine, kind, rows))
    return float(error), float(misfit)


def sound_epoch(how, state, rows, order, rng, gauge):
    """One pass over the rows: the state after it and its error, which is None if it diverged."""
    with np.errstate(over="ignore", invalid="ignore"):  # of values beyond single precision
        state = contrastive_epoch(how, state, rows, order, rng)
    return state, gauge.error(state)


@dataclass(frozen=True)
class MachineResult:
    """What the training of a machine ends with.

    Attributes
    ----------
    state : ChainState
        The best state on the held-out rows, or the last sound one where there are none.
    errors : list of float
        Mean squared reconstruction error of a row after each epoch.
    held_out_losses : list of float
        Entry 0 is the start. Empty without held-out rows.
    diverged, interrupted : bool
        Why training stopped early, if it did so for one of these reasons.
    """

    state: ChainState
    errors: list
    held_out_losses: list
    diverged: bool
    interrupted: bool


def train_machine(how, state, rows, order, *, n_iter, gauge, judge, selection, rng, watcher):
    """Train a machine from ``state``, until its epochs are over, it diverges or is interrupted.

    Parameters
    ----------
    how : Contrastive
    state : ChainState
    rows : Rows
    order : ndarray
        The rows to learn from.
    n_iter : int
    gauge : Gauge
    judge : callable
        The losses of held-out rows, of a machine.
    selection : Selection or None
        What the judge has seen; None to keep the last state.
    rng : numpy.random.RandomState
    watcher : object with ``begin()`` and ``end(progress)``
        Called before and after each epoch; a true value from ``end`` stops training.

    Returns
    -------
    MachineResult
    """
    errors: list[float] = []
    diverged = interrupted = False
    try:
        for epoch in range(1, n_iter + 1):
            watcher.begin()
            reached, error = sound_epoch(how, state, rows, rng.permutation(order), rng, gauge)
            if error is None:
                diverged = True
                break
            losses = None if selection is None else judge(reached.machine)
            state = reached
            errors.append(error)
            loss = None if selection is None else _note(selection, state, losses)
            stop = watcher.end(Progress(epoch, state, error, loss))
            if stop or (selection is not None and selection.exhausted):
                break
    except KeyboardInterrupt:
        interrupted = True
    best: Any = state if selection is None else selection.params
    curve = [] if selection is None else selection.curve
    return MachineResult(best, errors, curve, diverged, interrupted)


def _note(selection, state, losses):
    selection.update(state, losses)
    return selection.curve[-1]


def varying_columns(rows):
    """Which columns vary, by more than single precision's rounding."""
    low, high = np.inf, -np.inf
    n_together = max(1, _CHUNK_VALUES // rows.n_features)
    for chunk in slices(len(rows.weight), n_together):
        values = rows.take(chunk)
        low, high = np.minimum(low, values.min(0)), np.maximum(high, values.max(0))
    return high - low > np.finfo(np.float32).eps * np.maximum(abs(low), abs(high))
