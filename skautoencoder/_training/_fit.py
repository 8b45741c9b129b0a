"""From a plan to the best weights, an epoch at a time: a state goes in, the next comes out."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import copy_context
from enum import Enum
from typing import Any, NamedTuple, Protocol

import numpy as np

from skautoencoder._training._best import BestSoFar, best_at_start
from skautoencoder._training._execution import alongside
from skautoencoder._training._learner import Epochs
from skautoencoder._training._mesh import mesh_set
from skautoencoder._training._plan import Plan
from skautoencoder._training._seeds import EPOCH, SECOND_START, generator


class End(Enum):
    """Why a fit ended."""

    MAX_ITER = "all epochs were run"
    NO_PROGRESS = "held-out rows showed no more progress"
    STOPPED = "a callback or a fit beside it stopped it"
    DIVERGED = "the loss diverged"
    INTERRUPTED = "it was interrupted"


class EpochTrained(NamedTuple):
    """What is known of an epoch once it is trained.

    Attributes
    ----------
    loss : float
        Mean training loss of the first lane.
    params : pytree
        The weights that the first lane's learner would keep.
    held_out : ndarray or None
        The loss of each row held out; None where none is.
    """

    loss: float
    params: Any
    held_out: np.ndarray | None


class FitState(NamedTuple):
    """Where a fit stands at the end of an epoch: arrays and numbers, nothing else.

    Attributes
    ----------
    lanes : list
        The state of each lane's learner, after the epochs ahead. The next ones use them up.
    params : pytree
        The weights that the first lane's learner would keep.
    epoch : int
    loss_curve : tuple of float
        Mean training loss of the first lane, entry 0 at the start.
    limit : float
        A training loss above it has diverged.
    best : BestSoFar or None
        None without held-out rows.
    try_began : int
        The epoch after which this try began.
    end : End or None
        None while it goes on.
    ahead : tuple of EpochTrained
        The epochs to come that are trained already, as short ones are several at a time.
    """

    lanes: list[Any]
    params: Any
    epoch: int
    loss_curve: tuple[float, ...]
    limit: float
    best: BestSoFar | None
    try_began: int = 0
    end: End | None = None
    ahead: tuple[EpochTrained, ...] = ()


class Progress(NamedTuple):
    """How far a fit has come at the end of an epoch; losses are in the units of the data."""

    epoch: int  # from 1
    params: Any
    loss: float
    held_out_loss: float | None

    @property
    def best_known_loss(self) -> float:
        """The held-out loss, or the training loss without held-out rows."""
        return self.loss if self.held_out_loss is None else self.held_out_loss


class Reporter(Protocol):
    """What is told of each epoch while a fit runs."""

    def begin(self) -> None:
        """An epoch begins."""

    def end(self, progress: Progress) -> bool:
        """An epoch has ended; whether to stop training."""

    def keeps(self, epoch: int) -> bool:
        """Whether it takes the state after that epoch, so that none beyond may be trained yet."""

    def reached(self, state: FitState) -> None:
        """The state at the end of an epoch, which the next one uses up."""


class Result(NamedTuple):
    """What a fit ends with; losses are in the units of the data.

    Attributes
    ----------
    params : pytree
        The best weights on the held-out rows, or the last where there are none.
    loss_curve, held_out_curve : list of float
        Entry 0 is the start. The second is empty without held-out rows.
    best_epoch : int
        The epoch the weights are from; 0 is the start.
    best_loss : float
        Their loss on the held-out rows, or on the training rows where there are none.
    convincing : bool
        Whether they are better than the start by more than chance would explain.
    end : End
    unfinished : bool
        Whether more epochs would have given a better model, as the held-out rows tell.
    """

    params: Any
    loss_curve: list[float]
    held_out_curve: list[float]
    best_epoch: int
    best_loss: float
    convincing: bool
    end: End
    unfinished: bool = False

    def with_start(self, params: Any) -> Result:
        """The result had no epoch been better than the start, whose weights are ``params``."""
        return self._replace(params=params, best_epoch=0, best_loss=self.held_out_curve[0])


def begin(plan: Plan) -> FitState:
    """The :class:`FitState` before the first epoch."""
    learner, index = plan.leader.learner, plan.leader.index
    states = [lane.learner.begin() for lane in plan.lanes]
    loss = learner.start_loss(plan.rows, index)
    best = None
    if plan.held_out:
        weight = np.concatenate([h.rows.weights(h.index) for h in plan.held_out])
        group = np.concatenate([h.group for h in plan.held_out])
        losses = _start_losses(plan)
        best = best_at_start(learner.start_params, losses, weight, plan.tol, group)
    end = None if plan.max_iter else End.MAX_ITER
    limit = learner.loss_limit(loss)
    return FitState(states, learner.start_params, 0, (loss,), limit, best, end=end)


def fit(plan: Plan, state: FitState, reporter: Reporter) -> FitState:
    """The last :class:`FitState` of a fit, trained from ``state`` until it ends.

    Parameters
    ----------
    plan : Plan
    state : FitState
    reporter : Reporter
        Called before and after each epoch; it may stop training.
    """
    with ThreadPoolExecutor(max(1, alongside().n_threads)) as threads:
        try:
            while state.end is None:
                reporter.begin()
                if not state.ahead:
                    n_epochs = _most_ahead(plan, state.epoch, reporter)
                    state = trained_ahead(plan, state, threads, n_epochs)
                state = one_epoch(plan, state)
                if state.end is None:
                    progress = _progress(plan, state)
                    state = _after_epoch(plan, state, progress, reporter.end(progress))
                reporter.reached(state)
        except KeyboardInterrupt:
            state = state._replace(end=End.INTERRUPTED)
    return state


def trained_ahead(plan: Plan, state: FitState, threads: Executor, n: int) -> FitState:
    """The same with the next ``n`` epochs of all lanes ahead, trained in threads."""
    numbers = range(len(plan.lanes))
    in_turn = len(numbers) == 1 or alongside().n_threads == 1 or mesh_set() is not None
    # What trains first compiles: threads would each do so.
    n_alone = len(numbers) if in_turn else state.epoch == 0
    done = [_train_lane(plan, state, number, n) for number in numbers[:n_alone]]
    runs = [
        threads.submit(copy_context().run, _train_lane, plan, state, number, n)
        for number in numbers[n_alone:]
    ]
    done += [run.result() for run in runs]
    leader = done[0].epochs
    measured = [losses for lane in done for losses in lane.held_out]
    held_out = np.concatenate(measured, axis=1) if measured else [None] * n
    params = plan.leader.learner.kept(leader)
    return state._replace(ahead=tuple(map(EpochTrained, leader.losses, params, held_out)))


def one_epoch(plan: Plan, state: FitState) -> FitState:
    """The state after the first epoch ahead, or the same with its end where the loss diverged."""
    now, *ahead = state.ahead
    reached = state._replace(
        epoch=state.epoch + 1, loss_curve=(*state.loss_curve, now.loss), ahead=tuple(ahead)
    )
    if state.epoch == 0 and not now.loss <= state.limit:
        # What an objective adds to the error alone may be as large from the start.
        learner, index = plan.leader.learner, plan.leader.index
        first = learner.loss_limit(learner.first_loss(plan.rows, index))
        reached = reached._replace(limit=max(state.limit, first))
    if not now.loss <= reached.limit:
        return reached._replace(end=End.DIVERGED)
    best = state.best
    if best is not None and now.held_out is not None:
        surely = plan.recipe.standard_errors_between_epochs
        best = best.after(now.params, now.held_out, surely)
    return reached._replace(params=now.params, best=best)


def result_of(plan: Plan, state: FitState) -> Result:
    """The :class:`Result` of a fit that has ended, from its last state."""
    assert state.end is not None, "the fit goes on"
    learner = plan.leader.learner
    curve = [learner.in_data_units(loss) for loss in state.loss_curve]
    best = state.best
    if best is None:
        kept = len(curve) - 1 - (state.end is End.DIVERGED)
        return Result(state.params, curve, [], kept, curve[kept], True, state.end)
    held_out_curve = [learner.in_data_units(loss) for loss in best.curve]
    convincing = plan.recipe.convinced_by(best, learner.rounding) and _learnt(plan, best)
    at_the_end = state.end is End.MAX_ITER and plan.recipe.unfinished(best.curve)
    return Result(
        best.params,
        curve,
        held_out_curve,
        best.epoch,
        held_out_curve[best.epoch],
        convincing,
        state.end,
        convincing and at_the_end,
    )


def _most_ahead(plan: Plan, epoch: int, reporter: Reporter) -> int:
    """How many epochs may be trained at a time after that one.

    None beyond one at which others may stop the fit, or whose state the reporter takes.
    """
    of_lanes = (lane.learner.most_epochs(plan.rows, lane.index) for lane in plan.lanes)
    most = min(plan.max_iter - epoch, *of_lanes)
    last = (
        n
        for n in range(1, most)
        if reporter.keeps(epoch + n) or alongside().may_stop(epoch + n, plan.max_iter)
    )
    return next(last, most)


class _LaneTrained(NamedTuple):
    epochs: Epochs
    held_out: list[np.ndarray]  # (n_epochs, n_rows) each, the losses of the rows held out from it


def _train_lane(plan: Plan, state: FitState, number: int, n: int) -> _LaneTrained:
    """The next ``n`` epochs of one lane, whose next state takes the old one's place."""
    lane = plan.lanes[number]
    before, state.lanes[number] = state.lanes[number], None  # goes before the next lane trains
    rngs = [generator(plan.seed, EPOCH, number, state.epoch + i) for i in range(n)]
    n_epochs = plan.max_iter - state.try_began
    done = lane.learner.epochs(before, plan.rows, lane.index, rngs, n_epochs)
    state.lanes[number] = done.state
    held_out = [
        lane.learner.losses_after(done, h.rows, h.index, plan.leader.learner.unit)
        for h in plan.held_out
        if h.lane == number
    ]
    return _LaneTrained(done, held_out)


def _after_epoch(plan: Plan, state: FitState, progress: Progress, asked_to_stop: bool) -> FitState:
    """The state that the next epoch begins at, or that the fit ends with."""
    outdone = alongside().epoch_ended(progress.best_known_loss, state.epoch, plan.max_iter)
    if asked_to_stop or outdone:
        return state._replace(end=End.STOPPED)
    best = state.best
    if state.epoch == plan.max_iter:
        return state._replace(end=End.MAX_ITER)
    patience, rising = plan.patience, plan.patience_rising
    if state.try_began:  # on its way past PCA's error a loss may rise first
        patience = rising = plan.patience_of_second_try
    if best is None or not plan.recipe.has_waited(best, patience, rising):
        return state
    if not plan.from_pca or state.try_began or not plan.recipe.tries_again(best):
        return state._replace(end=End.NO_PROGRESS)
    state.lanes.clear()  # before there are new ones
    for number, lane in enumerate(plan.lanes):
        state.lanes.append(lane.learner.begin(generator(plan.seed, SECOND_START, number)))
    return state._replace(best=best.of_another_try(), try_began=state.epoch, ahead=())


def _start_losses(plan: Plan) -> np.ndarray:
    """The loss of each row held out before training, in standard units of the first lane."""
    unit = plan.leader.learner.unit
    learners = [plan.lanes[h.lane].learner for h in plan.held_out]
    return np.concatenate(
        [
            learner.losses(learner.start_params, h.rows, h.index, unit)
            for learner, h in zip(learners, plan.held_out, strict=True)
        ]
    )


def _learnt(plan: Plan, best: BestSoFar) -> bool:
    """Whether the best weights have a lower loss than the start on the rows they learnt from.

    Measured where only folds were held out; true elsewhere. Folds choose an epoch for a training
    that saw other rows: one far out is enough, and what served the folds did harm here.
    """
    if plan.leader_is_held_out:
        return True
    learner, index = plan.leader.learner, plan.leader.index
    weight = plan.rows.weights(index)
    before, after = (
        np.average(learner.losses(params, plan.rows, index, learner.unit), weights=weight)
        for params in (learner.start_params, best.params)
    )
    return bool(after < before)


def _progress(plan: Plan, state: FitState) -> Progress:
    in_data_units = plan.leader.learner.in_data_units
    held_out_loss = None if state.best is None else in_data_units(state.best.curve[-1])
    return Progress(state.epoch, state.params, in_data_units(state.loss_curve[-1]), held_out_loss)
