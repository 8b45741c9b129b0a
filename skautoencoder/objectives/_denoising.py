"""Denoising: corrupted in, clean out."""

from __future__ import annotations

import math
from dataclasses import dataclass

from skautoencoder._draws import same_key, uniform
from skautoencoder._functions import Array
from skautoencoder._model import Model
from skautoencoder._networks import AutoencoderParameters
from skautoencoder.objectives._base import Objective, Step

# Salt and pepper are this many scales off the mean.
_EXTREME = 2.0


@dataclass(frozen=True)
class Denoising(Objective):
    """Rebuild each row from a corrupted copy: ``L(x, decode(encode(x')))`` [1]_ [2]_.

    ``x' = mask * x + noise``: the corruptions asked for, one after the other. Held-out
    rows are corrupted as well, always with the same noise.

    Parameters
    ----------
    noise_std : float, default=0.3
        Standard deviation of Gaussian noise, in units of the transformer's ``scale_``,
        the root of the mean variance of a column.
    masking : float, default=0.0
        Share of the entries that are set to their column's mean.
    salt_and_pepper : float, default=0.0
        Share of the entries that are set to two ``scale_`` above or below their
        column's mean.

    References
    ----------
    .. [1] Vincent, P., Larochelle, H., Bengio, Y., & Manzagol, P.-A. (2008). Extracting
       and composing robust features with denoising autoencoders. ICML, 1096-1103.
    .. [2] Vincent, P., et al. (2010). Stacked denoising autoencoders. Journal of Machine
       Learning Research, 11, 3371-3408.

    Examples
    --------
    >>> from skautoencoder import AutoencoderTransformer
    >>> from skautoencoder.objectives import Denoising
    >>> AutoencoderTransformer(8, objective=Denoising(masking=0.2))
    AutoencoderTransformer(n_components=8,
                           objective=Denoising(noise_std=0.3, masking=0.2, salt_and_pepper=0.0))
    """

    noise_std: float = 0.3
    masking: float = 0.0
    salt_and_pepper: float = 0.0

    def loss(self, model: Model, params: AutoencoderParameters, x: Array, step: Step) -> Array:
        """Each row's error, rebuilt from a corrupted copy."""
        return self._error(model, params, x, step.key)

    def validation_loss(self, model: Model, params: AutoencoderParameters, x: Array) -> Array:
        """The same, with the same corruption each time."""
        return self._error(model, params, x, same_key())

    def check(self, model: Model) -> None:
        """Raise a ValueError where a field is out of range."""
        self.require(self.noise_std >= 0, "noise_std", "a float in the range [0, inf)")
        for share in ("masking", "salt_and_pepper"):
            self.require(0 <= getattr(self, share) <= 1, share, "a float in the range [0, 1]")

    def _error(self, model: Model, params: AutoencoderParameters, x: Array, key: Array) -> Array:
        code = self.code(model, params, self._corrupted(x, key))
        return model.error(x, model.decode(params, code))

    def _corrupted(self, x: Array, key: Array) -> Array:
        import jax.numpy as jnp
        from jax.scipy.special import erfinv

        # One call for all three of them: each would have to be compiled.
        noise, mask, salt = uniform(key, (3, *x.shape), x.dtype, low=2**-24)
        x = x + self.noise_std * math.sqrt(2) * erfinv(2 * noise - 1)
        x = jnp.where(mask < self.masking, 0, x)
        extreme = jnp.where(salt < self.salt_and_pepper / 2, _EXTREME, -_EXTREME)
        return jnp.where(salt < self.salt_and_pepper, extreme, x)
