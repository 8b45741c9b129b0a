"""How many compiled programs are kept: those used last.

``jax.jit`` keeps all it has ever compiled for a function, for as long as the function lives.
So each kind of program has functions of its own, which go when others have been used since.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Any, TypeVar

import jax

from skautoencoder._garbage import without_collection
from skautoencoder._training._promotion import under_our_rules

_Make = TypeVar("_Make", bound=Callable)

# A program takes 7 to 10 MiB (benchmarks/speed/compiled_memory.py). A training holds on to its own.
N_KEPT = 32

_lock = threading.Lock()


def kept(make: _Make) -> _Make:
    """The function ``make(*kind)``, called once for each of the kinds of program used last."""
    cached = lru_cache(maxsize=N_KEPT)(make)

    def get(*kind: Hashable) -> Any:
        # Two threads that made the same one at a time would also compile it twice.
        with _lock:
            return cached(*kind)

    program: Any = wraps(make)(get)
    program.n_kept = lambda: cached.cache_info().currsize
    program.forget = cached.cache_clear
    return program


def compiled(function: Callable[..., Any], **settings: Any) -> Callable[..., Any]:
    """The function, compiled by JAX under our rules with these settings when it is called."""
    program = jax.jit(under_our_rules(function), **settings)
    has_run = False

    @wraps(program)
    def run(*arguments: Any) -> Any:
        nonlocal has_run
        if has_run:
            return program(*arguments)
        with without_collection():
            result = program(*arguments)
        has_run = True
        return result

    return run
