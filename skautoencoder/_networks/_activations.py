"""Activation functions, written once for NumPy and JAX through the array API.

Assignments like ``y *= x`` spare NumPy new arrays; JAX takes them for ``y = y * x``.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from skautoencoder._functions import Array, sigmoid, softplus

_GELU_SLOPE = math.sqrt(2 / math.pi)


def identity(x: Array) -> Array:
    return x


def relu(x: Array) -> Array:
    return x.__array_namespace__().maximum(x, x.dtype.type(0))


def tanh(x: Array) -> Array:
    return x.__array_namespace__().tanh(x)


def silu(x: Array) -> Array:
    return x * sigmoid(x)


def gelu(x: Array) -> Array:
    # The tanh form: NumPy has no erf. Hendrycks & Gimpel (2016), section 2.
    inner = x * x
    inner *= 0.044715 * _GELU_SLOPE
    inner += _GELU_SLOPE
    inner *= x
    gate = x.__array_namespace__().tanh(inner)
    gate += 1
    gate *= 0.5
    gate *= x
    return gate


def elu(x: Array) -> Array:
    xp = x.__array_namespace__()
    zero = x.dtype.type(0)
    return xp.where(x > zero, x, xp.expm1(xp.minimum(x, zero)))


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "identity": identity,
    "relu": relu,
    "gelu": gelu,
    "silu": silu,
    "elu": elu,
    "softplus": softplus,
    "tanh": tanh,
    "logistic": sigmoid,
}
