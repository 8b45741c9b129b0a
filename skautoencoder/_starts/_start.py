"""Where training starts: one function for each value of ``init``."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from skautoencoder._data._blocks import Standardisation
from skautoencoder._starts._pretraining import pretrain
from skautoencoder._starts._principal_axes import (
    column_moments,
    linear_path,
    principal_axes,
)
from skautoencoder._training._precision import working_dtype


class Start(NamedTuple):
    """Weights to start from, and the standardisation of the rows they are for."""

    standardisation: Standardisation
    params: Any
    is_good: bool  # whether the weights are worth keeping, as PCA's are
    code: CodeScale
    dominant: int | None  # number of the column with nearly all of the variance, if there is one
    highest: np.ndarray  # (n_features,), the largest value of each column


class CodeScale(NamedTuple):
    """What turns the network's codes, of about unit variance, into those that users see."""

    factor: np.ndarray  # (n_components,)
    spread: np.ndarray  # (n_components,), of PCA's codes; 0 where the network's are free

    def adapted(self, spread):
        """The scale for a network whose codes have another spread by now: PCA's, if it has one."""
        bound = (self.spread > 0) & (spread > 0)
        return self._replace(
            factor=np.divide(self.spread, spread, out=self.factor.copy(), where=bound)
        )

    def whitened(self, spread):
        """The scale that gives unit variance, to all but components that do not vary."""
        ones = np.ones_like(self.factor)
        return self._replace(factor=np.divide(1, spread, out=ones, where=spread > 0))


def _pca(network, loss, rows, index, rng):
    """A linear path at PCA, beside a network that is silent.

    The path is in double precision where the data are: single precision is for training.
    """
    axes = principal_axes(rows, index, network.n_components, rng)
    path = linear_path(axes, network.n_components, working_dtype(rows.X.dtype))
    params = network.init(rng, (path.encoder, path.decoder))
    code = CodeScale(path.unit, path.spread)
    return Start(axes.standardisation, params, True, code, axes.dominant, axes.highest)


def _glorot(network, loss, rows, index, rng):
    """Random weights, and no linear path."""
    moments = column_moments(rows, index)
    return _without_path(network, moments, network.init(rng))


def _rbm(network, loss, rows, index, rng):
    """A stack of restricted Boltzmann machines, and no linear path."""
    moments = column_moments(rows, index)
    params = pretrain(network, loss, moments.standardisation, rows, index, rng)
    return _without_path(network, moments, params)


def _without_path(network, moments, params):
    code = CodeScale(np.ones(network.n_components), np.zeros(network.n_components))
    return Start(moments.standardisation, params, False, code, moments.dominant, moments.highest)


STARTS = {"pca": _pca, "glorot": _glorot, "rbm": _rbm}
