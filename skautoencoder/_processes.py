"""Whether JAX works in this process: it does not where its threads ran before a fork.

A fork copies one thread. JAX's are then gone, and the first thing asked of it waits for them for
ever. What was fitted is applied by NumPy, and goes on working.
"""

from __future__ import annotations

import os
import sys
import threading


def check_jax_works() -> None:
    """Raise an error where JAX would hang.

    Raises
    ------
    RuntimeError
        If this process was forked from one in which JAX had started.
    """
    if _lost:
        raise RuntimeError(
            "JAX had started before this process was forked, so training, and all else that asks "
            "JAX, would hang here. Start processes by 'spawn' or 'forkserver' "
            "(multiprocessing.get_context), use joblib's loky, or train before the fork: what is "
            "fitted can be applied here."
        )


def _jax_has_started() -> bool:
    """Whether JAX's threads have been started, by whomever, in this process or its parents.

    No public name says so without starting them. A JAX without this one counts as started from
    when it is imported.
    """
    bridge = sys.modules.get("jax._src.xla_bridge")
    backends = getattr(bridge, "_backends", None)
    return "jax" in sys.modules if backends is None else bool(backends)


def _other_threads_are_gone() -> bool:
    """Whether all threads here are Python's, as far as the system tells (Linux does)."""
    try:
        n_threads = len(os.listdir("/proc/self/task"))
    except OSError:
        return False
    return n_threads <= threading.active_count()


def _after_fork() -> None:
    global _lost
    _lost = _lost or _jax_has_started()


# Before this was imported, nobody noted forks.
_lost = _jax_has_started() and _other_threads_are_gone()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
