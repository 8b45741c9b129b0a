"""The two halves of an autoencoder as arrays, and how their weights are drawn."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Stack(NamedTuple):
    """One half of an autoencoder, the encoder or the decoder.

    Attributes
    ----------
    weights : tuple of arrays, each of shape (n_inputs, n_outputs)
        Weights of the nonlinear path, input side first; those of a convolution are one
        matrix over patches. A decoder whose weights are tied to its encoder's holds none.
    biases : tuple of arrays, each of shape (n_outputs,)
        Biases of the nonlinear path, one to a layer.
    linear : array of shape (n_inputs, n_outputs) or (n_inputs,), or None
        The linear path beside the network; None where there is none. A tied decoder
        holds one factor a component: its path is the encoder's transposed, scaled.
    gain : array of shape (n_outputs,), or None
        What the nonlinear path's output is multiplied by, one factor a column, where
        weights are tied beside a linear path. It lets such a network be silent at the
        start without being zero, which it could hardly leave.
    """

    weights: tuple
    biases: tuple
    linear: Any
    gain: Any = None


class AutoencoderParameters(NamedTuple):
    """Everything that training changes."""

    encoder: Stack
    decoder: Stack


def glorot(rng, shapes):
    """Random weights whose signals keep their size both ways.

    Glorot & Bengio (2010), equation 12, in its normal form.
    """
    return tuple(
        (rng.standard_normal((n_in, n_out)) * np.sqrt(2 / (n_in + n_out))).astype(np.float32)
        for n_in, n_out in shapes
    )


def silenced(weights):
    """The same weights with zeros in the last layer: a network that adds nothing."""
    return (*weights[:-1], np.zeros_like(weights[-1]))


def beside(linear, encoder, decoder):
    """The two halves with a linear path beside them, and silent."""
    path_in, path_out = linear
    return AutoencoderParameters(
        encoder._replace(
            weights=silenced(encoder.weights),
            linear=for_first_head(path_in, len(encoder.biases[-1])),
        ),
        decoder._replace(weights=silenced(decoder.weights), linear=path_out),
    )


def for_first_head(path_in, n_outputs):
    """The encoder's linear path, with zeros for all outputs but the first of a component."""
    n_features, n_components = path_in.shape
    others = np.zeros((n_features, n_outputs - n_components), np.float32)
    return np.hstack([path_in, others])


def with_weights_of(params, drawn):
    """The same parameters with the weights of two other halves."""
    return AutoencoderParameters(
        *(stack._replace(weights=other.weights) for stack, other in zip(params, drawn, strict=True))
    )


def zeros(sizes):
    """Zero vectors of these sizes."""
    return tuple(np.zeros(size, np.float32) for size in sizes)
