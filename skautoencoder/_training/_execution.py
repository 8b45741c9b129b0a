"""What else is being trained beside a fit: nothing, or other fits.

Whoever trains many puts its own into the context that each fit runs in; training asks here.
Nothing of it rides on an estimator, so that estimators can be copied, pickled and cached.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar

from skautoencoder._data._blas import n_blas_threads


class Alone:
    """What a fit has at its side where nothing else is being trained."""

    @property
    def n_threads(self):
        """How many lanes of the fit may train at the same time."""
        return n_blas_threads()

    def train_block(self, program, arguments):
        """Train a block."""
        return program.one(*arguments)

    def epoch_ended(self, loss, epoch, max_iter):
        """Whether to stop: never."""
        return False


ALONE = Alone()
_ALONGSIDE: ContextVar = ContextVar("alongside", default=ALONE)


def alongside():
    """What the fit that asks has at its side."""
    return _ALONGSIDE.get()


@contextmanager
def beside(others):
    """All fits inside the block have these others at their side."""
    token = _ALONGSIDE.set(others)
    try:
        yield
    finally:
        _ALONGSIDE.reset(token)
