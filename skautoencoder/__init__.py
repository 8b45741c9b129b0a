"""Autoencoders that stand where PCA stood."""

from typing import Any

from skautoencoder._estimators._autoencoder import AutoencoderTransformer
from skautoencoder._estimators._convolutional import ConvolutionalAutoencoderTransformer
from skautoencoder._estimators._rbm import RBMTransformer

__version__ = "0.1.0.dev0"

__all__ = [
    "AutoencoderSearchCV",
    "AutoencoderTransformer",
    "Comparison",
    "ConvolutionalAutoencoderTransformer",
    "RBMTransformer",
    "compare_transformers",
]


def __getattr__(name: str) -> Any:
    # Imported when asked for: they need much of scikit-learn, the estimators do not.
    if name == "AutoencoderSearchCV":
        from skautoencoder._search import AutoencoderSearchCV

        return AutoencoderSearchCV
    if name in ("Comparison", "compare_transformers"):
        from skautoencoder import comparison

        return getattr(comparison, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
