"""The model as an objective sees it: a network, a loss, and the data's mean and scale."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import jax


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Model:
    """What stays fixed while parameters are trained.

    A pytree: network and loss are static, because they change the compiled program;
    mean and scale are numbers, traced.

    Parameters
    ----------
    network : DenseNetwork
    loss : one of the classes in :mod:`skautoencoder.losses`
    mean : array of shape (n_features,)
    scale : float
        Rows reach the network as ``(X - mean) / scale``.
    highest : array of shape (n_features,) or None
        Largest value of each column in training, for a loss that is bounded by it.
    """

    network: Any = field(metadata={"static": True})
    loss: Any = field(metadata={"static": True})
    mean: Any
    scale: Any
    highest: Any = None

    @property
    def unit(self):
        """The loss of rebuilding nothing but the mean, give or take: one a feature."""
        return len(self.mean)

    def encode(self, params, x):
        """The encoder's outputs for standardised rows."""
        return self.network.encode(params, x)

    def decode(self, params, z):
        """The loss's output for the codes ``z``."""
        bound = () if self.highest is None else (self.highest,)
        return self.loss.output(*self.network.decode(params, z), self.mean, self.scale, *bound)

    def error(self, x, output):
        """Each row's reconstruction error, in standard units."""
        return self.loss.error(x, output, self.mean, self.scale)

    def predict(self, params, z):
        """Reconstructions in the units of the data."""
        return self.loss.predict(self.decode(params, z), self.mean, self.scale)
