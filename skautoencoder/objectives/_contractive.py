"""Contractive codes: small changes of a row hardly move its code."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from skautoencoder._draws import uniform
from skautoencoder._functions import Array
from skautoencoder._model import Model
from skautoencoder._networks import AutoencoderParameters
from skautoencoder.objectives._base import Objective, Step

# n_directions=None: exact for so many components, so many directions for more
_EXACT_UP_TO, _DIRECTIONS = 16, 4


@dataclass(frozen=True)
class Contractive(Objective):
    """Rebuild each row from a code that changes slowly with the row [1]_.

    The loss of a row is its error plus ``strength * s^2 * ||J(x)||_F^2``, where ``J`` is
    the Jacobian of the code, each component in units of its standard deviation over the
    batch, and the row in units of ``s``, the transformer's ``scale_``: a code that is
    merely scaled down moves no less. It is the exact norm for an encoder of any depth,
    by one vector-Jacobian product a component, or an unbiased estimate of it from random
    directions, ``E[||v^T J||^2]`` with ``v`` of random signs [2]_.

    Parameters
    ----------
    strength : float, default=0.1
    n_directions : int or None, default=None
        Random directions of the estimate. None is the exact norm for up to 16
        components, and 4 directions for more.

    References
    ----------
    .. [1] Rifai, S., Vincent, P., Muller, X., Glorot, X., & Bengio, Y. (2011).
       Contractive auto-encoders: explicit invariance during feature extraction. ICML.
    .. [2] Hutchinson, M. F. (1990). A stochastic estimator of the trace of the influence
       matrix. Communications in Statistics, 19(2), 433-450.

    Examples
    --------
    >>> from skautoencoder import AutoencoderTransformer
    >>> from skautoencoder.objectives import Contractive
    >>> AutoencoderTransformer(objective=Contractive(strength=0.5))
    AutoencoderTransformer(objective=Contractive(strength=0.5, n_directions=None))
    """

    strength: float = 0.1
    n_directions: int | None = field(default=None, metadata={"static": True})

    def loss(self, model: Model, params: AutoencoderParameters, x: Array, step: Step) -> Array:
        """Each row's error, plus the squared norm of its code's Jacobian."""
        import jax  # here, as it differentiates

        code, pull_back = jax.vjp(lambda rows: model.encode(params, rows), x)
        error = model.error(x, model.decode(params, code))
        directions = self._directions(code, step.key) / _spread(code, step)
        slopes = jax.vmap(lambda direction: pull_back(direction)[0])(directions)
        return error + self.strength * (slopes**2).sum(axis=(0, 2))

    def check(self, model: Model) -> None:
        """Raise a ValueError where a field is out of range."""
        self.require(self.strength >= 0, "strength", "a float in the range [0, inf)")
        self.require(
            self.n_directions is None or self.n_directions >= 1,
            "n_directions",
            "an int in the range [1, inf) or None",
        )

    def _directions(self, code: Array, key: Array) -> Array:
        """Directions whose squared slopes add up to the norm, or to an estimate of it."""
        import jax.numpy as jnp

        n_rows, n_components = code.shape
        if self.n_directions is None and n_components <= _EXACT_UP_TO:
            each = jnp.eye(n_components, dtype=code.dtype)[:, None]
            return jnp.broadcast_to(each, (n_components, n_rows, n_components))
        n_directions = self.n_directions or _DIRECTIONS
        number = code.dtype.type  # in a precision that JAX's own settings do not change
        heads = uniform(key, (n_directions, *code.shape), code.dtype) < number(0.5)
        length = number(1 / math.sqrt(n_directions))
        return jnp.where(heads, length, -length)


def _spread(code: Array, step: Step) -> Array:
    return code.__array_namespace__().sqrt(step.mean((code - step.mean(code)) ** 2) + 1e-6)
