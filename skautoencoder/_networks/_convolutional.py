"""The convolutional autoencoder: strided convolutions down, transposed ones up."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import prod

import numpy as np

from skautoencoder._functions import Array
from skautoencoder._networks._activations import ACTIVATIONS
from skautoencoder._networks._convolution import Size, double, halve, halved, kernel_area
from skautoencoder._networks._stacks import (
    AutoencoderParameters,
    LinearPath,
    Stack,
    beside,
    glorot,
    with_weights_of,
    zeros,
)


@dataclass(frozen=True)
class ConvolutionalNetwork:
    """A convolutional autoencoder's shape; hashable, so that it can be static under ``jax.jit``.

    Each convolution halves both sides of the image, an odd side rounded up; a dense layer
    makes the code of what is left. The decoder is the mirror image. Beside it runs the same
    linear path as in a dense network. A side of length 1 is left alone, which makes
    one-dimensional signals of images.
    """

    n_features: int
    n_components: int
    image_shape: tuple[int, int, int]  # height, width, channels
    channels: tuple[int, ...]
    activation: str
    n_heads: int = 1

    isotropic = False
    parameters = AutoencoderParameters

    @property
    def widest(self) -> int:
        """The most values that a row is on its way through the network, as patches."""
        channels = (self.image_shape[2], *self.channels)
        patches = (
            prod(small) * kernel_area(large) * n_channels
            for (large, small), n_channels in zip(pairwise(self._sizes()), channels, strict=False)
        )
        return max([self.n_features, *patches])

    def init(
        self, rng: np.random.Generator, linear: LinearPath | None = None
    ) -> AutoencoderParameters:
        """Random parameters; beside a linear path, those of a network that adds nothing yet."""
        return beside(linear, *self._draw(rng))

    def with_random_weights(
        self, rng: np.random.Generator, params: AutoencoderParameters, share: float = 1.0
    ) -> AutoencoderParameters:
        """A network of random weights, beside a share of the linear path of the parameters."""
        return with_weights_of(params, self._draw(rng), share)

    def encode(self, params: AutoencoderParameters, x: Array) -> Array:
        """The encoder's outputs for rows ``x``, of shape (n_rows, n_heads * n_components)."""
        function = ACTIVATIONS[self.activation]
        weights, biases, linear, _ = params.encoder
        image = x.reshape(-1, *self.image_shape)
        for matrix, bias in zip(weights[:-1], biases[:-1], strict=True):
            image = function(halve(image, matrix) + bias)
        code = image.reshape(-1, len(weights[-1])) @ weights[-1] + biases[-1]
        return code if linear is None else x @ linear + code

    def decode(self, params: AutoencoderParameters, z: Array) -> tuple[Array | None, Array]:
        """The two parts of the decoded rows, linear and nonlinear, the first possibly None."""
        function = ACTIVATIONS[self.activation]
        weights, biases, linear, _ = params.decoder
        *larger, smallest = self._sizes()
        n_channels = len(biases[0]) // prod(smallest)
        image = (z @ weights[0] + biases[0]).reshape(-1, *smallest, n_channels)
        for matrix, bias, size in zip(weights[1:], biases[1:], larger[::-1], strict=True):
            image = double(function(image), matrix, size) + bias
        return None if linear is None else z @ linear, image.reshape(-1, self.n_features)

    def _sizes(self) -> list[Size]:
        """Height and width of the image, and of what each convolution leaves of it."""
        sizes: list[Size] = [self.image_shape[:2]]
        for _ in self.channels:
            sizes.append(halved(sizes[-1]))
        return sizes

    def _draw(self, rng: np.random.Generator) -> tuple[Stack, Stack]:
        """An encoder and a decoder of random weights, without a linear path."""
        sizes, channels = self._sizes(), (self.image_shape[2], *self.channels)
        n_flat, n_outputs = prod(sizes[-1]) * channels[-1], self.n_heads * self.n_components
        matrices = [
            (kernel_area(size) * n_large, n_small)
            for size, (n_large, n_small) in zip(sizes, pairwise(channels), strict=False)
        ]
        return (
            Stack(
                glorot(rng, [*matrices, (n_flat, n_outputs)]),
                zeros((*self.channels, n_outputs)),
                linear=None,
            ),
            Stack(
                glorot(rng, [(self.n_components, n_flat), *matrices[::-1]]),
                zeros((n_flat, *channels[-2::-1])),
                linear=None,
            ),
        )
