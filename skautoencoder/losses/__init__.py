"""Reconstruction errors, each with the link that belongs to it.

A loss goes with any architecture and any objective. Pass its name, or an instance.
"""

from skautoencoder.losses._discrete import CrossEntropy, PoissonDeviance
from skautoencoder.losses._loss import Loss
from skautoencoder.losses._mixed import MixedLoss
from skautoencoder.losses._real import AbsoluteError, HuberLoss, SquaredError

LOSSES: dict[str, Loss] = {
    "squared_error": SquaredError(),
    "absolute_error": AbsoluteError(),
    "huber": HuberLoss(),
    "cross_entropy": CrossEntropy(),
    "poisson": PoissonDeviance(),
}

__all__ = [
    "LOSSES",
    "AbsoluteError",
    "CrossEntropy",
    "HuberLoss",
    "Loss",
    "MixedLoss",
    "PoissonDeviance",
    "SquaredError",
]
