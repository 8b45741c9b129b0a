"""From a plan to the best weights, an epoch at a time: a state goes in, the next comes out."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import copy_context
from enum import Enum
from typing import Any, NamedTuple, Protocol

import numpy as np

from skautoencoder._training._best import BestSoFar, best_at_start
from skautoencoder._training._execution import alongside
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


class FitState(NamedTuple):
    """Where a fit stands at the end of an epoch: arrays and numbers, nothing else.

    Attributes
    ----------
    lanes : list
        The state of each lane's learner. The next epoch uses them up.
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
    """

    lanes: list[Any]
    params: Any
    epoch: int
    loss_curve: tuple[float, ...]
    limit: float
    best: BestSoFar | None
    try_began: int = 0
    end: End | None = None


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
        params = _params(plan, states)
        weight = np.concatenate([h.rows.weights(h.index) for h in plan.held_out])
        group = np.concatenate([h.group for h in plan.held_out])
        losses = _held_out_losses(plan, params)
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
                state = one_epoch(plan, state, threads)
                if state.end is None:
                    progress = _progress(plan, state)
                    state = _after_epoch(plan, state, progress, reporter.end(progress))
                reporter.reached(state)
        except KeyboardInterrupt:
            state = state._replace(end=End.INTERRUPTED)
    return state


def one_epoch(plan: Plan, state: FitState, threads: Executor) -> FitState:
    """The state after one more epoch, or the same with its end where the loss diverged."""
    losses = _train_lanes(plan, state, threads)
    reached = state._replace(epoch=state.epoch + 1, loss_curve=(*state.loss_curve, losses[0]))
    if state.epoch == 0 and not losses[0] <= state.limit:
        # What an objective adds to the error alone may be as large from the start.
        learner, index = plan.leader.learner, plan.leader.index
        first = learner.loss_limit(learner.first_loss(plan.rows, index))
        reached = reached._replace(limit=max(state.limit, first))
    if not losses[0] <= reached.limit:
        return reached._replace(end=End.DIVERGED)
    params = _params(plan, state.lanes)
    best, kept = state.best, plan.leader.learner.kept(params[0])
    if best is not None:
        best = best.after(kept, _held_out_losses(plan, params))
    return reached._replace(params=kept, best=best)


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


def _train_lanes(plan: Plan, state: FitState, threads: Executor) -> list[float]:
    """The losses of all lanes trained for an epoch, in threads where there are several."""
    numbers = range(len(plan.lanes))
    in_turn = len(numbers) == 1 or alongside().n_threads == 1 or mesh_set() is not None
    # The first epoch compiles: threads would each do so.
    if in_turn or state.epoch == 0:
        return [_train_lane(plan, state, number) for number in numbers]
    runs = [
        threads.submit(copy_context().run, _train_lane, plan, state, number) for number in numbers
    ]
    return [run.result() for run in runs]


def _train_lane(plan: Plan, state: FitState, number: int) -> float:
    """The loss of one lane trained for an epoch; its next state takes the old one's place."""
    lane = plan.lanes[number]
    before, state.lanes[number] = state.lanes[number], None  # goes before the next lane trains
    rng = generator(plan.seed, EPOCH, number, state.epoch)
    n_epochs = plan.max_iter - state.try_began
    state.lanes[number], loss = lane.learner.epoch(before, plan.rows, lane.index, rng, n_epochs)
    return loss


def _after_epoch(plan: Plan, state: FitState, progress: Progress, asked_to_stop: bool) -> FitState:
    """The state that the next epoch begins at, or that the fit ends with."""
    outdone = alongside().epoch_ended(progress.best_known_loss, state.epoch, plan.max_iter)
    if asked_to_stop or outdone:
        return state._replace(end=End.STOPPED)
    best = state.best
    if state.epoch == plan.max_iter:
        return state._replace(end=End.MAX_ITER)
    if best is None or best.n_without_progress < plan.patience:
        return state
    if not plan.from_pca or state.try_began or not plan.recipe.tries_again(best):
        return state._replace(end=End.NO_PROGRESS)
    state.lanes.clear()  # before there are new ones
    for number, lane in enumerate(plan.lanes):
        state.lanes.append(lane.learner.begin(generator(plan.seed, SECOND_START, number)))
    return state._replace(best=best.patient_again(), try_began=state.epoch)


def _params(plan: Plan, states: list[Any]) -> list[Any]:
    """The weights in each lane's state that losses are measured with."""
    return [lane.learner.params(state) for lane, state in zip(plan.lanes, states, strict=True)]


def _held_out_losses(plan: Plan, params: list[Any]) -> np.ndarray:
    """The loss of each row held out, in standard units of the first lane."""
    unit = plan.leader.learner.unit
    return np.concatenate(
        [
            plan.lanes[h.lane].learner.losses(params[h.lane], h.rows, h.index, unit)
            for h in plan.held_out
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
