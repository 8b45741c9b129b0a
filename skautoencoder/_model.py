"""The model as an objective sees it: a network, a loss, and the data's mean and scale."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import cast

from skautoencoder._functions import Array
from skautoencoder._networks import AutoencoderParameters, Network
from skautoencoder.losses._links import Scaling
from skautoencoder.losses._loss import Likelihood, Loss


@dataclass(frozen=True)
class Model:
    """What stays fixed while parameters are trained.

    A pytree, where there is JAX: network and loss are static, because they change the compiled
    program; mean and scale are numbers, traced.

    Parameters
    ----------
    network : Network
    loss : Loss
    mean : array of shape (n_features,)
    scale : float
        Rows reach the network as ``(X - mean) / scale``.
    highest : array of shape (n_features,) or None
        Largest value of each column in training, for a loss that is bounded by it.
    seen : array of bool of shape (n_rows, n_features) or None
        Which entries of the rows at hand count in errors; None where all do.
    """

    network: Network = field(metadata={"static": True})
    loss: Loss = field(metadata={"static": True})
    mean: Array
    scale: Array | float
    highest: Array | None = None
    seen: Array | None = None

    @property
    def unit(self) -> int:
        """The loss of rebuilding nothing but the mean, give or take: one a feature."""
        return len(self.mean)

    def seeing(self, seen: Array | None) -> Model:
        """The model for rows of which these entries count."""
        return self if seen is None else replace(self, seen=seen)

    def encode(self, params: AutoencoderParameters, x: Array) -> Array:
        """The encoder's outputs for standardized rows."""
        return self.network.encode(params, x)

    def decode(self, params: AutoencoderParameters, z: Array) -> Array:
        """The output for the codes ``z``, as the loss's link makes it."""
        return self.loss.link.output(*self.network.decode(params, z), self._scaling)

    def error(self, x: Array, output: Array) -> Array:
        """Each row's reconstruction error, in standard units."""
        return self._summed(self._errors(x, output))

    def nats(self, x: Array, output: Array, spread: Array | float) -> Array:
        """Minus each row's log-likelihood, where the loss is a :class:`Likelihood`.

        Parameters
        ----------
        spread : float
            Of the noise, in standard units.
        """
        likelihood = cast(Likelihood, self.loss)
        return self._summed(likelihood.nats(self._errors(x, output), spread))

    def predict(self, params: AutoencoderParameters, z: Array) -> Array:
        """Reconstructions in the units of the data."""
        return self.loss.link.predict(self.decode(params, z), self._scaling)

    def _errors(self, x: Array, output: Array) -> Array:
        return self.loss.error(self.loss.link.target(x, self._scaling), output)

    def _summed(self, errors: Array) -> Array:
        """The errors of a row's seen entries, added up: the one place where they meet."""
        return errors.sum(-1) if self.seen is None else (errors * self.seen).sum(-1)

    @cached_property
    def _scaling(self) -> Scaling:
        return Scaling(self.mean, self.scale, self.highest)
