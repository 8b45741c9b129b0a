"""From a gradient to an update: optimizers by name or of the user's own, and their states."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Any

import jax
import numpy as np

from skautoencoder._training._factories import OptimizerFactory
from skautoencoder._training._optimizers import OPTIMIZERS

# Arrays of up to so many numbers are updated as one: each array alone would be three
# more kernels to compile and to start.
_SMALL = 16_384


def make_optimizer(optimizer: str | OptimizerFactory, learning_rate: Any, weight_decay: Any) -> Any:
    """The optax transformation for a name or a factory.

    Weight decay is decoupled (Loshchilov & Hutter 2019) and acts on the matrices of the
    nonlinear path: the linear path holds the data's own axes, which should not shrink.
    """
    if isinstance(optimizer, OptimizerFactory):
        return optimizer.make()
    import optax

    return optax.chain(
        _packed(optax, OPTIMIZERS[optimizer](optax)),
        optax.add_decayed_weights(weight_decay, mask=_decayed),
        optax.scale_by_learning_rate(learning_rate),
    )


def start_optimizer(optimizer: str, params: Any) -> Any:
    """The state of a named optimizer before the first step."""
    # They all start at zeros, for which nothing needs to be compiled.
    leaves, structure = jax.tree.flatten(params)
    shapes = tuple(jax.ShapeDtypeStruct(leaf.shape, leaf.dtype) for leaf in leaves)
    state = _start_shapes(optimizer, structure, shapes)
    return jax.tree.map(lambda leaf: np.zeros(leaf.shape, leaf.dtype), state)


@lru_cache  # to trace them takes milliseconds of each fit
def _start_shapes(optimizer: str, structure: Any, shapes: tuple) -> Any:
    init = make_optimizer(optimizer, 0.0, 0.0).init
    return jax.eval_shape(init, structure.unflatten(shapes))


def in_turn(gradient: Any) -> Any:
    """The same gradient, of which each large array waits for the one before it.

    A layer's weights are read until the gradient of the layer before is known. An update
    that waits for it can be made in place, soon after its gradient; else XLA copies all
    weights that the backward pass has yet to read.
    """
    leaves, structure = jax.tree.flatten(gradient)
    waiting = [
        leaf + 0 * before.ravel()[0] if leaf.size > _SMALL else leaf
        for before, leaf in pairwise(leaves)
    ]
    return jax.tree.unflatten(structure, [leaves[0], *waiting])


def _packed(optax: Any, elementwise: Any) -> Any:
    """The same transformation, with all small arrays laid end to end."""

    def init(params: Any) -> Any:
        return elementwise.init(_pack(params)[0])

    def update(updates: Any, state: Any, params: Any = None) -> tuple[Any, Any]:
        packed, unpack = _pack(updates)
        packed, state = elementwise.update(packed, state)
        return unpack(packed), state

    return optax.GradientTransformation(init, update)


def _pack(tree: Any) -> tuple[Any, Callable[[Any], Any]]:
    """Small arrays as one vector beside the large ones, and the way back."""
    from jax.flatten_util import ravel_pytree

    leaves, structure = jax.tree.flatten(tree)
    small = [leaf for leaf in leaves if leaf.size <= _SMALL]
    vector, parts = ravel_pytree(small)

    def unpack(packed: Any) -> Any:
        vector, large = packed
        small, large = iter(parts(vector)), iter(large)
        return jax.tree.unflatten(
            structure, [next(small if leaf.size <= _SMALL else large) for leaf in leaves]
        )

    return (vector, [leaf for leaf in leaves if leaf.size > _SMALL]), unpack


def _decayed(params: Any) -> Any:
    def is_weight(path: tuple, _: Any) -> bool:
        return any(getattr(key, "name", None) == "weights" for key in path)

    return jax.tree_util.tree_map_with_path(is_weight, params)
