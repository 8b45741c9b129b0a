"""``init="glorot"``: random weights, and no linear path."""

from __future__ import annotations

import numpy as np

from skautoencoder._data._moments import column_moments
from skautoencoder._data._source import Index, Source
from skautoencoder._networks import Network
from skautoencoder._training._start import Start, without_path
from skautoencoder.losses._loss import Loss


def start_at_random(
    network: Network, loss: Loss, rows: Source, index: Index, rng: np.random.Generator
) -> Start:
    """The :class:`Start` of a network at random weights, for the rows at ``index``."""
    return without_path(network, column_moments(rows, index), network.init(rng))
