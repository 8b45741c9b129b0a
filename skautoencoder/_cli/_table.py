"""What the command line reads and writes: a table of numbers, and the error for all else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


class BadInputError(ValueError):
    """What a user of the command line can mend; told in one line."""


@dataclass(frozen=True)
class Table:
    """Numbers, the names of their columns, and what they belong to.

    Attributes
    ----------
    X : ndarray of shape (n_rows, n_columns)
    names : list of str
    y : ndarray of shape (n_rows,) or None
    image_shape : tuple of int or None
    """

    X: np.ndarray
    names: list
    y: Any = None
    image_shape: tuple | None = None
