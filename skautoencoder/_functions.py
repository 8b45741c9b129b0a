"""Functions that several parts need, once for NumPy and JAX, through the array API."""

from __future__ import annotations

from typing import Any, TypeAlias

# Of NumPy or of JAX; the array API has no type of its own to name.
Array: TypeAlias = Any


def sigmoid(x: Array) -> Array:
    """``1 / (1 + exp(-x))``, without overflow."""
    return 0.5 * (x.__array_namespace__().tanh(0.5 * x) + 1)


def softplus(x: Array) -> Array:
    """``log(1 + exp(x))``, without overflow."""
    return x.__array_namespace__().logaddexp(x, x.dtype.type(0))


def logit(p: Array) -> Array:
    """``log(p / (1 - p))``, the inverse of :func:`sigmoid`."""
    xp = p.__array_namespace__()
    return xp.log(p) - xp.log1p(-p)


def log_sum_exp(x: Array) -> Array:
    """``log(sum(exp(x)))`` over the last axis, of finite values, without overflow."""
    xp = x.__array_namespace__()
    # Any number near the largest will do; a whole one has no slope, which saves JAX its gradient.
    top = xp.floor(x.max(-1))
    return xp.log(xp.exp(x - top[..., None]).sum(-1)) + top
