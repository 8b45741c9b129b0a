"""``init="pca"``: a linear path at PCA, beside a network that is silent."""

from __future__ import annotations

from skautoencoder._data._precision import working_dtype
from skautoencoder._starts._principal_axes import linear_path, principal_axes
from skautoencoder._training._start import CodeScale, Start


def start_at_pca(network, loss, rows, index, rng):
    """The :class:`Start` of a network on the rows at ``index``: it rebuilds them as PCA does.

    The path is in double precision where the data are: single precision is for training.
    """
    axes = principal_axes(rows, index, network.n_components, rng)
    path = linear_path(axes, network.n_components, working_dtype(rows.X.dtype))
    params = network.init(rng, (path.encoder, path.decoder))
    moments = axes.moments
    code = CodeScale(path.unit, path.spread)
    return Start(moments.standardization, params, True, code, moments.highest, moments)
