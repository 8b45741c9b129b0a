"""JAX's rules of promotion, which a user may have made stricter than the programs here allow."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import jax

_Arguments = ParamSpec("_Arguments")
_Output = TypeVar("_Output")


def under_our_rules(function: Callable[_Arguments, _Output]) -> Callable[_Arguments, _Output]:
    """The function, traced under JAX's own default rules; once compiled, it costs nothing.

    optax and an objective of the user's rely on them too. Precision and the kind of random
    keys are named where they matter, and need no such thing.
    """

    @wraps(function)
    def under_rules(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Output:
        with jax.numpy_dtype_promotion("standard"), jax.numpy_rank_promotion("allow"):
            return function(*args, **kwargs)

    return under_rules
