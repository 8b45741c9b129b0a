"""``init="glorot"``: random weights, and no linear path."""

from __future__ import annotations

from skautoencoder._data._moments import column_moments
from skautoencoder._training._start import without_path


def start_at_random(network, loss, rows, index, rng):
    """The :class:`Start` of a network at random weights, for the rows at ``index``."""
    return without_path(network, column_moments(rows, index), network.init(rng))
