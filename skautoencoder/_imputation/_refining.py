"""A network learns to fill gaps better than the linear model it starts at."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numpy as np

from skautoencoder._data._standardization import Standardization
from skautoencoder._functions import Array
from skautoencoder._imputation._examples import at_hidden_cells, remasked, unpacked
from skautoencoder._imputation._hidden import HiddenCells
from skautoencoder._model import Model
from skautoencoder._networks import RefiningNetwork, RefiningParameters
from skautoencoder._training import _fit as training
from skautoencoder._training._execution import alongside
from skautoencoder._training._gradient_learner import GradientLearner
from skautoencoder._training._plan import HeldOut, Lane, Plan
from skautoencoder._training._recipe import Recipe
from skautoencoder._training._seeds import START, generator
from skautoencoder._training._start import CodeScale, Start
from skautoencoder.losses import LOSSES
from skautoencoder.objectives import Objective, Step


class Training(NamedTuple):
    """How networks are trained: what a user may set."""

    learning_rate: float
    batch_size: int
    max_iter: int


@dataclass(frozen=True)
class Refining(Objective):
    """The squared error of all cells that count, of rows with more gaps than they have."""

    def loss(self, model: Model, params: Any, x: Array, step: Step) -> Array:
        """Each row's loss in one training step."""
        return self.validation_loss(model, params, x)

    def validation_loss(self, model: Model, params: Any, x: Array) -> Array:
        """The same: chance is in the rows, not here."""
        xp = x.__array_namespace__()
        filled, seen, truth = unpacked(x)
        network = cast(RefiningNetwork, model.network)
        counts = ~xp.isnan(truth)
        found = network.refine(params, filled, seen)
        return model.seeing(counts).error(xp.where(counts, truth, 0), found)


def fit_networks(
    network: RefiningNetwork,
    edges: np.ndarray,
    ways: list[HiddenCells],
    settings: Training,
    seed: int,
) -> tuple[RefiningParameters, ...]:
    """The parameters that fill hidden cells best, a set for each way to hide some.

    Of all at the end of a pass over the rows to learn from, and those before, which add nothing.

    Parameters
    ----------
    network : RefiningNetwork
    edges : ndarray of shape (n_edges, n_features)
    ways : list of HiddenCells
    settings : Training
    seed : int

    Returns
    -------
    tuple of RefiningParameters
        NumPy arrays.
    """
    stopped = threading.Event()

    def fit(number: int) -> RefiningParameters:
        plan = _plan(network, edges, ways[number], settings, generator(seed, START, number))
        state = training.fit(plan, training.begin(plan), _Quiet(stopped))
        return training.result_of(plan, state).params

    # Threads of their own also keep these trainings apart from those of a search around them.
    with ThreadPoolExecutor(max(1, alongside().n_threads)) as threads:
        try:
            first = threads.submit(fit, 0).result()  # compiles, for all
            return (first, *threads.map(fit, range(1, len(ways))))
        except BaseException:  # Ctrl-C, too: no thread is left to train to its end
            stopped.set()
            raise


def _plan(
    network: RefiningNetwork,
    edges: np.ndarray,
    hidden: HiddenCells,
    settings: Training,
    rng: np.random.Generator,
) -> Plan:
    rows, held_out = remasked(hidden, rng), at_hidden_cells(hidden)
    index = held_out.everything
    learner = _learner(network, network.init(rng, edges), rows.n_features, settings)
    return Plan(
        rows,
        (Lane(learner, rows.everything),),
        (HeldOut(0, held_out, index, np.arange(len(index))),),
        max_iter=settings.max_iter,
        seed=int(rng.integers(2**31)),
    )


def _learner(
    network: RefiningNetwork, params: RefiningParameters, width: int, settings: Training
) -> GradientLearner:
    # The objective asks the network to refine, nothing else: it has no code.
    model = Model(
        cast(Any, network),
        LOSSES["squared_error"],
        np.zeros(network.n_features, np.float32),
        np.float32(1),
    )
    nothing = np.zeros(0)
    start = Start(
        Standardization(np.zeros(width), 1.0), params, True, CodeScale(nothing, nothing), None
    )
    return GradientLearner(
        model,
        Refining(),
        start,
        optimizer="adam",
        learning_rate=settings.learning_rate,
        weight_decay=0.0,
        batch_size=settings.batch_size,
        recipe=Recipe(),
    )


class _Quiet:
    """A reporter that says nothing, and stops a training when asked to."""

    def __init__(self, stopped: threading.Event) -> None:
        self.stopped = stopped

    def begin(self) -> None:
        """An epoch begins."""

    def end(self, progress: training.Progress) -> bool:
        """An epoch has ended; whether to stop training."""
        return self.stopped.is_set()

    def keeps(self, epoch: int) -> bool:
        """Whether the state after that epoch is wanted: none is."""
        return False

    def reached(self, state: training.FitState) -> None:
        """The state at the end of an epoch."""
