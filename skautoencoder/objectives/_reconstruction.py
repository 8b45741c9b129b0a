"""The plain objective: rebuild what came in."""

from __future__ import annotations

from dataclasses import dataclass

from skautoencoder._functions import Array
from skautoencoder._model import Model
from skautoencoder._networks import AutoencoderParameters
from skautoencoder.objectives._base import Objective, Step


@dataclass(frozen=True)
class Reconstruction(Objective):
    """Rebuild each row from its code: ``L(x, decode(encode(x)))``.

    References
    ----------
    .. [1] Rumelhart, D. E., Hinton, G. E., & Williams, R. J. (1986). Learning internal
       representations by error propagation. Parallel Distributed Processing, 1, 318-362.

    Examples
    --------
    >>> from skautoencoder import AutoencoderTransformer
    >>> from skautoencoder.objectives import Reconstruction
    >>> AutoencoderTransformer(objective=Reconstruction())
    AutoencoderTransformer(objective=Reconstruction())
    """

    isotropic = True

    def loss(self, model: Model, params: AutoencoderParameters, x: Array, step: Step) -> Array:
        """Each row's reconstruction error."""
        return self.validation_loss(model, params, x)
