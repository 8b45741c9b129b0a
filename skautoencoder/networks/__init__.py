"""Network architectures: pure functions from rows to codes and back."""

from skautoencoder.networks._activations import ACTIVATIONS
from skautoencoder.networks._dense import DenseNetwork, DenseParameters, DenseStack

__all__ = ["ACTIVATIONS", "DenseNetwork", "DenseParameters", "DenseStack"]
