"""What a fit asks of whatever it trains, networks and Boltzmann machines alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from skautoencoder._data._source import Index, Source


class Epochs(NamedTuple):
    """What passes over the rows leave.

    Attributes
    ----------
    state : pytree
        At the end of the last one.
    params : pytree
        The weights after each of them that losses are measured with, in the learner's own form.
    losses : list of float
        Of each, the mean over the rows; not a number where the training has broken down.
    """

    state: Any
    params: Any
    losses: list[float]


class Learner(Protocol):
    """How weights are trained and their losses measured; all that changes is in a state.

    A state is made of arrays and numbers. What is given to `epochs` is used up: the weights may
    go before there are new ones.
    """

    @property
    def start_params(self) -> Any:
        """The weights before training."""

    def begin(self, random_weights: np.random.Generator | None = None) -> Any:
        """The state before the first step; with a generator, at random weights beside PCA."""

    def most_epochs(self, rows: Source, index: Index) -> int:
        """How many passes over the rows at ``index`` may be trained at a time."""

    def epochs(
        self,
        state: Any,
        rows: Source,
        index: Index,
        rngs: Sequence[np.random.Generator],
        n_epochs: int | None = None,
    ) -> Epochs:
        """The :class:`Epochs` of a pass over the rows at ``index`` for each generator.

        They are some of ``n_epochs`` in all; None where no end is known.
        """

    def kept(self, done: Epochs) -> list[Any]:
        """The weights after each epoch, to outlive the state."""

    def losses_after(self, done: Epochs, rows: Source, index: Index, unit: float) -> np.ndarray:
        """The same as `losses` after each epoch: (n_epochs, n_rows)."""

    def start_loss(self, rows: Source, index: Index) -> float:
        """Mean loss of the rows at ``index`` before training."""

    def first_loss(self, rows: Source, index: Index) -> float:
        """The same as training measures it, with all that an objective adds to the error."""

    def loss_limit(self, loss: float) -> float:
        """The loss above which a training that starts at ``loss`` has diverged."""

    def losses(self, params: Any, rows: Source, index: Index, unit: float) -> np.ndarray:
        """The loss of each row at ``index``, for rows in standard units of the scale ``unit``."""

    @property
    def unit(self) -> float:
        """The scale of the rows that it learns from."""

    @property
    def rounding(self) -> float:
        """A gain in the mean loss up to here may be an error of rounding."""

    def in_data_units(self, loss: float) -> float:
        """A loss of rows in standard units, in the units of the data."""

    def steps_an_epoch(self, n_rows: int) -> int:
        """How many steps so many rows make."""
