"""Products in bfloat16 while a network trains; its weights, sums and all else in single precision.

A product's inputs are rounded to eight bits of mantissa, multiplied by units that processors have
for that, and added up in single precision (Micikevicius et al. 2018; Kalamkar et al. 2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.experimental.layout
import jax.numpy as jnp

from skautoencoder._functions import Array
from skautoencoder._model import Model
from skautoencoder._networks import AutoencoderParameters


@dataclass(frozen=True)
class Bfloat16Model(Model):
    """A :class:`Model` whose nonlinear path multiplies in bfloat16; JAX arrays alone."""

    def encode(self, params: AutoencoderParameters, x: Array) -> Array:
        """The encoder's outputs for standardized rows, in single precision."""
        return super().encode(_in_bfloat16(params), x)

    def decode(self, params: AutoencoderParameters, z: Array) -> Array:
        """The output for the codes ``z``, in single precision."""
        return super().decode(_in_bfloat16(params), z)


jax.tree_util.register_dataclass(Bfloat16Model)

# Layers of so few inputs or outputs stay in single precision: they gain little time, and a table of
# few columns would be rounded as it comes in (`benchmarks/README.md` has what that cost).
_NARROW = 128

# What a fit trains, by the name of its precision.
MODELS: dict[str, type[Model]] = {"float32": Model, "bfloat16": Bfloat16Model}


class _Weight:
    """A wide layer's weights, which whatever comes from the left is multiplied by in bfloat16.

    Turned ones are read along the other axis: XLA fails at some products of what it turns.
    """

    def __init__(self, values: Any, along: int = 0) -> None:
        self._values = values
        self._along = along  # the axis of what comes in

    @property
    def _as_a_matrix(self) -> Any:
        return self._values.T if self._along else self._values

    def __len__(self) -> int:
        return self._values.shape[self._along]

    def __getitem__(self, place: Any) -> _Weight:
        return _Weight(self._as_a_matrix[place])

    @property
    def T(self) -> _Weight:
        return _Weight(self._values, 1 - self._along)

    def __rmatmul__(self, x: Any) -> Any:
        if min(self._values.shape) <= _NARROW:
            return x @ self._as_a_matrix
        rows = x.reshape(-1, x.shape[-1])  # of a convolution: patches
        return _product(rows, self._values, self._along).reshape(*x.shape[:-1], -1)


def _in_bfloat16(params: AutoencoderParameters) -> AutoencoderParameters:
    return AutoencoderParameters(
        *(stack._replace(weights=tuple(map(_Weight, stack.weights))) for stack in params)
    )


@partial(jax.custom_vjp, nondiff_argnums=(2,))
def _product(x: Any, weights: Any, along: int) -> Any:
    """The sums of products of each row of ``x`` with ``weights``, along that axis of them.

    Of and in single precision, and so are the gradients.
    """
    return _sums(_rounded(x), _rounded(weights), along)


def _product_and_rounded(x: Any, weights: Any, along: int) -> tuple[Any, tuple[Any, Any]]:
    # Kept as they are rounded: half the memory traffic, and no second rounding.
    x, weights = _rounded(x), _rounded(weights)
    return _sums(x, weights, along), (x, weights)


def _gradients(along: int, rounded: tuple[Any, Any], gradient: Any) -> tuple[Any, Any]:
    x, weights = rounded
    gradient = _rounded(gradient)
    inputs, outputs = (x, gradient) if along == 0 else (gradient, x)
    return _sums(gradient, weights, 1 - along), _sums(_turned(inputs), outputs, 0)


_product.defvjp(_product_and_rounded, _gradients)


def _rounded(x: Any) -> Any:
    return x.astype(jnp.bfloat16)


def _sums(x: Any, y: Any, along: int) -> Any:
    axes = ((1,), (along,)), ((), ())
    return jax.lax.dot_general(x, y, axes, preferred_element_type=jnp.float32)


def _turned(x: Any) -> Any:
    """The transposed matrix, laid out anew in memory.

    XLA multiplies what is merely read the other way in single precision on CPUs.
    """
    if jax.__version_info__ < (0, 7):  # where layouts have other names
        return x.T
    layout = jax.experimental.layout
    rows_in_turn = layout.Layout(major_to_minor=(0, 1))
    return jax.lax.optimization_barrier(layout.with_layout_constraint(x.T, rows_in_turn))
