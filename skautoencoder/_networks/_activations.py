"""Activation functions, written once for NumPy and JAX through the array API.

Assignments like ``y *= x`` spare NumPy new arrays; JAX takes them for ``y = y * x``.
"""

from __future__ import annotations

import math

_GELU_SLOPE = math.sqrt(2 / math.pi)


def _namespace(x):
    return x.__array_namespace__()


def identity(x):
    return x


def relu(x):
    return _namespace(x).maximum(x, x.dtype.type(0))


def tanh(x):
    return _namespace(x).tanh(x)


def logistic(x):
    # 1 / (1 + exp(-x)) without overflow
    return 0.5 * (_namespace(x).tanh(0.5 * x) + 1)


def silu(x):
    return x * logistic(x)


def gelu(x):
    # The tanh form: NumPy has no erf. Hendrycks & Gimpel (2016), section 2.
    inner = x * x
    inner *= 0.044715 * _GELU_SLOPE
    inner += _GELU_SLOPE
    inner *= x
    gate = _namespace(x).tanh(inner)
    gate += 1
    gate *= 0.5
    gate *= x
    return gate


def elu(x):
    xp = _namespace(x)
    zero = x.dtype.type(0)
    return xp.where(x > zero, x, xp.expm1(xp.minimum(x, zero)))


def softplus(x):
    # log(1 + exp(x))
    return _namespace(x).logaddexp(x, x.dtype.type(0))


ACTIVATIONS = {
    function.__name__: function
    for function in (identity, relu, gelu, silu, elu, softplus, tanh, logistic)
}
