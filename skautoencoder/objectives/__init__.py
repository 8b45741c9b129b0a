"""Objectives: what an autoencoder is trained for."""

from skautoencoder.objectives._base import Objective
from skautoencoder.objectives._reconstruction import Reconstruction

OBJECTIVES = {"reconstruction": Reconstruction}

__all__ = ["OBJECTIVES", "Objective", "Reconstruction"]
