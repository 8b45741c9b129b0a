"""``init="pca"``: a linear path at PCA, beside a network that adds nothing yet."""

from __future__ import annotations

import numpy as np

from skautoencoder._data._precision import working_dtype
from skautoencoder._data._source import Index, Source
from skautoencoder._networks import Network
from skautoencoder._starts._principal_axes import linear_path, principal_axes
from skautoencoder._training._start import CodeScale, Start
from skautoencoder.losses._loss import Loss


def start_at_pca(
    network: Network, loss: Loss, rows: Source, index: Index, rng: np.random.Generator
) -> Start:
    """The :class:`Start` of a network that rebuilds as PCA of the rows at ``index`` does.

    The path is in double precision where the data are: single precision is for training.
    """
    axes = principal_axes(rows, index, network.n_components, rng)
    dtype = working_dtype(rows.dtype)
    path = linear_path(axes, network.n_components, dtype)
    params = network.init(rng, (path.encoder, path.decoder))
    moments = axes.moments
    code = CodeScale(path.unit, path.spread)
    variance = np.zeros(network.n_components)
    variance[: len(axes.variance)] = axes.variance
    return Start(moments.standardization, params, True, code, moments.highest, moments, variance)
