"""Sparse codes: few of a row's components are large."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from skautoencoder._functions import Array
from skautoencoder._model import Model
from skautoencoder._networks import AutoencoderParameters
from skautoencoder.objectives._base import Objective, Step

# A component of a smaller mean square is empty; codes are of the order of one.
_EMPTY = 1e-6


@dataclass(frozen=True)
class Sparse(Objective):
    """Rebuild each row from a code of few large entries.

    The activity of a component is ``a_j = mean(|z_j|)^2 / mean(z_j^2)`` over a batch [1]_:
    the share of rows that use it, if each uses it fully or not at all, and 0.64 if it is
    Gaussian. Unlike a bare norm it cannot be lowered by scaling the code down. In units
    of the data's variance, the loss of a row is its error plus

    - ``penalty="l1"``: ``strength * mean_j sqrt(a_j)``, the L1 norm of each component
      over its L2 norm;
    - ``penalty="kl"``: ``strength * mean_j KL(target || a_j)``, the divergence between
      two coins [2]_;
    - ``penalty="top_k"``: nothing, but all entries of a code save the ``k`` largest in
      size are zero, in training and in `transform` [3]_.

    Parameters
    ----------
    penalty : {"l1", "kl", "top_k"}, default="l1"
    strength : float, default=0.1
        For "l1" and "kl"; 1 weighs as much as all of the data's variance.
    target : float, default=0.1
        Activity that "kl" pulls to.
    k : int, default=1
        Entries that "top_k" keeps.

    References
    ----------
    .. [1] Treves, A., & Rolls, E. T. (1991). What determines the capacity of
       autoassociative memories in the brain? Network, 2(4), 371-397.
    .. [2] Ng, A. (2011). Sparse autoencoder. CS294A lecture notes, Stanford.
    .. [3] Makhzani, A., & Frey, B. (2013). k-sparse autoencoders. arXiv:1312.5663.

    Examples
    --------
    >>> from skautoencoder import AutoencoderTransformer
    >>> from skautoencoder.objectives import Sparse
    >>> from sklearn.datasets import load_digits
    >>> X, _ = load_digits(return_X_y=True)
    >>> autoencoder = AutoencoderTransformer(
    ...     16, objective=Sparse(penalty="top_k", k=4), max_iter=5, random_state=0
    ... )
    >>> (autoencoder.fit_transform(X) != 0).sum(axis=1).max()
    np.int64(4)
    """

    penalty: str = field(default="l1", metadata={"static": True})
    strength: float = 0.1
    target: float = 0.1
    k: int = 1

    def loss(self, model: Model, params: AutoencoderParameters, x: Array, step: Step) -> Array:
        """Each row's error, plus the penalty of the batch."""
        code = self.code(model, params, x)
        error = model.error(x, model.decode(params, code))
        return error + model.unit * _PENALTIES[self.penalty](self, _activity(code, step))

    def code(self, model: Model, params: AutoencoderParameters, x: Array) -> Array:
        """The code, all but its largest entries zero with "top_k"."""
        code = model.encode(params, x)
        if self.penalty != "top_k":
            return code
        xp = code.__array_namespace__()
        size = abs(code)
        smallest = xp.sort(size, axis=-1)[:, code.shape[1] - self.k]
        return xp.where(size >= smallest[:, None], code, xp.zeros_like(code))

    def check(self, model: Model) -> None:
        """Raise a ValueError where a field is out of range."""
        names = ", ".join(repr(name) for name in _PENALTIES)
        self.require(self.penalty in _PENALTIES, "penalty", f"one of {names}")
        self.require(self.strength >= 0, "strength", "a float in the range [0, inf)")
        self.require(0 < self.target < 1, "target", "a float in the range (0, 1)")
        n_components = model.network.n_components
        self.require(
            1 <= self.k <= n_components,
            "k",
            f"an int in the range [1, n_components={n_components}]",
        )


def _activity(code: Array, step: Step) -> Array:
    # A component that is empty, as those beyond the data's rank are, has no activity to
    # speak of, and no slope: it counts as one that all rows use, until it is in use.
    xp = code.__array_namespace__()
    square = step.mean(code**2)
    in_use = square > _EMPTY
    return xp.where(in_use, step.mean(abs(code)) ** 2 / xp.where(in_use, square, 1), 1)


def _l1(objective: Sparse, activity: Array) -> Array:
    return objective.strength * activity.__array_namespace__().sqrt(activity).mean()


def _kl(objective: Sparse, activity: Array) -> Array:
    xp, target = activity.__array_namespace__(), objective.target
    off = (1 - activity).clip(1e-6)  # 1 where a component is constant
    divergence = target * xp.log(target / activity) + (1 - target) * xp.log((1 - target) / off)
    return objective.strength * divergence.mean()


def _none(objective: Sparse, activity: Array) -> float:
    return 0.0


_PENALTIES: dict[str, Callable[[Sparse, Array], Array]] = {"l1": _l1, "kl": _kl, "top_k": _none}
