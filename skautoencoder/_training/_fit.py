"""Training from the start to the best weights: runs side by side, judged together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import jax
import numpy as np

from skautoencoder._data._blocks import Rows
from skautoencoder._starts._start import Start
from skautoencoder._training._execution import alongside
from skautoencoder._training._gradient import Problem, row_losses, train_epochs, training_loss
from skautoencoder._training._selection import Selection

# The start's training loss is measured on at most this many rows.
_START_ROWS = 2_000
# A validation loss above this share of the start's is worth a second try.
WORTHWHILE = 0.95
# A loss this many times that of rebuilding nothing but the mean has diverged.
_DIVERGED = 100
# Nor does a chunk of rows this many squared spreads off have anything to teach.
_FAR_OUT = 1e8
# Single precision may be wrong by so much in each entry of a row of spread 1.
_ROUNDING = 64 * float(np.finfo(np.float32).eps)


@dataclass(frozen=True, eq=False)
class Run:
    """One training: a problem, where it starts, and the numbers of the rows to learn from."""

    problem: Problem
    start: Start
    index: np.ndarray

    @property
    def params(self):
        """The weights to start from."""
        return self.start.params

    @property
    def steps_an_epoch(self):
        """Batches that the rows to learn from make."""
        return -(-len(self.index) // self.problem.batch_size)

    def at(self, params, code):
        """The same run, had it started at these weights with this scale of their codes."""
        return replace(self, start=self.start._replace(params=params, code=code))

    def epochs(self, rows, max_iter, rng, awake=False):
        """The training, epoch by epoch."""
        first = self.problem.model.network.with_random_weights(rng, self.params) if awake else None
        state = self.problem.start(self.params, first)
        return train_epochs(self.problem, state, rows, self.index, max_iter, rng)


@dataclass(frozen=True, eq=False)
class Judge:
    """Held-out rows that say how good a run's weights are.

    ``group`` numbers the groups that the rows at ``index`` belong to.
    """

    run: Run
    rows: Rows
    index: np.ndarray
    group: np.ndarray

    def losses(self, params, scale):
        """The loss of each held-out row, as if standardised by that scale."""
        problem = self.run.problem
        losses = row_losses(problem, params, self.rows, self.index)
        ratio = problem.standardisation.scale / scale
        return problem.objective.in_units(losses, problem.model, ratio)


class Progress(NamedTuple):
    """What is known at the end of an epoch."""

    epoch: int  # from 1
    params: Any
    loss: float
    validation_loss: float | None

    @property
    def judged(self):
        """The loss that says how good the epoch was, as far as is known."""
        return self.loss if self.validation_loss is None else self.validation_loss


@dataclass(frozen=True)
class TrainingResult:
    """What training ends with.

    Attributes
    ----------
    params : pytree of arrays
        The best weights on the held-out rows, or the last where there are none.
    loss_curve, validation_loss_curve : list of float
        In the units of the data. Entry 0 is the start. The second is empty without held-out
        rows.
    best_epoch : int
        The epoch the weights are from; 0 is the start.
    best_loss : float
        Their loss on the held-out rows, or on the training rows where there are none.
    convincing : bool
        Whether they are better than the start by more than chance would explain.
    diverged, interrupted : bool
        Why training stopped early, if it did so for one of these reasons.
    """

    params: Any
    loss_curve: list
    validation_loss_curve: list
    best_epoch: int
    best_loss: float
    convincing: bool
    diverged: bool
    interrupted: bool

    def with_start(self, params):
        """The same record, had none of the epochs been better than the start."""
        loss = self.validation_loss_curve[0]
        return replace(self, params=params, best_epoch=0, best_loss=loss)


def train(leader, judges, rows, *, max_iter, patience, tol, second_try, rng, watcher):
    """Train the leader; the judges say which of its epochs was best, and when to stop.

    Parameters
    ----------
    leader : Run
        The run whose weights are kept.
    judges : list of Judge
        One on the leader itself for a plain validation split; one a fold for
        cross-validation, whose runs are trained alongside; none to keep the last weights.
    rows : Rows
        What all runs learn from.
    max_iter : int
    patience : float
        Epochs without progress before training stops; infinite to run them all.
    tol : float
    second_try : bool
        Whether to try once more, with the network awake, when patience runs out and
        little was gained over the start. Both tries share ``max_iter`` and count as one training.
    rng : numpy.random.RandomState
    watcher : object with ``begin()`` and ``end(progress)``
        Called before and after each epoch; a true value from ``end`` stops training.

    Returns
    -------
    TrainingResult
    """
    runs = [leader, *(judge.run for judge in judges if judge.run is not leader)]
    loss_curve = [start_loss(leader, rows)]
    limit = _loss_limit(leader, loss_curve[0])
    selection = _select(leader, judges, patience, tol)
    params, diverged, interrupted = leader.params, False, False
    in_data_units = leader.problem.in_data_units
    epochs = {run: run.epochs(rows, max_iter, rng) for run in runs}
    try:
        for epoch in range(1, max_iter + 1):
            watcher.begin()
            averages = {}  # those of the last epoch go before there are new ones
            for run, run_epochs in epochs.items():
                record = next(run_epochs)
                averages[run] = record.state.weights.average
                if run is leader:
                    loss = record.loss
            del record  # its state is the run's own, which lets it go in the next epoch
            loss_curve.append(loss)
            if epoch == 1 and loss > limit:
                # What is added to the error alone may be as large from the start.
                limit = max(
                    limit,
                    _DIVERGED * training_loss(leader.problem, leader.params, rows, leader.index),
                )
            if not loss <= limit:
                diverged = True
                break
            params = averages[leader]
            validation_loss = None
            if selection is not None:
                selection.update(params, _judge(leader, judges, averages))
                validation_loss = in_data_units(selection.curve[-1])
            progress = Progress(epoch, params, in_data_units(loss), validation_loss)
            stop = watcher.end(progress)
            if alongside().epoch_ended(progress.judged, epoch, max_iter) or stop:
                break
            if selection is not None and selection.exhausted:
                if not second_try or selection.loss < WORTHWHILE * selection.curve[0]:
                    break
                second_try = False
                selection.be_patient_again()
                epochs.clear()  # the states so far go before there are new ones
                epochs |= {run: run.epochs(rows, max_iter - epoch, rng, awake=True) for run in runs}
    except KeyboardInterrupt:
        interrupted = True
        if selection is not None:  # amid the judging, perhaps
            del loss_curve[len(selection.curve) :]
    loss_curve = [in_data_units(loss) for loss in loss_curve]
    if selection is None:
        kept = len(loss_curve) - 1 - diverged
        return TrainingResult(
            params, loss_curve, [], kept, loss_curve[kept], True, diverged, interrupted
        )
    return TrainingResult(
        selection.params,
        loss_curve,
        [in_data_units(loss) for loss in selection.curve],
        selection.epoch,
        in_data_units(selection.loss),
        selection.convincing and _learnt(leader, judges, selection.params, rows),
        diverged,
        interrupted,
    )


def _judge(leader, judges, params):
    scale = leader.problem.standardisation.scale
    return np.concatenate([judge.losses(params[judge.run], scale) for judge in judges])


def _learnt(leader, judges, params, rows):
    """Whether weights that nobody judged themselves are better than the start where they learnt.

    Folds choose an epoch for a training that saw other rows: one far out is enough, and
    what served the folds did harm here.
    """
    if any(judge.run is leader for judge in judges):
        return True
    before, after = (_mean_loss(leader, p, rows, leader.index) for p in (leader.params, params))
    return after < before


def _mean_loss(run, params, rows, index):
    losses = row_losses(run.problem, params, rows, index)
    return float(np.average(losses, weights=rows.weight[index]))


def _select(leader, judges, patience, tol):
    if not judges:
        return None
    losses = _judge(leader, judges, {judge.run: judge.run.params for judge in judges})
    weight = np.concatenate([judge.rows.weight[judge.index] for judge in judges])
    group = np.concatenate([judge.group for judge in judges])
    rounding = _unit_loss(leader) * _ROUNDING ** max(leader.problem.model.loss.power, 1)
    return Selection(leader.params, losses, weight, patience, tol, group, rounding)


def learnt_in_bounds(run, start_loss, epoch):
    """Whether an epoch left all numbers finite, and its loss one that training can mend."""
    limit = min(_loss_limit(run, start_loss), _FAR_OUT * _unit_loss(run))
    arrays = jax.tree.leaves(epoch.state.weights)
    return epoch.loss <= limit and all(np.isfinite(array).all() for array in arrays)


def _loss_limit(run, loss):
    """The loss above which a training that starts at ``loss`` has diverged."""
    return _DIVERGED * max(loss, _unit_loss(run))


def start_loss(run, rows):
    """Mean loss of the rows to learn from, before training, on up to 2,000 of them."""
    return _mean_loss(run, run.params, rows, run.index[:_START_ROWS])


def _unit_loss(run):
    return float(run.problem.objective.unit(run.problem.model))
