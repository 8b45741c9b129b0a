"""Losses of real-valued columns, whose output is the reconstruction itself."""

from __future__ import annotations

import math
from dataclasses import dataclass

from skautoencoder._functions import Array
from skautoencoder.losses._links import Identity, InUnits
from skautoencoder.losses._loss import Loss

_LOG_2, _LOG_2_PI = math.log(2), math.log(2 * math.pi)


@dataclass(frozen=True)
class SquaredError(Loss):
    """``sum_j (x_j - x_hat_j)^2``."""

    link = Identity()
    power = 2
    isotropic = True
    visible_units = "gaussian"

    def error(self, target: Array, output: Array) -> Array:
        return (target - output) ** 2

    def nats(self, error: Array, spread: Array | float) -> Array:
        return error / (2 * spread**2) + (0.5 * _LOG_2_PI + _log_spread(spread, error))


@dataclass(frozen=True)
class AbsoluteError(Loss):
    """``sum_j |x_j - x_hat_j|``."""

    link = Identity()
    power = 1
    visible_units = "gaussian"

    def error(self, target: Array, output: Array) -> Array:
        return abs(target - output)

    def nats(self, error: Array, spread: Array | float) -> Array:
        return error / spread + (_LOG_2 + _log_spread(spread, error))


@dataclass(frozen=True)
class HuberLoss(Loss):
    """Squared up to ``delta``, linear beyond it (Huber 1964).

    With ``e = |x_j - x_hat_j|``: ``e^2 / 2`` where ``e <= delta``, else
    ``delta (e - delta / 2)``. Here ``delta`` is the data's typical spread, the root of
    the mean variance of a column.
    """

    link = Identity()
    power = 2
    visible_units = "gaussian"

    def error(self, target: Array, output: Array) -> Array:
        distance = abs(target - output)
        inner = distance.clip(max=1.0)
        return inner * (distance - 0.5 * inner)


@dataclass(frozen=True)
class HalfSquaredError(Loss):
    """``sum_j ((x_j - x_hat_j) / scale_)^2 / 2``: nats of Gaussian noise as wide as the scale."""

    link = Identity()

    def error(self, target: Array, output: Array) -> Array:
        return 0.5 * (target - output) ** 2

    def nats(self, error: Array, spread: Array | float) -> Array:
        return error / spread**2 + (0.5 * _LOG_2_PI + _log_spread(spread, error))


@dataclass(frozen=True)
class NumberError(Loss):
    """``sum_j ((x_j - x_hat_j) / std)^2 / 2``: what a number costs, whatever stands beside it.

    Parameters
    ----------
    std : float
        In the units of the data.
    """

    std: float

    link = InUnits()

    def error(self, target: Array, output: Array) -> Array:
        return (0.5 / self.std**2) * (target - output) ** 2

    def nats(self, error: Array, spread: Array | float) -> Array:
        # of noise of this spread, which may be wider than what weighs numbers beside the others
        nats = error * (self.std / spread) ** 2
        return nats + (0.5 * _LOG_2_PI + _log_spread(spread, error))


def _log_spread(spread: Array | float, error: Array) -> Array:
    # in the precision of the errors; a spread is a number of Python's own on NumPy
    xp = error.__array_namespace__()
    return xp.log(xp.asarray(spread, dtype=error.dtype))
