"""Links: from the two parts of a decoded row to an output, and on to a reconstruction.

A network gives a row back in two parts, a linear one, in standard units, which may be None,
and a nonlinear one. The link puts them together where errors are measured. For a probability,
say, the linear part gives the probability itself, and the nonlinear part moves its logit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from skautoencoder._functions import Array, log_sum_exp, logit, sigmoid

# A linear reconstruction may leave the interval of a probability or a rate. There it is held so
# far inside, so that its logit or its logarithm is finite and the network can still move it.
_MARGIN = 1e-3

_LOG_2 = math.log(2)


class Scaling(NamedTuple):
    """How the columns were standardized, and the largest value of each, if it is to be known."""

    mean: Array  # (n_features,)
    scale: Array | float
    highest: Array | None = None  # (n_features,)

    def undone(self, x: Array) -> Array:
        """Standardized rows in the units of the data."""
        return x * self.scale + self.mean

    def of(self, columns: Any) -> Scaling:
        """That of some of the columns."""
        highest = None if self.highest is None else self.highest[columns]
        return Scaling(self.mean[columns], self.scale, highest)


class Link(Protocol):
    """How a decoded row becomes an output, and an output a reconstruction."""

    def output(self, linear: Array | None, nonlinear: Array, scaling: Scaling) -> Array:
        """The two parts of the decoded rows, put together."""
        ...

    def target(self, x: Array, scaling: Scaling) -> Array:
        """What errors compare the output with: standardized rows ``x``, as the link has them."""
        ...

    def predict(self, output: Array, scaling: Scaling) -> Array:
        """The reconstruction in the units of the data."""
        ...


class Identity:
    """The output is the reconstruction itself, in standard units."""

    def output(self, linear: Array | None, nonlinear: Array, scaling: Scaling) -> Array:
        return nonlinear if linear is None else linear + nonlinear

    def target(self, x: Array, scaling: Scaling) -> Array:
        return x

    def predict(self, output: Array, scaling: Scaling) -> Array:
        output = output * scaling.scale
        output += scaling.mean  # in place on NumPy
        return output


class InUnits:
    """The output is the reconstruction, less the column's mean, in the units of the data."""

    def output(self, linear: Array | None, nonlinear: Array, scaling: Scaling) -> Array:
        return (nonlinear if linear is None else linear + nonlinear) * scaling.scale

    def target(self, x: Array, scaling: Scaling) -> Array:
        return x * scaling.scale

    def predict(self, output: Array, scaling: Scaling) -> Array:
        return output + scaling.mean


class Logit:
    """The output is the logit of a probability."""

    def output(self, linear: Array | None, nonlinear: Array, scaling: Scaling) -> Array:
        return logit(_inside(linear, nonlinear, scaling, 1 - _MARGIN)) + nonlinear

    def target(self, x: Array, scaling: Scaling) -> Array:
        return scaling.undone(x).clip(0, 1)

    def predict(self, output: Array, scaling: Scaling) -> Array:
        return sigmoid(output)


class BoundedLog:
    """The output is the logarithm of a rate, bounded by the range of its column.

    What a network adds to a logarithm, far from the rows it has learnt from, means nothing: a
    rate stays below twice the largest value of its column in training, or twice the linear
    path's rate where that is larger, and above a two-thousandth of the column's mean, or half
    the linear path's rate where that is smaller. Nothing is bounded where no largest values
    are given.
    """

    def output(self, linear: Array | None, nonlinear: Array, scaling: Scaling) -> Array:
        rate = _inside(linear, nonlinear, scaling, None)
        if scaling.highest is not None:
            nonlinear = _bounded(rate, nonlinear, scaling.mean, scaling.highest)
        return nonlinear.__array_namespace__().log(rate) + nonlinear

    def target(self, x: Array, scaling: Scaling) -> Array:
        return scaling.undone(x).clip(0)

    def predict(self, output: Array, scaling: Scaling) -> Array:
        return output.__array_namespace__().exp(output)


@dataclass(frozen=True)
class Softmax:
    """The output is the logarithm of a probability; those of a block of columns add up to 1.

    Parameters
    ----------
    size : int
        Columns of a block; blocks of one size stand side by side.
    """

    size: int

    def output(self, linear: Array | None, nonlinear: Array, scaling: Scaling) -> Array:
        xp = nonlinear.__array_namespace__()
        weights = xp.log(_inside(linear, nonlinear, scaling, 1 - _MARGIN)) + nonlinear
        *rows, n_columns = weights.shape
        blocks = weights.reshape(*rows, n_columns // self.size, self.size)
        return (blocks - log_sum_exp(blocks)[..., None]).reshape(weights.shape)

    def target(self, x: Array, scaling: Scaling) -> Array:
        return scaling.undone(x).clip(0, 1)

    def predict(self, output: Array, scaling: Scaling) -> Array:
        return output.__array_namespace__().exp(output)


def _inside(
    linear: Array | None, nonlinear: Array, scaling: Scaling, highest: float | None
) -> Array:
    """The linear reconstruction in the data's units, where a probability or a rate may be."""
    base = scaling.mean if linear is None else scaling.undone(linear)
    xp = nonlinear.__array_namespace__()
    return xp.asarray(base, dtype=nonlinear.dtype).clip(_MARGIN, highest)


def _bounded(rate: Array, log_factor: Array, mean: Array, highest: Array) -> Array:
    # As it is up to the highest value seen, or to the rate where that is higher, and down to
    # next to nothing; beyond, a factor of 2 at most, ever more slowly, with a slope throughout.
    xp = log_factor.__array_namespace__()
    lowest = _MARGIN * xp.asarray(mean, dtype=rate.dtype).clip(_MARGIN)
    up, down = xp.log((highest / rate).clip(1)), xp.log((rate / lowest).clip(1))
    inside = log_factor.clip(-down, up)
    beyond = log_factor - inside
    return inside + _LOG_2 * beyond / (_LOG_2 + abs(beyond))
