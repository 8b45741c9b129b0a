"""How an imputer is fitted, and how it fills: linear answers, networks' and neighbours'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from sklearn import config_context, get_config
from sklearn.impute import KNNImputer

from skautoencoder._data._chunks import by_parallel_chunks, chunk_size
from skautoencoder._data._filling import Filling, fit_filling
from skautoencoder._data._groups import row_groups
from skautoencoder._data._rows import Rows
from skautoencoder._estimators._input import check_layer_sizes
from skautoencoder._imputation._blend import LEAST_CELLS, blend_weights
from skautoencoder._imputation._hidden import HiddenCells, hide_cells
from skautoencoder._networks import RefiningNetwork, RefiningParameters
from skautoencoder._training._seeds import FILL, SPLIT, generator

# Cells are hidden anew for each network, or so many times where there are neighbours alone.
_N_WAYS_OF_NEIGHBORS = 3
# Rows that networks learn from, and those that neighbours are looked for among.
_MOST_ROWS, _MOST_DONORS = 100_000, 2_000
# Distances between rows take at most so much memory at a time, which is no slower than more.
_DISTANCES_MIB = 64
_N_BINS = 16


class Refinement(NamedTuple):
    """What is believed beyond a linear model, for standardized rows."""

    network: RefiningNetwork
    params: tuple[RefiningParameters, ...]
    neighbors: Any  # KNNImputer, or None where their weight is zero
    weights: np.ndarray  # (2,), the shares of the networks and of the neighbors
    error: float  # the root mean squared error in hidden cells
    linear_error: float

    def moves(self, z: np.ndarray, linear: np.ndarray) -> np.ndarray:
        """What to add to the linear answers, from rows with gaps (NaN) and filled linearly."""
        of_networks, of_neighbors = self.weights
        total = np.zeros(z.shape)
        if of_networks:
            total += of_networks * (_of_networks(self.network, self.params, z, linear) - linear)
        if of_neighbors:
            total += of_neighbors * (_of_neighbors(self.neighbors, z) - linear)
        return total


@dataclass(frozen=True)
class FittedImputer:
    """What fills gaps: a linear model, which gives the units, and what is believed beyond it."""

    filling: Filling
    refinement: Refinement | None = None

    def fill(self, x: np.ndarray) -> np.ndarray:
        """The rows, each with numbers in its gaps (NaN); all that was seen stays as it was."""
        gaps = np.isnan(x)
        some = np.flatnonzero(gaps.any(axis=1))
        filled = self.filling.fill(x)
        if self.refinement is None or not self.refinement.weights.any() or len(some) == 0:
            return filled
        linear = self.filling.standardized(filled[some])
        z = np.where(gaps[some], np.nan, linear)
        better = linear + self.refinement.moves(z, linear)
        filled[some] = np.where(gaps[some], self.filling.restored(better), filled[some])
        return filled


def fit_imputer(estimator: Any, x: np.ndarray, seed: int) -> FittedImputer:
    """The :class:`FittedImputer` of rows with gaps (NaN), each column seen in some row."""
    network = RefiningNetwork(x.shape[1], check_layer_sizes(estimator), estimator.activation)
    rng = generator(seed, FILL)
    filling = fit_filling(Rows(x, np.ones(len(x))), rng)
    z = filling.standardized(x[np.sort(rng.permutation(len(x))[:_MOST_ROWS])])
    group = row_groups(Rows(z, np.ones(len(z))), np.arange(len(z)))
    n_ways = estimator.n_networks or _N_WAYS_OF_NEIGHBORS * bool(estimator.n_neighbors)
    few = np.sort(rng.permutation(len(z))[:_MOST_DONORS])
    ways = [hide_cells(z, group, generator(seed, SPLIT, number)) for number in range(n_ways)]
    # Of few different rows a way may hide no cell: nothing could be measured there.
    ways = [hidden for hidden in ways if hidden.cells[few].any()]
    if sum(_n_different(hidden.cells[few], group[few]) for hidden in ways) < LEAST_CELLS:
        return FittedImputer(filling)
    params = _trained(estimator, network, z, ways, seed)
    ways = [hidden.of(few) for hidden in ways]
    moves, wanted = _measured(estimator.n_neighbors, network, params, ways)
    of_group = np.concatenate([group[few][np.nonzero(hidden.cells)[0]] for hidden in ways])
    weights = blend_weights(moves, wanted, of_group)
    errors = (float(np.sqrt(np.mean(e**2))) for e in (wanted - moves @ weights, wanted))
    neighbors = _neighbors(estimator.n_neighbors).fit(z[few]) if weights[1] else None
    return FittedImputer(filling, Refinement(network, params, neighbors, weights, *errors))


def _n_different(cells: np.ndarray, group: np.ndarray) -> int:
    """How many cells there are, those of the copies of a row counted once."""
    row, column = np.nonzero(cells)
    return len(np.unique(group[row] * cells.shape[1] + column))


def _trained(
    estimator: Any, network: RefiningNetwork, z: np.ndarray, ways: list[HiddenCells], seed: int
) -> tuple[RefiningParameters, ...]:
    """The parameters of each network, one for each way to hide cells; none if none is wanted."""
    if not estimator.n_networks:
        return ()
    from skautoencoder._imputation._refining import Training, fit_networks  # needs JAX

    edges = np.nanquantile(z, np.linspace(0, 1, _N_BINS + 1)[1:-1], axis=0)
    settings = Training(estimator.learning_rate, estimator.batch_size, estimator.max_iter)
    return fit_networks(network, edges, ways, settings, seed)


def _measured(
    n_neighbors: int,
    network: RefiningNetwork,
    params: tuple[RefiningParameters, ...],
    ways: list[HiddenCells],
) -> tuple[np.ndarray, np.ndarray]:
    """In hidden cells: how far networks and neighbours go from linear answers, and the truth."""
    moves = [np.zeros((hidden.cells.sum(), 2)) for hidden in ways]
    for number, hidden in enumerate(ways):
        if params:
            found = _of_networks(network, params[number : number + 1], hidden.rows, hidden.filled)
            moves[number][:, 0] = hidden.from_linear(found)
        if n_neighbors:
            found = _of_neighbors(_neighbors(n_neighbors).fit(hidden.rows), hidden.rows)
            moves[number][:, 1] = hidden.from_linear(found)
    wanted = [hidden.from_linear(hidden.truth) for hidden in ways]
    return np.concatenate(moves), np.concatenate(wanted)


def _neighbors(n_neighbors: int) -> KNNImputer:
    return KNNImputer(n_neighbors=n_neighbors, keep_empty_features=True)


def _of_neighbors(neighbors: KNNImputer, z: np.ndarray) -> np.ndarray:
    """The means of the nearest neighbors' values."""
    with config_context(working_memory=min(_DISTANCES_MIB, get_config()["working_memory"])):
        return neighbors.transform(z)


def _of_networks(
    network: RefiningNetwork,
    params: tuple[RefiningParameters, ...],
    z: np.ndarray,
    linear: np.ndarray,
) -> np.ndarray:
    """The mean of the networks' answers."""

    def refine(rows: np.ndarray) -> np.ndarray:
        z, filled = np.split(rows, 2, axis=1)
        seen = (~np.isnan(z)).astype(filled.dtype)
        return np.mean([network.refine(each, filled, seen) for each in params], axis=0)

    widest = params[0].stack.weights[0].shape[0]
    both = np.hstack([z, linear])
    return by_parallel_chunks(refine, both, chunk_size(widest), z.dtype, z.shape[1])
