"""Codes in other units: the same autoencoder, its code's components stretched."""

from __future__ import annotations

import numpy as np

from skautoencoder._networks._network import Network
from skautoencoder._networks._stacks import AutoencoderParameters, Stack


def rescale_code(
    network: Network,
    params: AutoencoderParameters,
    factor: float | np.ndarray,
    shift: float | np.ndarray = 0.0,
) -> AutoencoderParameters:
    """Parameters whose codes are ``factor`` times those of ``params``, rebuilding the same rows.

    Exact for every architecture, up to rounding. Where weights are tied, the matrix that
    both halves share shrinks by as much as the decoder needs, and the encoder's gain makes
    up for it twice.

    Parameters
    ----------
    network : Network
    params : AutoencoderParameters
        NumPy arrays; they are left as they are.
    factor : float or array of shape (n_components,)
        Not zero.
    shift : float or array of shape (n_components,), default=0.0
        What is added to the encoder's outputs of a second head, such as log-variances.

    Returns
    -------
    AutoencoderParameters
        Of the same precision.
    """
    encoder, decoder = params
    factor = np.broadcast_to(np.float64(factor), network.n_components)
    n_others = len(encoder.biases[-1]) - network.n_components
    # what each output of the encoder is multiplied by, and what is then added to it
    stretch = np.concatenate([factor, np.ones(n_others)])
    offset = np.zeros(len(stretch))
    if n_others:
        offset[network.n_components :] = shift
    linear_in = None if encoder.linear is None else _times(encoder.linear, stretch)
    if decoder.weights:
        encoder = _with_last(
            encoder,
            _times(encoder.weights[-1], stretch),
            _plus(_times(encoder.biases[-1], stretch), offset),
        )
        first, *others = decoder.weights
        decoder = decoder._replace(weights=(_over(first, factor[:, None]), *others))
        # the decoder's path is a matrix of its own
        path = None if decoder.linear is None else _over(decoder.linear, factor[:, None])
    else:
        encoder = _tied_encoder(encoder, factor, offset)
        # a factor for each component of the encoder's path, transposed, which is longer now
        path = None if decoder.linear is None else _over(decoder.linear, factor**2)
    return AutoencoderParameters(encoder._replace(linear=linear_in), decoder._replace(linear=path))


def _tied_encoder(encoder: Stack, factor: np.ndarray, offset: np.ndarray) -> Stack:
    # The decoder has no share in the other heads: their gain goes into their weights, and
    # is 1 then, so that a head of gain 0 can be shifted as well.
    k = len(factor)
    gain = np.ones(len(offset)) if encoder.gain is None else np.asarray(encoder.gain, float)
    inner = np.concatenate([1 / factor, gain[k:]])
    outer = np.concatenate([gain[:k] * factor**2, np.ones(len(offset) - k)])
    weight, bias = encoder.weights[-1], encoder.biases[-1]
    encoder = _with_last(encoder, _times(weight, inner), _plus(_times(bias, inner), offset))
    return encoder._replace(gain=outer.astype(weight.dtype))


def _with_last(stack: Stack, weight: np.ndarray, bias: np.ndarray) -> Stack:
    return stack._replace(weights=(*stack.weights[:-1], weight), biases=(*stack.biases[:-1], bias))


def _times(array: np.ndarray, factor: np.ndarray) -> np.ndarray:
    return (array * factor).astype(array.dtype)


def _over(array: np.ndarray, factor: np.ndarray) -> np.ndarray:
    return (array / factor).astype(array.dtype)


def _plus(array: np.ndarray, offset: np.ndarray) -> np.ndarray:
    return (array + offset).astype(array.dtype)
