"""Autoencoders that stand where PCA stood."""

from skautoencoder._autoencoder import AutoencoderTransformer

__version__ = "0.1.0.dev0"

__all__ = ["AutoencoderTransformer"]
