"""Where training starts: one function for each value of ``init``."""

from __future__ import annotations

from typing import Any, NamedTuple

from skautoencoder.training._batches import Standardisation
from skautoencoder.training._initialization import (
    linear_path,
    plain_standardisation,
    principal_axes,
)
from skautoencoder.training._pretraining import pretrain


class Start(NamedTuple):
    """Weights to start from, and the standardisation of the rows they are for."""

    standardisation: Standardisation
    params: Any
    is_good: bool  # whether the weights are worth keeping, as PCA's are


def _pca(network, loss, rows, index, rng):
    """A linear path at PCA, beside a network that is silent."""
    axes = principal_axes(rows, index, network.n_components, rng)
    linear = linear_path(axes, network.n_components)
    return Start(axes.standardisation, network.init(rng, linear), True)


def _glorot(network, loss, rows, index, rng):
    """Random weights, and no linear path."""
    return Start(plain_standardisation(rows, index), network.init(rng), False)


def _rbm(network, loss, rows, index, rng):
    """A stack of restricted Boltzmann machines, and no linear path."""
    standardisation = plain_standardisation(rows, index)
    params = pretrain(network, loss, standardisation, rows, index, rng)
    return Start(standardisation, params, False)


STARTS = {"pca": _pca, "glorot": _glorot, "rbm": _rbm}
