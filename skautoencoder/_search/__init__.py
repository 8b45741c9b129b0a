"""Searches over many fits, side by side."""

from skautoencoder._search._grid import AutoencoderSearchCV

__all__ = ["AutoencoderSearchCV"]
