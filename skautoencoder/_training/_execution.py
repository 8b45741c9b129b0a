"""What is being trained beside a fit: nothing, or other fits.

Who trains several fits together says so in the context that each runs in; training asks here.
No estimator holds any of it, so that estimators can be copied, pickled and cached.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol

from skautoencoder._data._blas import n_blas_threads

if TYPE_CHECKING:  # JAX is not needed to say how a fit is run
    from skautoencoder._training._gradient import Program


class Alongside(Protocol):
    """How a fit trains its blocks, and may be stopped, beside others."""

    @property
    def n_threads(self) -> int:
        """How many lanes of the fit may train at the same time."""

    def train_block(self, program: Program, arguments: tuple) -> Any:
        """What a program gives for its arguments: see ``train_block`` of ``_gradient``."""

    def epoch_ended(self, loss: float, epoch: int, max_iter: int) -> bool:
        """Whether the fit is to stop after an epoch, numbered from 1, with this loss."""

    def may_stop(self, epoch: int, max_iter: int) -> bool:
        """Whether others may stop the fit after that epoch, so that none beyond is trained yet."""


class Alone:
    """The :class:`Alongside` of a fit with no other beside it."""

    @property
    def n_threads(self) -> int:
        """As many as BLAS may use."""
        return n_blas_threads()

    def train_block(self, program: Program, arguments: tuple) -> Any:
        """What the program gives."""
        return program.one(*arguments)

    def epoch_ended(self, loss: float, epoch: int, max_iter: int) -> bool:
        """Whether to stop: never."""
        return False

    def may_stop(self, epoch: int, max_iter: int) -> bool:
        """Whether others may stop the fit after that epoch: never."""
        return False


ALONE = Alone()
_ALONGSIDE: ContextVar[Alongside] = ContextVar("alongside", default=ALONE)


def alongside() -> Alongside:
    """The :class:`Alongside` of the fit that asks."""
    return _ALONGSIDE.get()


@contextmanager
def beside(others: Alongside) -> Iterator[None]:
    """Inside the block, ``others`` is the :class:`Alongside` of every fit."""
    token = _ALONGSIDE.set(others)
    try:
        yield
    finally:
        _ALONGSIDE.reset(token)
