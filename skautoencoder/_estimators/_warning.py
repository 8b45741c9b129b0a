"""Warnings that point at the line of the user who called a method, however deep they come from."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import FrameType

import joblib
import sklearn
from sklearn.exceptions import ConvergenceWarning

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


def warn_diverged(estimator, result):
    """Warn that the loss of a fit grew without bounds, and say what is kept."""
    warn_caller(
        f"The loss diverged in epoch {len(result.loss_curve) - 1} ({result.loss_curve[-1]:.3g}, "
        f"from {result.loss_curve[0]:.3g} at the start); the weights of epoch "
        f"{result.best_epoch} are kept. Lower learning_rate={estimator.learning_rate!r}, or "
        "scale the columns of X.",
        ConvergenceWarning,
    )


_ONE_OF_MANY: ContextVar[bool] = ContextVar("one_of_many", default=False)
_JOBLIB = f"{Path(joblib.__file__).parent}{os.sep}"


@contextmanager
def one_of_many() -> Iterator[None]:
    """Inside, fits are parts of something larger: nobody asked for one of them."""
    token = _ONE_OF_MANY.set(True)
    try:
        yield
    finally:
        _ONE_OF_MANY.reset(token)


def warn_unfinished(max_iter):
    """Warn that training ended too early, unless the fit is one of many.

    That is said where one model is fitted and kept: not of folds and candidates, which joblib
    runs, where it would be said over and over. A search's last fit, of the best, says it.
    """
    if _ONE_OF_MANY.get() or _run_by_joblib():
        return
    warn_caller(
        f"Training ended at max_iter={max_iter} while the loss of held-out rows still fell: more "
        "epochs would give a better model. Raise max_iter.",
        ConvergenceWarning,
    )


def _run_by_joblib():
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename.startswith(_JOBLIB):
            return True
        frame = frame.f_back
    return False
