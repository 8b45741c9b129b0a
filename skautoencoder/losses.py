"""Reconstruction errors, each with the output unit that belongs to it.

A loss sees rows ``x`` standardised by one mean and one scale, and the two parts of the
decoded row (see :meth:`DenseNetwork.decode`), of which the linear one may be None. It
puts the parts together (`output`), measures the error of a row, summed over its features
(`error`), and turns an output into a reconstruction in the units of the data (`predict`).
All are written for NumPy and JAX alike.
"""

from __future__ import annotations

from dataclasses import dataclass

# A linear reconstruction may leave [0, 1]. Where it is taken as a probability it is held
# this far inside, so that its logit is finite and the network can still move it.
_MARGIN = 1e-3


@dataclass(frozen=True)
class _AdditiveLoss:
    """A loss whose output is the standardised reconstruction itself."""

    def output(self, linear, nonlinear, mean, scale):
        return nonlinear if linear is None else linear + nonlinear

    def predict(self, output, mean, scale):
        return output * scale + mean

    def check(self, X):
        """Any finite number can be rebuilt."""

    def unit(self, scale):
        return scale**2


@dataclass(frozen=True)
class SquaredError(_AdditiveLoss):
    """``sum_j (x_j - x_hat_j)^2``."""

    def error(self, x, output, mean, scale):
        return scale**2 * ((x - output) ** 2).sum(-1)


@dataclass(frozen=True)
class AbsoluteError(_AdditiveLoss):
    """``sum_j |x_j - x_hat_j|``."""

    def error(self, x, output, mean, scale):
        return scale * abs(x - output).sum(-1)

    def unit(self, scale):
        return scale


@dataclass(frozen=True)
class HuberLoss(_AdditiveLoss):
    """Squared up to ``delta``, linear beyond it (Huber 1964).

    With ``e = |x_j - x_hat_j|``: ``e^2 / 2`` where ``e <= delta``, else
    ``delta (e - delta / 2)``. Here ``delta`` is the data's typical spread, the root of
    the mean variance of a column.
    """

    def error(self, x, output, mean, scale):
        distance = abs(x - output)
        inner = distance.clip(max=1.0)
        return scale**2 * (inner * (distance - 0.5 * inner)).sum(-1)


@dataclass(frozen=True)
class CrossEntropy:
    """``-sum_j x_j log p_j + (1 - x_j) log(1 - p_j)``, for data in [0, 1].

    The linear path gives a probability, held inside [0.001, 0.999], and the network
    moves its logit.
    """

    def output(self, linear, nonlinear, mean, scale):
        base = mean if linear is None else linear * scale + mean
        xp = nonlinear.__array_namespace__()
        base = xp.asarray(base, dtype=nonlinear.dtype).clip(_MARGIN, 1 - _MARGIN)
        return xp.log(base) - xp.log1p(-base) + nonlinear

    def error(self, x, output, mean, scale):
        target = x * scale + mean
        xp = output.__array_namespace__()
        # log(1 + exp(logit)) - x logit
        return (xp.logaddexp(output, output.dtype.type(0)) - target * output).sum(-1)

    def predict(self, output, mean, scale):
        return 0.5 * (output.__array_namespace__().tanh(0.5 * output) + 1)

    def unit(self, scale):
        return 1.0

    def check(self, X):
        low, high = X.min(), X.max()
        if low < 0 or high > 1:
            raise ValueError(
                f"loss='cross_entropy' needs values in [0, 1], but X holds values from "
                f"{low:g} to {high:g}. Scale the columns first, for example with "
                "MinMaxScaler(clip=True), or use loss='squared_error'."
            )


LOSSES = {
    "squared_error": SquaredError(),
    "absolute_error": AbsoluteError(),
    "huber": HuberLoss(),
    "cross_entropy": CrossEntropy(),
}
