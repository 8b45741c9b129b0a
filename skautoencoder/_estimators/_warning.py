"""Warnings that point at the line of the user who called a method, however deep they come from."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

import sklearn

# Not the user's: this package, and scikit-learn, whose pipelines and decorators call it.
_INSIDE = tuple(
    f"{Path(path).parent}{os.sep}" for path in (Path(__file__).parent, sklearn.__file__)
)


def warn_caller(message, category=UserWarning):
    """Warn at the nearest line outside this package and scikit-learn."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_INSIDE):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
