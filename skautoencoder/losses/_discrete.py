"""Losses of probabilities and counts, whose output is a logit or a logarithm."""

from __future__ import annotations

import math
from dataclasses import dataclass

from skautoencoder._functions import Array, softplus
from skautoencoder.losses._links import BoundedLog, Logit, Softmax
from skautoencoder.losses._loss import Interval, Loss


@dataclass(frozen=True)
class CrossEntropy(Loss):
    """``-sum_j x_j log p_j + (1 - x_j) log(1 - p_j)``, for data in [0, 1].

    The linear path gives a probability, held inside [0.001, 0.999], and the network
    moves its logit.
    """

    link = Logit()
    visible_units = "bernoulli"
    interval = Interval(
        0, 1, "loss='cross_entropy' needs values in [0, 1]",
        "Scale the columns first, for example with MinMaxScaler(clip=True), or use "
        "loss='squared_error'.",
    )  # fmt: skip

    def error(self, target: Array, output: Array) -> Array:
        return softplus(output) - target * output

    def nats(self, error: Array, spread: Array | float) -> Array:
        return error


@dataclass(frozen=True)
class PoissonDeviance(Loss):
    """``sum_j rate_j - x_j + x_j log(x_j / rate_j)``, for counts.

    Half the Poisson deviance: minus the log-likelihood, less that of a perfect fit. The
    linear path gives a rate, held above 0.001, and the network moves its logarithm, but not far
    out of the range that its column had in training:
    :class:`~skautoencoder.losses._links.BoundedLog`.
    """

    link = BoundedLog()
    bounded_by_range = True
    interval = Interval(
        0, math.inf, "loss='poisson' needs counts, which are not negative",
        "Use loss='squared_error' for values of either sign.",
    )  # fmt: skip

    def error(self, target: Array, output: Array) -> Array:
        xp = output.__array_namespace__()
        # a count of zero loses its logarithm; the smallest normal number stands in
        perfect = target * xp.log(target.clip(1e-30)) - target
        return xp.exp(output) - target * output + perfect

    def nats(self, error: Array, spread: Array | float) -> Array:
        return error


@dataclass(frozen=True)
class CategoricalCrossEntropy(Loss):
    """``-sum_j x_j log p_j``, for blocks of columns that add up to 1 in each row.

    Parameters
    ----------
    size : int
        Columns of a block; blocks of one size stand side by side.
    """

    size: int

    interval = Interval(
        0, 1, "Blocks of one-hot columns need values in [0, 1]",
        "Encode them first, for example with OneHotEncoder.",
    )  # fmt: skip

    @property
    def link(self) -> Softmax:
        return Softmax(self.size)

    def error(self, target: Array, output: Array) -> Array:
        return -target * output

    def nats(self, error: Array, spread: Array | float) -> Array:
        return error
