"""Restricted Boltzmann machines as pure functions: energies, Gibbs steps, gradients.

A machine gives a visible vector v and a hidden vector h the probability
``exp(-E(v, h)) / Z`` with

    E(v, h) = sum((r(v) - b v) / s^2) - (v / s^2) W h - c h + sum(r(h)),

where ``r`` is 0 for units that are 0 or 1, and ``r(u) = u^2 / 2`` for Gaussian ones;
``s^2`` is the variance of Gaussian visible units, 1 elsewhere [1]_ [2]_. Given one layer,
the units of the other are independent.

Functions take NumPy and JAX arrays alike, except those with a ``key``, which are JAX, and
which import it themselves: what a fitted machine gives without chance needs none.

References
----------
.. [1] Hinton, G. E. (2002). Training products of experts by minimizing contrastive
   divergence. Neural Computation, 14(8), 1771-1800.
.. [2] Cho, K., Ilin, A., & Raiko, T. (2011). Improved learning of Gaussian-Bernoulli
   restricted Boltzmann machines. ICANN, 10-17.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, wraps
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from skautoencoder._draws import normal, uniform
from skautoencoder._functions import Array, log_sum_exp, sigmoid, softplus

# Layers of up to so many Bernoulli units are summed over one state at a time.
MOST_ENUMERATED = 20


class Bernoulli:
    """Units that are 0 or 1."""

    @staticmethod
    def mean(field: Array) -> Array:
        """Mean under ``p(u) ~ exp(field * u)``."""
        return sigmoid(field)

    @staticmethod
    def draw(key: Array, field: Array, variance: Array | float) -> Array:
        """A random state of each unit."""
        chance = uniform(key, field.shape, field.dtype)
        return (chance < Bernoulli.mean(field)).astype(field.dtype)

    @staticmethod
    def log_partition(field: Array, variance: Array | float) -> Array:
        """``log sum_u exp(field * u)``."""
        return softplus(field)

    @staticmethod
    def rest(values: Array) -> Array:
        """``r(u)`` of the energy."""
        return 0 * values

    @staticmethod
    def misfit(field: Array, values: Array) -> Array:
        """Cross-entropy of values and the units' means."""
        return Bernoulli.log_partition(field, 1.0) - field * values


class Gaussian:
    """Real-valued units."""

    @staticmethod
    def mean(field: Array) -> Array:
        """Mean under ``p(u) ~ exp((field * u - u^2 / 2) / variance)``."""
        return field

    @staticmethod
    def draw(key: Array, field: Array, variance: Array | float) -> Array:
        """A random state of each unit."""
        return field + variance**0.5 * normal(key, field.shape, field.dtype)

    @staticmethod
    def log_partition(field: Array, variance: Array | float) -> Array:
        """``log`` of the integral of ``exp((field * u - u^2 / 2) / variance)``."""
        xp = field.__array_namespace__()
        return 0.5 * field**2 / variance + 0.5 * xp.log(2 * math.pi * variance)

    @staticmethod
    def rest(values: Array) -> Array:
        """``r(u)`` of the energy."""
        return 0.5 * values**2

    @staticmethod
    def misfit(field: Array, values: Array) -> Array:
        """Squared distance of values and the units' means."""
        return (values - field) ** 2


UNITS: dict[str, Any] = {"bernoulli": Bernoulli, "gaussian": Gaussian}


@dataclass(frozen=True)
class Kind:
    """What units a machine is made of; hashable, so that it can be static under ``jax.jit``."""

    visible: str = "bernoulli"
    hidden: str = "bernoulli"

    @property
    def visible_units(self) -> Any:
        """What the visible units are."""
        return UNITS[self.visible]

    @property
    def hidden_units(self) -> Any:
        """What the hidden units are."""
        return UNITS[self.hidden]


class Machine(NamedTuple):
    """A machine's parameters.

    Attributes
    ----------
    weights : array of shape (n_visible, n_hidden)
        W
    visible_bias : array of shape (n_visible,)
        b
    hidden_bias : array of shape (n_hidden,)
        c
    log_variance : array of shape (n_visible,)
        log s^2: 0 for units that are not Gaussian.
    """

    weights: Array
    visible_bias: Array
    hidden_bias: Array
    log_variance: Array

    @property
    def variance(self) -> Array:
        """The variance of each visible unit about its conditional mean."""
        return self.log_variance.__array_namespace__().exp(self.log_variance)


def energy(machine: Machine, kind: Kind, v: Array, h: Array) -> Array:
    """``E(v, h)`` of each pair of rows."""
    visible = (kind.visible_units.rest(v) - v * machine.visible_bias) / machine.variance
    hidden = kind.hidden_units.rest(h) - h * hidden_field(machine, v)
    return visible.sum(-1) + hidden.sum(-1)


def free_energy(machine: Machine, kind: Kind, v: Array) -> Array:
    """``-log sum_h exp(-E(v, h))`` of each row."""
    visible = (kind.visible_units.rest(v) - v * machine.visible_bias) / machine.variance
    hidden = kind.hidden_units.log_partition(hidden_field(machine, v), _one(v))
    return visible.sum(-1) - hidden.sum(-1)


def hidden_field(machine: Machine, v: Array) -> Array:
    """Fields of the hidden units, their weighted inputs and biases, given the visible ones."""
    return (v / machine.variance) @ machine.weights + machine.hidden_bias


def visible_field(machine: Machine, h: Array) -> Array:
    """Fields of the visible units, given the hidden ones."""
    return h @ machine.weights.T + machine.visible_bias


def hidden_mean(machine: Machine, kind: Kind, v: Array) -> Array:
    """``E[h | v]`` of each row."""
    return kind.hidden_units.mean(hidden_field(machine, v))


def visible_mean(machine: Machine, kind: Kind, h: Array) -> Array:
    """``E[v | h]`` of each row."""
    return kind.visible_units.mean(visible_field(machine, h))


def rebuilding_errors(machine: Machine, kind: Kind, v: Array) -> tuple[Array, Array]:
    """Squared error and misfit of each row and what it is rebuilt as, from its hidden means."""
    field, units = visible_field(machine, hidden_mean(machine, kind, v)), kind.visible_units
    return ((v - units.mean(field)) ** 2).sum(-1), units.misfit(field, v).sum(-1)


def draw_hidden(machine: Machine, kind: Kind, v: Array, key: Array) -> Array:
    """A draw from ``p(h | v)`` for each row."""
    return kind.hidden_units.draw(key, hidden_field(machine, v), _one(v))


def draw_visible(machine: Machine, kind: Kind, h: Array, key: Array) -> Array:
    """A draw from ``p(v | h)`` for each row."""
    return kind.visible_units.draw(key, visible_field(machine, h), machine.variance)


def gibbs_step(machine: Machine, kind: Kind, v: Array, key: Array) -> Array:
    """From one visible state of each row to the next, through the hidden units."""
    import jax

    key_h, key_v = jax.random.split(key)
    return draw_visible(machine, kind, draw_hidden(machine, kind, v, key_h), key_v)


def gibbs_chain(machine: Machine, kind: Kind, v: Array, key: Array, n_steps: Array | int) -> Array:
    """The visible states that so many Gibbs steps lead to from ``v``."""
    import jax

    return jax.lax.fori_loop(
        0, n_steps, lambda i, v: gibbs_step(machine, kind, v, jax.random.fold_in(key, i)), v
    )


def contrast(machine: Machine, kind: Kind, v: Array, model_v: Array, weight: Array) -> Array:
    """Free energy of the data, less that of the machine's own samples: a loss to descend.

    Its gradient is that of contrastive divergence, if ``model_v`` comes from chains that
    started at the data, and of persistent contrastive divergence (Tieleman 2008), if they
    went on from where they were.

    Parameters
    ----------
    v, model_v : arrays of shape (n_rows, n_visible)
    weight : array of shape (n_rows,)
    """
    share = weight / weight.sum()
    data = share @ free_energy(machine, kind, v)
    chains = share if len(model_v) == len(v) else 1 / len(model_v)
    return data - (chains * free_energy(machine, kind, model_v)).sum()


def contrast_slope(
    machine: Machine, kind: Kind, v: Array, h: Array, model_v: Array, model_h: Array, weight: Array
) -> Machine:
    """The gradient of :func:`contrast`, given the hidden means of both its phases.

    Written out, because differentiating a log-partition takes an exp and a log where a mean
    is there already. Returns a :class:`Machine`.
    """
    xp = v.__array_namespace__()
    share, n_chains = weight / weight.sum(), len(model_v)
    chains = share
    if n_chains != len(v):
        chains = xp.full(n_chains, 1 / n_chains, dtype=weight.dtype)
    both, hidden = xp.concat([v, model_v]), xp.concat([h, model_h])
    signed = xp.concat([share, -chains])[:, None]
    scaled = both / machine.variance
    return Machine(
        -scaled.T @ (signed * hidden),
        -(signed * scaled).sum(0),
        -(signed * hidden).sum(0),
        _variance_slope(machine, kind, both, hidden, signed),
    )


def _variance_slope(machine: Machine, kind: Kind, v: Array, h: Array, signed: Array) -> Array:
    if kind.visible == "bernoulli":
        return v.__array_namespace__().zeros_like(machine.log_variance)
    energies = v * visible_field(machine, h) - kind.visible_units.rest(v)
    return (signed * energies / machine.variance).sum(0)


def log_pseudo_likelihood(machine: Machine, kind: Kind, v: Array) -> Array:
    """``sum_i log p(v_i | all other v)`` of each row, exactly, for Bernoulli visible units."""
    field = hidden_field(machine, v)
    log_partition = kind.hidden_units.log_partition
    here = log_partition(field, _one(v)).sum(-1)
    total: Array = 0.0
    for i in range(v.shape[1]):
        flip = 1 - 2 * v[:, i]
        there = log_partition(field + flip[:, None] * machine.weights[i], _one(v)).sum(-1)
        total = total - softplus(flip * machine.visible_bias[i] + there - here)
    return total


def smallest_layer(machine: Machine, kind: Kind) -> tuple[float, str]:
    """Size and name of the smaller Bernoulli layer; infinite where there is none."""
    n_visible, n_hidden = machine.weights.shape
    layers = [(n_hidden, "hidden"), (n_visible, "visible")]
    bernoulli = [(n, name) for n, name in layers if getattr(kind, name) == "bernoulli"]
    return min(bernoulli, default=(np.inf, ""))


def exact_log_partition(machine: Machine, kind: Kind) -> float:
    """``log Z`` by summing over all states of a Bernoulli layer, the smaller one.

    Raises
    ------
    ValueError
        If no Bernoulli layer has at most 20 units.
    """
    n_units, smaller = smallest_layer(machine, kind)
    if n_units > MOST_ENUMERATED:
        n_visible, n_hidden = machine.weights.shape
        raise ValueError(
            f"log Z is summed over the states of at most {MOST_ENUMERATED} Bernoulli units, "
            f"and this machine has {n_visible} visible and {n_hidden} hidden units."
        )
    machine = Machine(*(np.asarray(array, np.float64) for array in machine))
    logs = [_log_weight(machine, kind, smaller, states) for states in _all_states(int(n_units))]
    return float(log_sum_exp(np.concatenate(logs)))


def _log_weight(machine: Machine, kind: Kind, given: str, states: np.ndarray) -> np.ndarray:
    """Log of the summed probabilities, times Z, of each state of one layer."""
    if given == "visible":
        return -free_energy(machine, kind, states)
    visible = kind.visible_units.log_partition(visible_field(machine, states), machine.variance)
    return states @ machine.hidden_bias + visible.sum(-1)


def _all_states(n_units: int, n_together: int = 12) -> Iterator[np.ndarray]:
    """All vectors of zeros and ones, a block of rows at a time."""
    low = np.array(list(product((0.0, 1.0), repeat=min(n_units, n_together))))
    for high in product((0.0, 1.0), repeat=max(0, n_units - n_together)):
        yield np.hstack([low, np.tile(high, (len(low), 1))]) if high else low


def _compiled(*static: str) -> Callable[[Callable[..., Array]], Callable[..., Array]]:
    """A decorator: the function compiled by JAX, which is imported when it is first called."""

    def decorate(function: Callable[..., Array]) -> Callable[..., Array]:
        @cache  # one compiled function, which keeps its programs
        def compiled() -> Callable[..., Array]:
            import jax

            return jax.jit(function, static_argnames=static)

        return wraps(function)(lambda *args, **kwargs: compiled()(*args, **kwargs))

    return decorate


@_compiled("kind", "n_chains", "n_temperatures")
def annealed_log_weights(
    machine: Machine, kind: Kind, base_bias: Array, key: Array, n_chains: int, n_temperatures: int
) -> Array:
    """Log importance weights of annealed chains, less the base's log Z: ``log Z`` per chain.

    Annealed importance sampling (Neal 2001) from a machine without weights to this one, as
    in Salakhutdinov & Murray (2008): the logarithm of the mean of the exponentials estimates
    log Z; the mean of the logarithms is a lower bound in expectation.

    Parameters
    ----------
    base_bias : array of shape (n_visible,)
        Visible bias of the machine without weights, best such that its units have the
        data's means.
    n_chains, n_temperatures : int

    Returns
    -------
    array of shape (n_chains,)
    """
    import jax
    import jax.numpy as jnp

    def at(beta: Array) -> Machine:
        return Machine(
            beta * machine.weights,
            (1 - beta) * base_bias + beta * machine.visible_bias,
            beta * machine.hidden_bias,
            machine.log_variance,
        )

    def anneal(i: Array, carry: tuple[Array, Array]) -> tuple[Array, Array]:
        v, log_weight = carry
        colder, warmer = (at(jnp.float32(n) / n_temperatures) for n in (i + 1, i))
        log_weight += free_energy(warmer, kind, v) - free_energy(colder, kind, v)
        return gibbs_step(colder, kind, v, jax.random.fold_in(key, i + 1)), log_weight

    base = kind.visible_units.log_partition(base_bias, machine.variance).sum()
    base += len(machine.hidden_bias) * kind.hidden_units.log_partition(jnp.float32(0), 1.0)
    fields = jnp.broadcast_to(base_bias, (n_chains, len(base_bias)))
    first = kind.visible_units.draw(jax.random.fold_in(key, 0), fields, machine.variance)
    _, log_weights = jax.lax.fori_loop(
        0, n_temperatures, anneal, (first, jnp.zeros(n_chains, jnp.float32))
    )
    return base + log_weights


def _one(v: Array) -> Array:
    # the variance of hidden units
    return v.dtype.type(1)
