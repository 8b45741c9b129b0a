"""Holding BLAS to one thread, which is a setting of the whole process."""

from __future__ import annotations

import threading
from contextlib import contextmanager

from threadpoolctl import threadpool_info, threadpool_limits

# Threads that limit BLAS at the same time would undo each other's limit.
_lock = threading.Lock()


def n_blas_threads():
    """How many threads BLAS may use now."""
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return max((pool["num_threads"] for pool in pools), default=1)


@contextmanager
def one_blas_thread():
    """BLAS on one thread inside the block; one such block at a time."""
    with _lock, threadpool_limits(1, user_api="blas"):
        yield
