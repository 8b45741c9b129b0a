"""Reconstruction errors, each with the output unit that belongs to it.

A loss sees rows ``x`` standardised by one mean and one scale, and the two parts of the
decoded row (see :meth:`DenseNetwork.decode`), of which the linear one may be None. It
puts the parts together (`output`), measures the error of a row, summed over its features
(`error`), and turns an output into a reconstruction in the units of the data (`predict`).
Errors are in standard units, whatever the data's: `power` says which power of the scale makes
errors in the units of the data of them, and no program need hold that number. `nats` turns a
row's error into minus the log-likelihood under noise of the given spread, in standard units,
where the loss is one. One whose output goes through exp is `bounded_by_range`: `output` is
given, as one argument more, the highest value that each column was seen to have.
`visible_units` says which units of a Boltzmann machine have that output, where some do.
All are written for NumPy and JAX alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral

import numpy as np

# Values may be outside a range by a few units in the last place of the single precision that
# training works in, as MinMaxScaler's are; a target is then held at the end of the range.
_SLACK = 4 * float(np.finfo(np.float32).eps)

# A linear reconstruction may leave [0, 1]. Where it is taken as a probability it is held
# this far inside, so that its logit is finite and the network can still move it.
_MARGIN = 1e-3


_LOG_2, _LOG_2_PI = math.log(2), math.log(2 * math.pi)


def _log(x):
    return x.__array_namespace__().log(x) if hasattr(x, "__array_namespace__") else math.log(x)


class Loss:
    """What all losses are; see the top of the file for what they can do."""

    power = 0
    bounded_by_range = False

    def check(self, X):
        """Raise a ValueError where X holds values that the loss cannot rebuild."""


@dataclass(frozen=True)
class _AdditiveLoss(Loss):
    """A loss whose output is the standardised reconstruction itself."""

    visible_units = "gaussian"

    def output(self, linear, nonlinear, mean, scale):
        return nonlinear if linear is None else linear + nonlinear

    def predict(self, output, mean, scale):
        output = output * scale
        output += mean  # in place on NumPy
        return output


@dataclass(frozen=True)
class SquaredError(_AdditiveLoss):
    """``sum_j (x_j - x_hat_j)^2``."""

    power = 2

    def error(self, x, output, mean, scale):
        return ((x - output) ** 2).sum(-1)

    def nats(self, error, spread, n_features):
        return error / (2 * spread**2) + n_features * (0.5 * _LOG_2_PI + _log(spread))


@dataclass(frozen=True)
class AbsoluteError(_AdditiveLoss):
    """``sum_j |x_j - x_hat_j|``."""

    power = 1

    def error(self, x, output, mean, scale):
        return abs(x - output).sum(-1)

    def nats(self, error, spread, n_features):
        return error / spread + n_features * (_LOG_2 + _log(spread))


@dataclass(frozen=True)
class HuberLoss(_AdditiveLoss):
    """Squared up to ``delta``, linear beyond it (Huber 1964).

    With ``e = |x_j - x_hat_j|``: ``e^2 / 2`` where ``e <= delta``, else
    ``delta (e - delta / 2)``. Here ``delta`` is the data's typical spread, the root of
    the mean variance of a column.
    """

    power = 2

    def error(self, x, output, mean, scale):
        distance = abs(x - output)
        inner = distance.clip(max=1.0)
        return (inner * (distance - 0.5 * inner)).sum(-1)


@dataclass(frozen=True)
class CrossEntropy(Loss):
    """``-sum_j x_j log p_j + (1 - x_j) log(1 - p_j)``, for data in [0, 1].

    The linear path gives a probability, held inside [0.001, 0.999], and the network
    moves its logit.
    """

    visible_units = "bernoulli"

    def output(self, linear, nonlinear, mean, scale):
        return _logit(_base(linear, nonlinear, mean, scale, 1 - _MARGIN)) + nonlinear

    def error(self, x, output, mean, scale):
        return _binary_cross_entropy((x * scale + mean).clip(0, 1), output).sum(-1)

    def predict(self, output, mean, scale):
        return _sigmoid(output)

    def nats(self, error, spread, n_features):
        return error

    def check(self, X):
        _check_range(
            X, 0, 1, "loss='cross_entropy' needs values in [0, 1]",
            "Scale the columns first, for example with MinMaxScaler(clip=True), or use "
            "loss='squared_error'.",
        )  # fmt: skip


@dataclass(frozen=True)
class PoissonDeviance(Loss):
    """``sum_j rate_j - x_j + x_j log(x_j / rate_j)``, for counts.

    Half the Poisson deviance: minus the log-likelihood, less that of a perfect fit. The
    linear path gives a rate, held above 0.001, and the network moves its logarithm. What a
    network adds to a logarithm, far from the rows it has learnt from, means nothing: a rate
    stays below twice the largest count of its column in training, or twice the linear path's
    rate where that is larger, and above a two-thousandth of the column's mean, or half the
    linear path's rate where that is smaller.
    """

    bounded_by_range = True

    def output(self, linear, nonlinear, mean, scale, highest=None):
        base = _base(linear, nonlinear, mean, scale, None)
        if highest is not None:
            nonlinear = _held_to_range(base, nonlinear, mean, highest)
        return nonlinear.__array_namespace__().log(base) + nonlinear

    def error(self, x, output, mean, scale):
        count = (x * scale + mean).clip(0)
        xp = output.__array_namespace__()
        # a count of zero loses its logarithm; the smallest normal number stands in
        perfect = count * xp.log(count.clip(1e-30)) - count
        return (xp.exp(output) - count * output + perfect).sum(-1)

    def predict(self, output, mean, scale):
        return output.__array_namespace__().exp(output)

    def check(self, X):
        _check_range(
            X, 0, math.inf, "loss='poisson' needs counts, which are not negative",
            "Use loss='squared_error' for values of either sign.",
        )  # fmt: skip


@dataclass(frozen=True)
class MixedLoss(Loss):
    """A sum of losses, by kind of column: for tables of numbers, yes-or-no and one-hot columns.

    Numbers cost ``((x_j - x_hat_j) / scale_)^2 / 2``, yes-or-no columns their binary
    cross-entropy, and a block of one-hot columns its categorical cross-entropy: all are
    nats. `inverse_transform` gives probabilities for the latter two, and those of a block
    add up to 1. Standardise the numbers first.

    Parameters
    ----------
    binary : sequence of int, default=()
        Columns that hold 0 or 1, or anything between. Kept as a tuple.
    categorical : sequence of sequences of int, default=()
        Blocks of columns that add up to 1 in each row. All other columns are numbers. Kept
        as a tuple of tuples.

    Raises
    ------
    ValueError
        If a field is not made of column numbers, or `categorical` not of blocks.

    Examples
    --------
    >>> from skautoencoder import AutoencoderTransformer
    >>> from skautoencoder.losses import MixedLoss
    >>> AutoencoderTransformer(loss=MixedLoss(binary=(2,), categorical=((3, 4, 5),)))
    AutoencoderTransformer(loss=MixedLoss(binary=(2,), categorical=((3, 4, 5),)))
    """

    binary: Sequence[int] = ()
    categorical: Sequence[Sequence[int]] = ()

    def __post_init__(self):
        # Tuples of Python's own integers, by which equal losses are known to be equal.
        binary, blocks = _columns(self.binary), _listed(self.categorical)
        if binary is None:
            raise ValueError(
                f"The 'binary' parameter of MixedLoss must be a tuple of column numbers, as in "
                f"binary=(1, 2). Got {self.binary!r} instead."
            )
        flat = _columns(blocks)
        columns = blocks and [_columns(block) for block in blocks]
        if flat or columns is None or None in columns or () in columns:
            instead = f"categorical=({flat},)" if flat else "categorical=((1, 2, 3), (4, 5))"
            raise ValueError(
                "The 'categorical' parameter of MixedLoss must be a tuple of blocks, each a tuple "
                f"of column numbers: write {instead}. Got {self.categorical!r} instead."
            )
        object.__setattr__(self, "binary", binary)
        object.__setattr__(self, "categorical", tuple(columns))

    def output(self, linear, nonlinear, mean, scale):
        numbers = nonlinear if linear is None else linear + nonlinear
        base = _base(linear, nonlinear, mean, scale, 1 - _MARGIN)
        xp = nonlinear.__array_namespace__()
        moved = xp.where(self._in_blocks(nonlinear), xp.log(base), _logit(base)) + nonlinear
        return xp.where(self._is_number(nonlinear), numbers, moved)

    def error(self, x, output, mean, scale):
        xp = output.__array_namespace__()
        target = x * scale + mean
        share = target.clip(0, 1)
        yes_or_no = _binary_cross_entropy(share, output)
        surprise = share * (self._log_totals(output) - output)
        discrete = xp.where(self._in_blocks(output), surprise, yes_or_no)
        return xp.where(self._is_number(output), 0.5 * (x - output) ** 2, discrete).sum(-1)

    def predict(self, output, mean, scale):
        xp = output.__array_namespace__()
        in_blocks = self._in_blocks(output)
        share = xp.exp(xp.where(in_blocks, output - self._log_totals(output), 0))
        discrete = xp.where(in_blocks, share, _sigmoid(output))
        return xp.where(self._is_number(output), output * scale + mean, discrete)

    def check(self, X):
        columns = [*self.binary, *self._block_columns()]
        if len(set(columns)) < len(columns) or not set(columns) <= set(range(X.shape[1])):
            raise ValueError(
                f"loss={self!r} must name each column once, from 0 to {X.shape[1] - 1}."
            )
        if columns:
            _check_range(
                X[:, columns], 0, 1, f"loss={self!r} needs values in [0, 1] in those columns",
                "Encode them first, for example with OneHotEncoder.",
            )  # fmt: skip
        for block in self.categorical:
            total = np.asarray(X[:, list(block)].sum(axis=1))
            if abs(total - 1).max() > 1e-3:
                raise ValueError(
                    f"loss={self!r} needs blocks that add up to 1 in each row, but columns "
                    f"{block} add up to {_exact(total.min())} to {_exact(total.max())}. "
                    "Encode them first, for example with OneHotEncoder()."
                )

    def _block_columns(self):
        return [column for block in self.categorical for column in block]

    def _in_blocks(self, output):
        mask = np.zeros(output.shape[-1], bool)
        mask[self._block_columns()] = True
        return mask

    def _is_number(self, output):
        mask = ~self._in_blocks(output)
        mask[list(self.binary)] = False
        return mask

    def _log_totals(self, output):
        # Each column's logarithm of the sum of exp over its block; 0 outside all blocks.
        xp = output.__array_namespace__()
        totals = xp.zeros_like(output)
        for block in self.categorical:
            logits = output[:, list(block)]
            top = logits.max(-1)[:, None]
            total = xp.log(xp.exp(logits - top).sum(-1))[:, None] + top
            member = np.zeros(output.shape[-1], output.dtype)
            member[list(block)] = 1
            totals = totals + total * member
        return totals


def _listed(values):
    """The values as a list, or None where they are no sequence of any kind."""
    if hasattr(values, "tolist"):
        values = values.tolist()
    iterable = isinstance(values, Iterable) and not isinstance(values, str | bytes)
    return list(values) if iterable else None


def _columns(values):
    """Column numbers as a tuple of int, or None where they are not that."""
    values = _listed(values)
    if values is None or not all(_is_column(value) for value in values):
        return None
    return tuple(map(int, values))


def _is_column(value):
    return isinstance(value, Integral) and not isinstance(value, bool)


def _base(linear, nonlinear, mean, scale, highest):
    # The linear reconstruction, held where a probability or a rate may be
    base = mean if linear is None else linear * scale + mean
    xp = nonlinear.__array_namespace__()
    return xp.asarray(base, dtype=nonlinear.dtype).clip(_MARGIN, highest)


def _held_to_range(base, log_factor, mean, highest):
    # As it is up to the highest value seen, or to the base where that is higher, and down to
    # next to nothing; beyond, a factor of 2 at most, ever more slowly, with a slope throughout.
    xp = log_factor.__array_namespace__()
    lowest = _MARGIN * xp.asarray(mean, dtype=base.dtype).clip(_MARGIN)
    up, down = xp.log((highest / base).clip(1)), xp.log((base / lowest).clip(1))
    inside = log_factor.clip(-down, up)
    beyond = log_factor - inside
    return inside + _LOG_2 * beyond / (_LOG_2 + abs(beyond))


def _logit(p):
    xp = p.__array_namespace__()
    return xp.log(p) - xp.log1p(-p)


def _sigmoid(logit):
    return 0.5 * (logit.__array_namespace__().tanh(0.5 * logit) + 1)


def _binary_cross_entropy(target, logit):
    # log(1 + exp(logit)) - target logit
    return logit.__array_namespace__().logaddexp(logit, logit.dtype.type(0)) - target * logit


def _check_range(X, low, high, needs, remedy):
    smallest, largest = X.min(), X.max()
    # of half precision, whose own last place is larger, for data that have it
    slack = max(_SLACK, 4 * float(np.finfo(X.dtype).eps)) if X.dtype.kind == "f" else 0
    if smallest < low - slack or largest > high + slack:
        raise ValueError(
            f"{needs}, but X holds values from {_exact(smallest)} to {_exact(largest)}. {remedy}"
        )


def _exact(number):
    # all digits, so that a number outside a range is never shown as one within
    return str(number).removesuffix(".0")


LOSSES = {
    "squared_error": SquaredError(),
    "absolute_error": AbsoluteError(),
    "huber": HuberLoss(),
    "cross_entropy": CrossEntropy(),
    "poisson": PoissonDeviance(),
}
