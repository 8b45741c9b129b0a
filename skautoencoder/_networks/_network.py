"""What every network is: rows to codes and back."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from skautoencoder._functions import Array
from skautoencoder._networks._stacks import AutoencoderParameters, LinearPath


class Network(Protocol):
    """An autoencoder's shape, and its two halves as functions of parameters.

    Hashable, because it is static under ``jax.jit``: equal networks share a compiled program.
    Functions take NumPy and JAX arrays alike.
    """

    @property
    def n_features(self) -> int:
        """Columns of a row."""
        ...

    @property
    def n_components(self) -> int:
        """Columns of a code."""
        ...

    @property
    def n_heads(self) -> int:
        """Outputs of the encoder for each component, all first ones first."""
        ...

    @property
    def isotropic(self) -> bool:
        """Whether the network knows no columns: turned rows are rebuilt with turned weights."""
        ...

    @property
    def widest(self) -> int:
        """The most values that a row is on its way through the network."""
        ...

    def init(
        self, rng: np.random.Generator, linear: LinearPath | None = None
    ) -> AutoencoderParameters:
        """Random parameters; beside a linear path, those of a network that adds nothing yet.

        Parameters
        ----------
        rng : numpy.random.Generator
        linear : tuple of arrays (n_features, n_components), (n_components, n_features)
            The linear path to start from, into the code and out of it, or None for a plain
            network.

        Returns
        -------
        AutoencoderParameters
            NumPy arrays; weights and biases in single precision.
        """
        ...

    def with_random_weights(
        self, rng: np.random.Generator, params: AutoencoderParameters, share: float = 1.0
    ) -> AutoencoderParameters:
        """A network of random weights, beside a share of the linear path of the parameters.

        Where the network adds nothing, at PCA, training may find no direction that leads down,
        as on data folded in a symmetric way. From here it finds others.
        """
        ...

    def encode(self, params: AutoencoderParameters, x: Array) -> Array:
        """The encoder's outputs for rows ``x``, of shape (n_rows, n_heads * n_components)."""
        ...

    def decode(self, params: AutoencoderParameters, z: Array) -> tuple[Array | None, Array]:
        """The two parts of the decoded rows, linear and nonlinear.

        The first is None where the network has no linear path. A loss puts them together,
        because each loss has a link of its own.
        """
        ...
