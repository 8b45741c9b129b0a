"""Objectives: what an autoencoder is trained for.

An objective goes with any architecture. Pass its name for its defaults, or an instance;
its fields are searched by nested names, as in ``objective__noise_std``.
"""

from skautoencoder.objectives._base import Objective, Step
from skautoencoder.objectives._contractive import Contractive
from skautoencoder.objectives._denoising import Denoising
from skautoencoder.objectives._ordered import Ordered
from skautoencoder.objectives._reconstruction import Reconstruction
from skautoencoder.objectives._sparse import Sparse
from skautoencoder.objectives._variational import Variational

OBJECTIVES = {
    "reconstruction": Reconstruction,
    "denoising": Denoising,
    "sparse": Sparse,
    "contractive": Contractive,
    "variational": Variational,
    "ordered": Ordered,
}

__all__ = [
    "OBJECTIVES",
    "Contractive",
    "Denoising",
    "Objective",
    "Ordered",
    "Reconstruction",
    "Sparse",
    "Step",
    "Variational",
]
