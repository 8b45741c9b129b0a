"""Variational: a Gaussian code to draw from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from skautoencoder._draws import normal, same_key
from skautoencoder._functions import Array
from skautoencoder._model import Model
from skautoencoder._networks import AutoencoderParameters
from skautoencoder.losses._loss import Likelihood
from skautoencoder.objectives._base import Objective, Step

# The logarithm of a variance stays above the first, below which exp has no meaning. Above the
# second, seven times the prior's variance, the variance itself goes on in a straight line:
# far from the rows it has learnt from, what a network gives for a logarithm means nothing.
_LEAST_LOG_VARIANCE, _STRAIGHT_FROM = -20.0, 2.0
# A component is in use where its means vary by more than this: Burda et al. (2016), section 5.2.
_ACTIVE = 0.01


@dataclass(frozen=True)
class Variational(Objective):
    """Rebuild each row from a Gaussian code that stays close to the standard normal.

    The encoder gives the mean and the logarithm of the variance of each component; the
    loss of a row, in nats, is

        E_{z ~ N(m(x), v(x))} [-log p(x | z)] + beta KL(N(m(x), v(x)) || N(0, 1)),

    estimated with one draw by reparameterisation [1]_; ``beta`` other than 1 is that of
    [2]_. When training has ended, each component is put in units of the root of its mean
    square over the training rows, decoder and variances included: the bound can only gain.
    ``loss="squared_error"`` makes ``p`` Gaussian, "absolute_error" Laplace,
    "cross_entropy" Bernoulli, "poisson" Poisson, and a
    :class:`~skautoencoder.losses.MixedLoss` what each column is. `transform` gives the means,
    `sample` decodes draws from the standard normal, and `log_likelihood` gives the
    importance-weighted bound [3]_.

    Parameters
    ----------
    beta : float, default=1.0
    noise_std : float, default=0.3
        Spread of a Gaussian or Laplace ``p``, in units of the transformer's ``scale_``.
    warm_up : float, default=0.1
        Share of the training over which the weight of the divergence rises from 0 to
        ``beta``, so that the code is used before it is regularised.

    References
    ----------
    .. [1] Kingma, D. P., & Welling, M. (2014). Auto-encoding variational Bayes. ICLR.
    .. [2] Higgins, I., et al. (2017). beta-VAE: learning basic visual concepts with a
       constrained variational framework. ICLR.
    .. [3] Burda, Y., Grosse, R., & Salakhutdinov, R. (2016). Importance weighted
       autoencoders. ICLR.

    Examples
    --------
    >>> from skautoencoder import AutoencoderTransformer
    >>> from skautoencoder.objectives import Variational
    >>> from sklearn.datasets import load_digits
    >>> X, _ = load_digits(return_X_y=True)
    >>> autoencoder = AutoencoderTransformer(
    ...     8, objective=Variational(), max_iter=5, random_state=0
    ... ).fit(X)
    >>> autoencoder.sample(3, random_state=0).shape
    (3, 64)
    """

    n_heads: ClassVar[int] = 2

    beta: float = 1.0
    noise_std: float = 0.3
    warm_up: float = 0.1

    def loss(self, model: Model, params: AutoencoderParameters, x: Array, step: Step) -> Array:
        """Each row's bound, with the divergence weighted by how far training has come."""
        import jax.numpy as jnp

        rise = jnp.minimum(1.0, step.progress / jnp.maximum(self.warm_up, 1e-6))
        return self._bound(model, params, x, step.key, self.beta * rise)

    def validation_loss(self, model: Model, params: AutoencoderParameters, x: Array) -> Array:
        """Each row's bound, with the same draw each time."""
        return self._bound(model, params, x, same_key(), self.beta)

    def code(self, model: Model, params: AutoencoderParameters, x: Array) -> Array:
        """The means."""
        return self.posterior(model, params, x)[0]

    def unit(self, model: Model) -> float:
        """A nat a feature."""
        return len(model.mean)

    def in_units(self, loss: Any, model: Model, scale: float) -> Any:
        """The same in nats: densities of real-valued rows are lower where rows spread more."""
        n_seen = len(model.mean) if model.seen is None else model.seen.sum(-1)
        return loss + n_seen * np.log(scale) * (model.loss.power > 0)

    def check(self, model: Model) -> None:
        """Raise a ValueError where a field is out of range or the loss has no likelihood."""
        self.require(self.beta >= 0, "beta", "a float in the range [0, inf)")
        self.require(self.noise_std > 0, "noise_std", "a float in the range (0, inf)")
        self.require(0 <= self.warm_up <= 1, "warm_up", "a float in the range [0, 1]")
        if not isinstance(model.loss, Likelihood):
            raise ValueError(
                "objective=Variational() needs a loss that is a likelihood: "
                "'squared_error', 'absolute_error', 'cross_entropy', 'poisson' or MixedLoss. Got "
                f"{type(model.loss).__name__} instead."
            )

    def posterior(
        self, model: Model, params: AutoencoderParameters, x: Array
    ) -> tuple[Array, Array]:
        """Mean and log-variance of each row's code."""
        outputs = model.encode(params, x)
        k = model.network.n_components
        log_variance = outputs[:, k:].clip(_LEAST_LOG_VARIANCE)
        beyond = (log_variance - _STRAIGHT_FROM).clip(0)
        straight = outputs.__array_namespace__().log1p(beyond)
        return outputs[:, :k], log_variance.clip(None, _STRAIGHT_FROM) + straight

    def moments(self, model: Model, params: AutoencoderParameters, x: np.ndarray) -> np.ndarray:
        """Mean and variance of each row's code, side by side, on NumPy."""
        mean, log_variance = self.posterior(model, params, x)
        return np.hstack([mean, np.exp(log_variance)])

    def prior_units(self, moments: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, bool]:
        """What is to count as one in each component, and whether any of them is in use.

        The divergence is least, and the whole of the codes has the prior's variance, where
        each component is in units of the root of its mean square, whatever ``beta``.
        """
        mean, variance = np.split(moments, 2, axis=1)
        unit = np.sqrt(np.average(mean**2 + variance, axis=0, weights=weight))
        centred = mean - np.average(mean, axis=0, weights=weight)
        spread = np.average((centred / unit) ** 2, axis=0, weights=weight)
        return unit, bool(np.any(spread > _ACTIVE))

    def log_likelihood(
        self,
        model: Model,
        params: AutoencoderParameters,
        x: np.ndarray,
        draws: Iterable[np.ndarray],
    ) -> np.ndarray:
        """A lower bound of each row's log-likelihood, on NumPy.

        ``log mean_s p(x | z_s) p(z_s) / q(z_s | x)`` over ``z_s = m(x) + sqrt(v(x)) e_s``.

        Parameters
        ----------
        x : ndarray of shape (n_rows, n_features)
            Standardized rows.
        draws : iterable of ndarray of shape (n_rows, n_components)
            Standard normal ``e_s``.
        """
        mean, log_variance = self.posterior(model, params, x)
        total = np.full(len(x), -np.inf)
        n_draws = 0
        for draw in draws:
            z = mean + np.exp(0.5 * log_variance) * draw
            log_ratio = 0.5 * (draw**2 + log_variance - z**2).sum(axis=1)
            nats = model.nats(x, model.decode(params, z), self.noise_std)
            total = np.logaddexp(total, log_ratio - nats)
            n_draws += 1
        return total - np.log(n_draws)

    def _bound(
        self, model: Model, params: AutoencoderParameters, x: Array, key: Array, weight: Any
    ) -> Array:
        import jax.numpy as jnp

        mean, log_variance = self.posterior(model, params, x)
        noise = normal(key, mean.shape, mean.dtype)
        z = mean + jnp.exp(0.5 * log_variance) * noise
        divergence = 0.5 * (mean**2 + jnp.exp(log_variance) - 1 - log_variance).sum(1)
        nats = model.nats(x, model.decode(params, z), self.noise_std)
        return nats + weight * divergence
