"""The two halves of an autoencoder as arrays, and how their weights are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from skautoencoder._functions import Array
from skautoencoder._networks._activations import ACTIVATIONS

LinearPath: TypeAlias = tuple[np.ndarray, np.ndarray]  # into the code, and out of it


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
        weights are tied beside a linear path. A gain of zero lets such a network add
        nothing at the start; weights of zero would hardly be left again.
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    linear: Array | None
    gain: Array | None = None


class AutoencoderParameters(NamedTuple):
    """Everything that training changes."""

    encoder: Stack
    decoder: Stack


def glorot(rng: np.random.Generator, shapes: Iterable[tuple[int, int]]) -> tuple[np.ndarray, ...]:
    """Random matrices of these shapes, which keep the size of signals both ways.

    Glorot & Bengio (2010), equation 12, in its normal form.
    """
    return tuple(
        (rng.standard_normal((n_in, n_out)) * np.sqrt(2 / (n_in + n_out))).astype(np.float32)
        for n_in, n_out in shapes
    )


def with_zero_output(weights: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
    """The same weights with zeros in the last layer: a network that adds nothing."""
    return (*weights[:-1], np.zeros_like(weights[-1]))


def beside(linear: LinearPath | None, encoder: Stack, decoder: Stack) -> AutoencoderParameters:
    """The two halves, which add nothing to the linear path beside them, if there is one."""
    if linear is None:
        return AutoencoderParameters(encoder, decoder)
    path_in, path_out = linear
    return AutoencoderParameters(
        encoder._replace(
            weights=with_zero_output(encoder.weights),
            linear=for_first_head(path_in, len(encoder.biases[-1])),
        ),
        decoder._replace(weights=with_zero_output(decoder.weights), linear=path_out),
    )


def for_first_head(path_in: np.ndarray, n_outputs: int) -> np.ndarray:
    """The encoder's linear path, with zeros for all outputs but the first of a component."""
    n_features, n_components = path_in.shape
    others = np.zeros((n_features, n_outputs - n_components), np.float32)
    return np.hstack([path_in, others])


def with_share_of_path(stack: Stack, share: float) -> Stack:
    """The same half with a linear path, if it has one, of ``share`` times the size."""
    if stack.linear is None:
        return stack
    return stack._replace(linear=stack.linear * np.float32(share))


def with_weights_of(
    params: AutoencoderParameters, drawn: tuple[Stack, Stack], share: float
) -> AutoencoderParameters:
    """The same parameters with the weights of two other halves, and a share of the path."""
    return AutoencoderParameters(
        *(
            with_share_of_path(stack, share)._replace(weights=other.weights)
            for stack, other in zip(params, drawn, strict=True)
        )
    )


def zeros(sizes: Sequence[int]) -> tuple[np.ndarray, ...]:
    """Zero vectors of these sizes."""
    return tuple(np.zeros(size, np.float32) for size in sizes)


def run(stack: Stack, weights: tuple[Array, ...], activation: str, x: Array) -> Array:
    """What the nonlinear path of a stack gives for the rows ``x``."""
    function = ACTIVATIONS[activation]
    *hidden, last = zip(weights, stack.biases, strict=True)
    for layer in hidden:
        x = function(_affine(x, *layer))
    output = _affine(x, *last)
    return output if stack.gain is None else output * stack.gain


def _affine(x: Array, weight: Array, bias: Array) -> Array:
    x = x @ weight
    x += bias  # in place on NumPy
    return x
