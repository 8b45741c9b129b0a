"""Optimisers by name, and the place where a user's own enters the loop."""

from __future__ import annotations

# optax is imported where training needs it: importing skautoencoder stays cheap.

OPTIMIZERS = {
    "adam": lambda optax: optax.scale_by_adam(),
    "nadam": lambda optax: optax.scale_by_adam(nesterov=True),
    "adabelief": lambda optax: optax.scale_by_belief(),
    "lion": lambda optax: optax.scale_by_lion(),
    "rmsprop": lambda optax: optax.scale_by_rms(),
    "sgd": lambda optax: optax.trace(decay=0.9, nesterov=True),
}


def make_optimizer(optimizer, learning_rate, weight_decay):
    """The transformation for a name; an optax transformation passes through as it is.

    Weight decay is decoupled (Loshchilov & Hutter 2019) and acts on the matrices of the
    nonlinear path: the linear path holds the data's own axes, which should not shrink.
    """
    if not isinstance(optimizer, str):
        return optimizer
    import optax

    return optax.chain(
        OPTIMIZERS[optimizer](optax),
        optax.add_decayed_weights(weight_decay, mask=_decayed),
        optax.scale_by_learning_rate(learning_rate),
    )


def _decayed(params):
    import jax

    def is_weight(path, _):
        return any(getattr(key, "name", None) == "weights" for key in path)

    return jax.tree_util.tree_map_with_path(is_weight, params)
