"""Network architectures: pure functions from rows to codes and back."""

from skautoencoder.networks._activations import ACTIVATIONS
from skautoencoder.networks._convolutional import ConvolutionalNetwork
from skautoencoder.networks._dense import DenseNetwork
from skautoencoder.networks._rescaling import rescale_code
from skautoencoder.networks._stacks import AutoencoderParameters, Stack

__all__ = [
    "ACTIVATIONS",
    "AutoencoderParameters",
    "ConvolutionalNetwork",
    "DenseNetwork",
    "Stack",
    "rescale_code",
]
