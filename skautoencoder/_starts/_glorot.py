"""``init="glorot"``: random weights, and no linear path."""

from __future__ import annotations

from typing import Any

import numpy as np

from skautoencoder._data._moments import column_moments
from skautoencoder._data._source import Source
from skautoencoder._training._start import Start, without_path


def start_at_random(
    network: Any, loss: Any, rows: Source, index: np.ndarray, rng: np.random.Generator
) -> Start:
    """The :class:`Start` of a network at random weights, for the rows at ``index``."""
    return without_path(network, column_moments(rows, index), network.init(rng))
