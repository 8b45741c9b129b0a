"""The convolutional autoencoder: strided convolutions down, transposed ones up."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import prod

from skautoencoder._networks._activations import ACTIVATIONS
from skautoencoder._networks._convolution import double, halve, halved, kernel_area
from skautoencoder._networks._stacks import (
    AutoencoderParameters,
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

    parameters = AutoencoderParameters

    @property
    def widest(self):
        """The most values that a row is on its way through the network, as patches."""
        channels = (self.image_shape[2], *self.channels)
        return max(
            self.n_features,
            *(
                prod(small) * kernel_area(large) * n_channels
                for (large, small), n_channels in zip(
                    pairwise(self._sizes()), channels, strict=False
                )
            ),
        )

    def init(self, rng, linear=None):
        """Draw parameters; beside a linear path ``(E, D)`` the network adds nothing yet.

        Parameters
        ----------
        rng : numpy.random.RandomState
        linear : tuple of arrays (n_features, n_components), (n_components, n_features)
            The linear path to start from, or None for a plain network.

        Returns
        -------
        AutoencoderParameters
            NumPy arrays in single precision.
        """
        encoder, decoder = self._draw(rng)
        if linear is None:
            return AutoencoderParameters(encoder, decoder)
        return beside(linear, encoder, decoder)

    def awake(self, rng, params):
        """The same parameters with the network beside the linear path speaking up."""
        return with_weights_of(params, self._draw(rng))

    def encode(self, params, x):
        """The encoder's outputs for the rows ``x``, of shape (n_rows, n_heads * n_components)."""
        function = ACTIVATIONS[self.activation]
        weights, biases, linear, _ = params.encoder
        image = x.reshape(-1, *self.image_shape)
        for matrix, bias in zip(weights[:-1], biases[:-1], strict=True):
            image = function(halve(image, matrix) + bias)
        code = image.reshape(len(x), -1) @ weights[-1] + biases[-1]
        return code if linear is None else x @ linear + code

    def decode(self, params, z):
        """The two parts of the decoded rows, linear and nonlinear, the first possibly None."""
        function = ACTIVATIONS[self.activation]
        weights, biases, linear, _ = params.decoder
        *larger, smallest = self._sizes()
        image = (z @ weights[0] + biases[0]).reshape(len(z), *smallest, -1)
        for matrix, bias, size in zip(weights[1:], biases[1:], larger[::-1], strict=True):
            image = double(function(image), matrix, size) + bias
        return None if linear is None else z @ linear, image.reshape(len(z), -1)

    def _sizes(self):
        """Height and width of the image, and of what each convolution leaves of it."""
        sizes = [self.image_shape[:2]]
        for _ in self.channels:
            sizes.append(halved(sizes[-1]))
        return sizes

    def _draw(self, rng):
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
