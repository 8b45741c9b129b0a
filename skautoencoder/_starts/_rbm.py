"""``init="rbm"``: a stack of restricted Boltzmann machines, pretrained and unrolled.

The recipe of Hinton & Salakhutdinov (2006): each machine learns from the hidden means of
the one before; then the stack is unrolled, the machines' transposed weights the decoder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import jax
import numpy as np

from skautoencoder._data._blocks import few_rows
from skautoencoder._data._moments import column_moments
from skautoencoder._data._source import Chunk, Index, Source
from skautoencoder._data._standardization import Standardization
from skautoencoder._networks import AutoencoderParameters, Stack
from skautoencoder._training._contrastive import (
    Contrastive,
    contrastive_epoch,
    start_chains,
    start_machine,
)
from skautoencoder._training._start import Start, without_path
from skautoencoder.boltzmann import Kind, Machine, hidden_mean
from skautoencoder.losses._links import Scaling
from skautoencoder.losses._loss import Loss

# The paper's recipe, and the 10 epochs a layer of the code that came with it, or more where
# the data are small. A layer of real-valued units bears a hundredth of the rate only.
N_EPOCHS, MIN_STEPS = 10, 2_000
_BATCH_SIZE, _WEIGHT_DECAY = 100, 2e-4
_RATE, _GAUSSIAN_RATE = 0.1, 0.001
_MOMENTUM, _LATER_MOMENTUM = 0.5, 0.9  # the second in the second half


@dataclass(frozen=True)
class EncodedRows:
    """Rows as the hidden means of the machines so far."""

    rows: Source
    standardization: Standardization
    machines: tuple[tuple[Machine, Kind], ...] = ()

    @property
    def n_features(self) -> int:
        """Number of hidden units of the last machine, or of columns without one."""
        return len(self.machines[-1][0].hidden_bias) if self.machines else self.rows.n_features

    def shuffled(self, index: Index, rng: np.random.Generator) -> Iterator[Chunk]:
        """Yield the rows at ``index``, encoded, in a random order."""
        n_together = few_rows(max(self.n_features, self.rows.n_features))
        for chunk in self.rows.shuffled(index, n_together, rng):
            x = self.standardization.apply(chunk.x)
            for machine, kind in self.machines:
                x = hidden_mean(machine, kind, x)
            yield chunk._replace(x=x)


def start_at_machines(
    network: Any, loss: Loss, rows: Source, index: Index, rng: np.random.Generator
) -> Start:
    """The :class:`Start` of a network at pretrained weights, for the rows at ``index``."""
    moments = column_moments(rows, index)
    params = pretrain(network, loss, moments.standardization, rows, index, rng)
    return without_path(network, moments, params)


def pretrain(
    network: Any,
    loss: Loss,
    standardization: Standardization,
    rows: Source,
    index: Index,
    rng: np.random.Generator,
) -> AutoencoderParameters:
    """Parameters of a dense network of logistic units, pretrained layer by layer.

    The first machine has Bernoulli visible units where the loss is cross-entropy, Gaussian
    ones where the output is linear; the last has Gaussian hidden units, as the code is
    linear.

    Raises
    ------
    ValueError
        If machines cannot start such a network or such a loss.
    """
    visible = _visible_units(network, loss)
    # Bernoulli units see the data as they are
    plain = Standardization(np.zeros_like(standardization.mean), 1.0)
    seen = EncodedRows(rows, plain if visible == "bernoulli" else standardization)
    sizes = (network.n_features, *network.hidden_layer_sizes, network.n_components)
    for i, (_, n_hidden) in enumerate(pairwise(sizes)):
        kind = Kind(
            visible if i == 0 else "bernoulli",
            "gaussian" if i == len(sizes) - 2 else "bernoulli",
        )
        machine = _train_machine(kind, n_hidden, seen, index, rng)
        seen = replace(seen, machines=(*seen.machines, (machine, kind)))
    machines = [machine for machine, _ in seen.machines]
    params = _unroll(machines, network)
    return _fold_in(params, standardization, loss) if visible == "bernoulli" else params


def _visible_units(network: Any, loss: Loss) -> str:
    if network.activation != "logistic":
        raise ValueError(
            "init='rbm' starts networks of logistic units: it needs activation='logistic'. "
            f"Got activation={network.activation!r} instead."
        )
    if loss.visible_units is None:
        raise ValueError(
            "init='rbm' needs a loss with visible units to match: 'cross_entropy', "
            f"'squared_error', 'absolute_error' or 'huber'. Got {type(loss).__name__} instead."
        )
    return loss.visible_units


def _train_machine(
    kind: Kind, n_hidden: int, rows: EncodedRows, index: Index, rng: np.random.Generator
) -> Machine:
    binary = kind == Kind()
    how = Contrastive(
        kind,
        batch_size=_BATCH_SIZE,
        learning_rate=_RATE if binary else _GAUSSIAN_RATE,
        momentum=_MOMENTUM,
        weight_decay=_WEIGHT_DECAY,
    )
    state = start_chains(start_machine(rng, rows.n_features, n_hidden), _BATCH_SIZE)
    n_steps = -(-rows.rows.count(index) // _BATCH_SIZE)
    n_epochs = max(N_EPOCHS, -(-MIN_STEPS // n_steps))
    for epoch in range(n_epochs):
        momentum = _MOMENTUM if epoch < n_epochs // 2 else _LATER_MOMENTUM
        state = contrastive_epoch(
            replace(how, momentum=momentum), state, rows.shuffled(index, rng), rng
        )
    return jax.tree.map(np.array, state.machine)


def _unroll(machines: list[Machine], network: Any) -> AutoencoderParameters:
    """The machines as encoder, and transposed in reverse order as decoder."""
    weights = [machine.weights for machine in machines]
    biases = [machine.hidden_bias for machine in machines]
    n_others = (network.n_heads - 1) * network.n_components
    weights[-1] = np.pad(weights[-1], ((0, 0), (0, n_others)))
    biases[-1] = np.pad(biases[-1], (0, n_others))
    back = [np.ascontiguousarray(machine.weights.T) for machine in machines[::-1]]
    return AutoencoderParameters(
        Stack(tuple(weights), tuple(biases), None),
        Stack(
            () if network.tied_weights else tuple(back),
            tuple(machine.visible_bias for machine in machines[::-1]),
            None,
        ),
    )


def _fold_in(
    params: AutoencoderParameters, standardization: Standardization, loss: Loss
) -> AutoencoderParameters:
    """The same network for standardized rows, and for a loss that adds the mean's output."""
    mean, scale = standardization.mean.astype(np.float32), np.float32(standardization.scale)
    (first, *weights), (bias, *biases) = params.encoder.weights, params.encoder.biases
    encoder = params.encoder._replace(
        weights=(first * scale, *weights), biases=(bias + mean @ first, *biases)
    )
    *others, last = params.decoder.biases
    silence = loss.link.output(None, np.zeros_like(last), Scaling(mean, scale))
    return AutoencoderParameters(encoder, params.decoder._replace(biases=(*others, last - silence)))
