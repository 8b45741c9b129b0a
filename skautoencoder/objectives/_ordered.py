"""Ordered codes: the first components are the best ones to keep."""

from __future__ import annotations

from dataclasses import dataclass

from skautoencoder._draws import uniform
from skautoencoder._functions import Array
from skautoencoder._model import Model
from skautoencoder._networks import AutoencoderParameters
from skautoencoder.objectives._base import Objective, Step


@dataclass(frozen=True)
class Ordered(Objective):
    """Rebuild each row from the first components of its code: nested dropout [1]_.

    In each step and for each row a number of components is drawn, and those behind it
    are set to zero, so the first ``k`` become the best ``k``, as in PCA. A truncated code
    is one whose last components are zero; `inverse_transform` makes sense of it. The loss of
    held-out rows is the mean over all numbers of components, weighted as they are drawn.

    Parameters
    ----------
    stop : float, default=0.1
        Chance to stop behind each component; what is left of it after the last is the
        chance to keep all. Small values care more for the whole code.

    References
    ----------
    .. [1] Rippel, O., Gelbart, M. A., & Adams, R. P. (2014). Learning ordered
       representations with nested dropout. ICML, 1746-1754.

    Examples
    --------
    >>> from skautoencoder import AutoencoderTransformer
    >>> from skautoencoder.objectives import Ordered
    >>> AutoencoderTransformer(16, objective=Ordered())
    AutoencoderTransformer(n_components=16, objective=Ordered(stop=0.1))
    """

    isotropic = True

    stop: float = 0.1

    def loss(self, model: Model, params: AutoencoderParameters, x: Array, step: Step) -> Array:
        """Each row's error, rebuilt from a random number of its first components."""
        import jax.numpy as jnp

        code = self.code(model, params, x)
        # inverse of the geometric distribution's function
        chance = uniform(step.key, (len(x), 1), code.dtype, 1e-7)
        n_kept = 1 + jnp.floor(jnp.log(chance) / jnp.log1p(-self.stop))
        kept = jnp.arange(code.shape[1]) < n_kept
        return model.error(x, model.decode(params, code * kept))

    def validation_loss(self, model: Model, params: AutoencoderParameters, x: Array) -> Array:
        """Each row's mean error over all numbers of components."""
        import jax
        import jax.numpy as jnp

        code = self.code(model, params, x)
        n_components = code.shape[1]

        def add(i: Array, total: Array) -> Array:
            truncated = code * (jnp.arange(n_components) <= i)
            last = i == n_components - 1
            chance = (1 - self.stop) ** i * jnp.where(last, 1.0, self.stop)
            return total + chance * model.error(x, model.decode(params, truncated))

        return jax.lax.fori_loop(0, n_components, add, jnp.zeros(len(x), x.dtype))

    def check(self, model: Model) -> None:
        """Raise a ValueError where a field is out of range."""
        self.require(0 < self.stop < 1, "stop", "a float in the range (0, 1)")
