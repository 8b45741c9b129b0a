"""Scorers that say where they run, or end it; workers import them with their first fit."""

from __future__ import annotations

import os
import signal

import jax

_COMPILED = "/jax/core/compile/backend_compile_duration"
_counts: list[int] = []
jax.monitoring.register_event_duration_secs_listener(
    lambda event, *_, **__: _counts.append(1) if event == _COMPILED else None
)


def where(estimator, X, y=None):
    """The score, the process that found it, and how many programs that has compiled so far."""
    return {"score": estimator.score(X), "process": os.getpid(), "compiled": len(_counts)}


class KillingOnce:
    """A scorer that kills its process as by ``kill -9``, the first time that any comes to it."""

    def __init__(self, folder):
        self.mark = folder / "killed"

    def __call__(self, estimator, X, y=None):
        try:
            self.mark.touch(exist_ok=False)
        except FileExistsError:
            return estimator.score(X)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("not reached")


def figures(search, name):
    """What a scorer said of all fits of a search, as a flat list."""
    splits = [search.cv_results_[f"split{i}_test_{name}"] for i in range(search.n_splits_)]
    return [value for split in splits for value in split.tolist()]
