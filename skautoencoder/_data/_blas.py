"""Holding BLAS to one thread, which is a setting of the whole process."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController

# Threads that limit BLAS at the same time would undo each other's limit.
_lock = threading.RLock()  # work on one thread may ask for one thread again
_limit: Any = None  # what holds BLAS to one thread now, the outermost of such


def n_blas_threads() -> int:
    """How many threads BLAS may use now."""
    return max((pool["num_threads"] for pool in _blas().info()), default=1)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """BLAS on one thread inside the block; one such block at a time."""
    global _limit
    with _lock, _blas().limit(limits=1) as limit:
        outer, _limit = _limit, _limit or limit
        try:
            yield
        finally:
            _limit = outer


@cache
def _blas() -> ThreadpoolController:
    # To look through all of the process's libraries takes milliseconds with Python's lock
    # held. Once will do: NumPy's and SciPy's are there by now.
    return ThreadpoolController().select(user_api="blas")


def _after_fork() -> None:
    """Free BLAS of the limit of a thread that a forked process does not have."""
    global _lock, _limit
    _lock = threading.RLock()
    if _limit is not None:
        _limit.restore_original_limits()
        _limit = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
