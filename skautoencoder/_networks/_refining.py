"""The network of an imputer: rows whose gaps are filled, and where, to rows filled better."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from skautoencoder._functions import Array
from skautoencoder._networks._stacks import Stack, glorot, run, with_zero_output, zeros


class RefiningParameters(NamedTuple):
    """Weights, and the edges between the bins of each column, which training leaves alone."""

    edges: Array  # (n_edges, n_features)
    stack: Stack


@dataclass(frozen=True)
class RefiningNetwork:
    """A multilayer network that adds a correction to filled rows.

    Beside each value that was seen it is told which edges between bins the value exceeds:
    a step is hard to make of a number, and easy of these.
    """

    n_features: int
    hidden_layer_sizes: tuple[int, ...]
    activation: str

    def init(self, rng: np.random.Generator, edges: np.ndarray) -> RefiningParameters:
        """Parameters of a network that adds nothing yet."""
        n_inputs = (2 + len(edges)) * self.n_features
        sizes = (n_inputs, *self.hidden_layer_sizes, self.n_features)
        weights = with_zero_output(glorot(rng, pairwise(sizes)))
        return RefiningParameters(
            edges.astype(np.float32), Stack(weights, zeros(sizes[1:]), linear=None)
        )

    def refine(self, params: RefiningParameters, filled: Array, seen: Array) -> Array:
        """Rows filled better, from standardized filled rows, and 1 where an entry was seen."""
        xp = filled.__array_namespace__()
        above = (filled[:, None, :] > params.edges) * seen[:, None, :]
        above = above.reshape(-1, len(params.edges) * self.n_features)
        inputs = xp.concat([filled, seen, above], axis=1)
        stack = params.stack
        return filled + run(stack, stack.weights, self.activation, inputs)
