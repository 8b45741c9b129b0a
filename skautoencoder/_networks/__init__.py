"""Network architectures: pure functions from rows to codes and back."""

from skautoencoder._networks._activations import ACTIVATIONS
from skautoencoder._networks._convolutional import ConvolutionalNetwork
from skautoencoder._networks._dense import DenseNetwork
from skautoencoder._networks._embedding import embedded
from skautoencoder._networks._network import Network
from skautoencoder._networks._refining import RefiningNetwork, RefiningParameters
from skautoencoder._networks._rescaling import rescale_code
from skautoencoder._networks._stacks import AutoencoderParameters, Stack

__all__ = [
    "ACTIVATIONS",
    "AutoencoderParameters",
    "ConvolutionalNetwork",
    "DenseNetwork",
    "Network",
    "RefiningNetwork",
    "RefiningParameters",
    "Stack",
    "embedded",
    "rescale_code",
]
