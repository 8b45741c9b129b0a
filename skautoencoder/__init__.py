"""Autoencoders that stand where PCA stood."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from skautoencoder import _processes as _processes  # which notes forks from now on

if TYPE_CHECKING:
    from skautoencoder._estimators._autoencoder import AutoencoderTransformer
    from skautoencoder._estimators._convolutional import ConvolutionalAutoencoderTransformer
    from skautoencoder._estimators._detector import AutoencoderDetector
    from skautoencoder._estimators._imputer import AutoencoderImputer
    from skautoencoder._estimators._rbm import RBMTransformer
    from skautoencoder._estimators._table import TableAutoencoderTransformer
    from skautoencoder._search import AutoencoderSearchCV
    from skautoencoder._training._program_cache import cache_programs
    from skautoencoder.comparison import Comparison, compare_transformers
    from skautoencoder.persistence import load, save

__version__ = "0.1.0"

__all__ = [
    "AutoencoderDetector",
    "AutoencoderImputer",
    "AutoencoderSearchCV",
    "AutoencoderTransformer",
    "Comparison",
    "ConvolutionalAutoencoderTransformer",
    "RBMTransformer",
    "TableAutoencoderTransformer",
    "cache_programs",
    "compare_transformers",
    "load",
    "save",
]

# Imported when asked for: none needs what the others need.
_HOMES = {
    "AutoencoderDetector": "_estimators._detector",
    "AutoencoderImputer": "_estimators._imputer",
    "AutoencoderSearchCV": "_search",
    "AutoencoderTransformer": "_estimators._autoencoder",
    "Comparison": "comparison",
    "ConvolutionalAutoencoderTransformer": "_estimators._convolutional",
    "RBMTransformer": "_estimators._rbm",
    "TableAutoencoderTransformer": "_estimators._table",
    "cache_programs": "_training._program_cache",
    "compare_transformers": "comparison",
    "load": "persistence",
    "save": "persistence",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
