"""A sum that is equal where arrays are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np


def sum_of(arrays: Iterable[Any]) -> str:
    """A sum of the values of arrays, their types and shapes."""
    found = hashlib.sha256()
    for value in arrays:
        array = np.ascontiguousarray(value)
        found.update(f"{array.dtype} {array.shape}".encode())
        found.update(array.tobytes())
    return found.hexdigest()
