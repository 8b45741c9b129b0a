"""How good a transformer is."""

from __future__ import annotations

import numpy as np


def squared_error(transformer, X):
    """A row's squared error after there and back, summed over its columns, in the mean."""
    rebuilt = transformer.inverse_transform(transformer.transform(X))
    return float(np.mean(np.sum((X - rebuilt) ** 2, axis=1)))
