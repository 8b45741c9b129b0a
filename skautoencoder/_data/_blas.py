"""Holding BLAS to one thread, which is a setting of the whole process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController

# Threads that limit BLAS at the same time would undo each other's limit.
_lock = threading.RLock()  # work on one thread may ask for one thread again


def n_blas_threads() -> int:
    """How many threads BLAS may use now."""
    return max((pool["num_threads"] for pool in _blas().info()), default=1)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """BLAS on one thread inside the block; one such block at a time."""
    with _lock, _blas().limit(limits=1):
        yield


@cache
def _blas() -> ThreadpoolController:
    # To look through all of the process's libraries takes milliseconds with Python's lock
    # held. Once will do: NumPy's and SciPy's are there by now.
    return ThreadpoolController().select(user_api="blas")
