"""What a process compiles from when it first imports this, as a worker does with its first fit."""

from __future__ import annotations

import os

import jax

_COMPILED = "/jax/core/compile/backend_compile_duration"
_counts: list[int] = []
jax.monitoring.register_event_duration_secs_listener(
    lambda event, *_, **__: _counts.append(1) if event == _COMPILED else None
)


def where(estimator, X, y=None):
    """A scorer: the score, the process that found it, and how many programs that has compiled."""
    return {"score": estimator.score(X), "process": os.getpid(), "compiled": len(_counts)}
