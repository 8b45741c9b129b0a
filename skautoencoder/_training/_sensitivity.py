"""How codes depend on rows: mean squares of the encoder's derivatives, backwards by JAX."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from skautoencoder._model import Model
from skautoencoder._training._mesh import on_one_device

# Derivatives of so many values are in memory at a time.
_MOST_VALUES = 4_194_304


@on_one_device
def encoder_derivatives(fitted: Any, x: np.ndarray) -> np.ndarray:
    """Mean squares, over standardized rows, of the derivatives of the code by each column.

    One pass backwards a component: forwards, it would take one a column.

    Parameters
    ----------
    fitted : FittedAutoencoder
    x : ndarray of shape (n_rows, n_features)

    Returns
    -------
    ndarray of shape (n_components, n_features)
        Of the network's own codes, by columns in standard units.
    """
    mean, scale = fitted.standardization
    with np.errstate(over="ignore"):  # codes of standardized rows need neither
        mean, scale = mean.astype(np.float32), np.float32(scale)
    model = Model(fitted.network, fitted.loss, mean, scale)
    params = jax.tree.map(lambda array: np.asarray(array, np.float32), fitted.params)
    n_components = fitted.network.n_components

    def mean_squares(params: Any, x: Any, weight: Any) -> Any:
        code, pull = jax.vjp(lambda rows: fitted.objective.code(model, params, rows), x)

        def of_component(k: Any) -> Any:
            (derivative,) = pull(jnp.zeros_like(code).at[:, k].set(1))
            return weight @ derivative**2

        return jax.lax.map(of_component, jnp.arange(n_components))

    n_rows = min(len(x), max(1, _MOST_VALUES // fitted.network.widest))
    compiled, total = jax.jit(mean_squares), np.zeros((n_components, x.shape[1]))
    for start in range(0, len(x), n_rows):
        some = np.zeros((n_rows, x.shape[1]), np.float32)  # one shape, and one compilation
        weight = np.zeros(n_rows, np.float32)
        n = len(x[start : start + n_rows])
        some[:n], weight[:n] = x[start : start + n_rows], 1 / len(x)
        total += np.asarray(compiled(params, some, weight), np.float64)
    return total
