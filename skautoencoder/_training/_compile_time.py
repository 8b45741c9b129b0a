"""How long JAX has been compiling."""

from __future__ import annotations

from typing import Any

import jax

_seconds: list[float] = []


def compile_seconds() -> float:
    """Seconds that JAX has spent compiling since this was first asked for."""
    if not _seconds:
        _seconds.append(0.0)
        jax.monitoring.register_event_duration_secs_listener(_note)
    return sum(_seconds)


def _note(event: str, duration_secs: float, **_: Any) -> None:
    if event.startswith("/jax/core/compile/"):
        _seconds.append(duration_secs)
