"""The plain objective: rebuild what came in."""

from __future__ import annotations

from dataclasses import dataclass

import jax


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Reconstruction:
    """Rebuild each row from its code: ``L(x, decode(encode(x)))``.

    The objective behind ``objective="reconstruction"``.

    References
    ----------
    .. [1] Rumelhart, D. E., Hinton, G. E., & Williams, R. J. (1986). Learning internal
       representations by error propagation. Parallel Distributed Processing, 1, 318-362.
    """

    def loss(self, model, params, x, key):
        """Each row's reconstruction error."""
        return self.validation_loss(model, params, x)

    def validation_loss(self, model, params, x):
        """Each row's reconstruction error."""
        return model.error(x, model.decode(params, model.encode(params, x)))
