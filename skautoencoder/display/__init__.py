"""Displays: they hold numbers, and draw them when asked.

As scikit-learn's: the constructor takes numbers, ``from_estimator`` computes them, and
``plot(ax=None)`` draws with matplotlib, which is imported only there (install
``skautoencoder[plot]``), and leaves ``ax_`` and ``figure_``.
"""

from skautoencoder.display._anomaly import AnomalyDisplay
from skautoencoder.display._code import CodeDisplay
from skautoencoder.display._colours import COLOURS
from skautoencoder.display._comparison import ComparisonDisplay
from skautoencoder.display._decoder import DecoderDisplay
from skautoencoder.display._loadings import LoadingsDisplay
from skautoencoder.display._loss_curve import LossCurveDisplay
from skautoencoder.display._reconstruction import ReconstructionDisplay

__all__ = [
    "COLOURS",
    "AnomalyDisplay",
    "CodeDisplay",
    "ComparisonDisplay",
    "DecoderDisplay",
    "LoadingsDisplay",
    "LossCurveDisplay",
    "ReconstructionDisplay",
]
