"""The dense autoencoder: a linear path with a multilayer network beside it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from skautoencoder._functions import Array
from skautoencoder._networks._stacks import (
    AutoencoderParameters,
    LinearPath,
    Stack,
    beside,
    for_first_head,
    glorot,
    run,
    with_share_of_path,
    with_weights_of,
    zeros,
)


@dataclass(frozen=True)
class DenseNetwork:
    """A dense autoencoder's shape; hashable, so that it can be static under ``jax.jit``.

    With rows ``x`` standardised by one mean and one scale,

        z = x E + f(x),        x_hat = z D + g(z),

    where ``E`` and ``D`` are the linear path, absent if it was not asked for, and ``f``
    and ``g`` are multilayer networks. With more than one head the encoder has as many
    outputs for each component, all first outputs first; the linear path feeds those.
    """

    n_features: int
    n_components: int
    hidden_layer_sizes: tuple[int, ...]
    activation: str
    tied_weights: bool
    n_heads: int = 1

    parameters = AutoencoderParameters

    @property
    def isotropic(self) -> bool:
        """Whether rows and weights can be turned together: not weights that both halves share."""
        return not self.tied_weights

    @property
    def widest(self) -> int:
        """The most values that a row is on its way through the network."""
        return max(self._sizes()[0])

    def init(
        self, rng: np.random.Generator, linear: LinearPath | None = None
    ) -> AutoencoderParameters:
        """Random parameters; beside a linear path, those of a network that adds nothing yet."""
        encoder, decoder = self._draw(rng)
        if linear is None or not self.tied_weights:
            return beside(linear, encoder, decoder)
        n_outputs = len(encoder.biases[-1])
        gain_in, gain_out = zeros((n_outputs, self.n_features))
        path_in = for_first_head(linear[0], n_outputs)
        return AutoencoderParameters(
            encoder._replace(linear=path_in, gain=gain_in),
            decoder._replace(linear=_tied_factor(*linear), gain=gain_out),
        )

    def with_random_weights(
        self, rng: np.random.Generator, params: AutoencoderParameters, share: float = 1.0
    ) -> AutoencoderParameters:
        """A network of random weights, beside a share of the linear path of the parameters."""
        if not self.tied_weights:
            return with_weights_of(params, self._draw(rng), share)
        # The path back is the encoder's, and shrinks with it.
        halves = with_share_of_path(params.encoder, share), params.decoder
        return AutoencoderParameters(
            *(stack._replace(gain=np.ones_like(stack.gain)) for stack in halves)
        )

    def encode(self, params: AutoencoderParameters, x: Array) -> Array:
        """The encoder's outputs for rows ``x``, of shape (n_rows, n_heads * n_components)."""
        encoder = params.encoder
        code = run(encoder, encoder.weights, self.activation, x)
        if encoder.linear is not None:
            code += x @ encoder.linear
        return code

    def decode(self, params: AutoencoderParameters, z: Array) -> tuple[Array | None, Array]:
        """The two parts of the decoded rows, linear and nonlinear, the first possibly None."""
        encoder, decoder = params
        nonlinear = run(decoder, self.decoder_weights(params), self.activation, z)
        path_in, path_out = encoder.linear, decoder.linear
        if path_in is None or path_out is None:
            return None, nonlinear
        if self.tied_weights:
            return (z * path_out) @ path_in[:, : self.n_components].T, nonlinear
        return z @ path_out, nonlinear

    def decoder_weights(self, params: AutoencoderParameters) -> tuple[Array, ...]:
        """Weights of the decoder's nonlinear path, also where they are the encoder's."""
        return self._tied(params.encoder.weights) if self.tied_weights else params.decoder.weights

    def _draw(self, rng: np.random.Generator) -> tuple[Stack, Stack]:
        """An encoder and a decoder of random weights, without a linear path."""
        sizes_in, sizes_out = self._sizes()
        encoder = Stack(glorot(rng, pairwise(sizes_in)), zeros(sizes_in[1:]), linear=None)
        weights_out = () if self.tied_weights else glorot(rng, pairwise(sizes_out))
        return encoder, Stack(weights_out, zeros(sizes_out[1:]), linear=None)

    def _sizes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        hidden = self.hidden_layer_sizes
        return (
            (self.n_features, *hidden, self.n_heads * self.n_components),
            (self.n_components, *hidden[::-1], self.n_features),
        )

    def _tied(self, weights: tuple[Array, ...]) -> tuple[Array, ...]:
        *others, last = weights
        first_head = last[:, : self.n_components]
        return tuple(weight.T for weight in (first_head, *others[::-1]))


def _tied_factor(path_in: np.ndarray, path_out: np.ndarray) -> np.ndarray:
    # The factor a that makes a_k E[:, k] the best match of D[k]; exact for PCA, whose
    # two directions are parallel.
    norm = np.sum(path_in**2, axis=0)
    return np.divide(
        np.sum(path_in * path_out.T, axis=0), norm, out=np.zeros_like(norm), where=norm > 0
    )
