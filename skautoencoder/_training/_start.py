"""A start of training: weights, and the units of their rows and codes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from skautoencoder._data._moments import Moments
from skautoencoder._data._standardization import Standardization
from skautoencoder._networks import Network


class CodeScale(NamedTuple):
    """What turns the network's codes, of about unit variance, into those that users see."""

    factor: np.ndarray  # (n_components,)
    spread: np.ndarray  # (n_components,), of PCA's codes; 0 where the network's are free

    def adapted(self, spread: np.ndarray) -> CodeScale:
        """The scale for a network whose codes have another spread by now: PCA's, if it has one."""
        bound = (self.spread > 0) & (spread > 0)
        return self._replace(
            factor=np.divide(self.spread, spread, out=self.factor.copy(), where=bound)
        )

    def whitened(self, spread: np.ndarray) -> CodeScale:
        """The scale that gives unit variance, to all but components that do not vary."""
        ones = np.ones_like(self.factor)
        return self._replace(factor=np.divide(1, spread, out=ones, where=spread > 0))


class Start(NamedTuple):
    """Weights to start from, and the units of the rows that they are for."""

    standardization: Standardization
    params: Any
    is_good: bool  # whether the weights are worth keeping, as PCA's are
    code: CodeScale
    highest: np.ndarray | None  # (n_features,), the largest value of each column
    moments: Moments | None = None  # of the columns, unless the weights come from an earlier fit
    variance: np.ndarray | None = None  # of PCA's codes, in standard units, if the start is PCA


def without_path(network: Network, moments: Moments, params: Any) -> Start:
    """The :class:`Start` of a network without a linear path: codes keep the scale they have."""
    code = CodeScale(np.ones(network.n_components), np.zeros(network.n_components))
    return Start(moments.standardization, params, False, code, moments.highest, moments)
