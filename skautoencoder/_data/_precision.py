"""Which precision rows are worked on in."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike


def working_dtype(dtype: DTypeLike) -> type[np.float32] | type[np.float64]:
    """Single precision where it holds every value of a data type exactly, else double."""
    return np.float32 if np.can_cast(dtype, np.float32) else np.float64
