"""A network of few columns as one of many: the same function, of rows along a basis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from skautoencoder._networks._dense import DenseNetwork
from skautoencoder._networks._stacks import AutoencoderParameters, Stack


def embedded(
    network: DenseNetwork, params: AutoencoderParameters, basis: np.ndarray, stretch: float
) -> tuple[DenseNetwork, AutoencoderParameters]:
    """The network and its parameters for rows of which it has seen ``stretch * (rows @ basis)``.

    Parameters
    ----------
    network : DenseNetwork
        Its weights not tied: a tied matrix would have to be stretched both ways.
    params : AutoencoderParameters
        NumPy arrays, which are left as they are.
    basis : ndarray of shape (n_columns, network.n_features)
        Orthonormal.
    stretch : float
        Not zero.

    Returns
    -------
    network : DenseNetwork
        Of ``n_columns`` columns.
    params : AutoencoderParameters
        Of the same precision.
    """
    encoder, decoder = params
    first, *others = encoder.weights
    *before, last = decoder.weights
    encoder = encoder._replace(
        weights=(_product(basis * stretch, first), *others),
        linear=_path(encoder, lambda path: _product(basis * stretch, path)),
    )
    back = basis.T / stretch
    decoder = decoder._replace(
        weights=(*before, _product(last, back)),
        biases=(*decoder.biases[:-1], _product(decoder.biases[-1], back)),
        linear=_path(decoder, lambda path: _product(path, back)),
    )
    return replace(network, n_features=len(basis)), AutoencoderParameters(encoder, decoder)


def _path(stack: Stack, product: Callable[[np.ndarray], np.ndarray]) -> np.ndarray | None:
    return None if stack.linear is None else product(stack.linear)


def _product(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The product in double precision, rounded to that of the less precise array."""
    dtype = min(left.dtype, right.dtype, key=lambda kind: kind.itemsize)
    return (np.asarray(left, float) @ np.asarray(right, float)).astype(dtype)
