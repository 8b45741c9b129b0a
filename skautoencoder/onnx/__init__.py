"""Fitted estimators as models of ONNX, for runtimes that know no Python.

``to_onnx`` exports one of our estimators, with its code, reconstruction and score; after
``register_converters`` skl2onnx exports pipelines that hold some. Needs
``pip install "skautoencoder[onnx]"``.
"""

try:
    import onnx as _onnx  # noqa: F401  # the library: this package has a longer name
except ModuleNotFoundError as error:
    raise ImportError(
        f"skautoencoder.onnx needs {error.name}: pip install 'skautoencoder[onnx]'."
    ) from error

from skautoencoder.onnx._converters import register_converters
from skautoencoder.onnx._export import to_onnx

__all__ = ["register_converters", "to_onnx"]
