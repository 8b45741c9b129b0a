"""A fitted autoencoder on NumPy: rows to codes, to rows, to errors; it needs no JAX."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from skautoencoder._data._chunks import by_chunks, by_parallel_chunks, chunk_size
from skautoencoder._data._filling import Filling, filling_of_path
from skautoencoder._data._precision import working_dtype
from skautoencoder._data._rows import has_gaps
from skautoencoder._data._standardization import Standardization
from skautoencoder._model import Model
from skautoencoder.losses._links import Identity, InUnits

# Passes over a source are made of so many chunks at a time, which keep all cores busy.
_TOGETHER = 64


@dataclass(frozen=True)
class FittedAutoencoder:
    """Network, weights, and the units that rows are learnt in.

    Rows in double precision are worked on in double precision: in single, the same row could
    get another last digit in another place of the array.

    Parameters
    ----------
    network : DenseNetwork or ConvolutionalNetwork
    params : AutoencoderParameters
    loss : Loss
    objective : Objective
    standardization : Standardization
    highest : ndarray of shape (n_features,) or None
        Largest value of each column in training, for a loss that is bounded by it.
    learnt_filling : Filling or None
        Of the rows that were learnt from; None where they had no gaps.
    """

    network: Any
    params: Any
    loss: Any
    objective: Any
    standardization: Standardization
    highest: np.ndarray | None
    learnt_filling: Filling | None = None

    @classmethod
    def of(cls, attributes: Mapping) -> FittedAutoencoder:
        """From the attributes that make an estimator a fitted one."""
        network = attributes["_network"]
        return cls(
            network,
            network.parameters(attributes["encoder_"], attributes["decoder_"]),
            attributes["_loss"],
            attributes["_objective"],
            Standardization(attributes["mean_"], attributes["scale_"]),
            attributes["_highest"],
            attributes["_filling"],
        )

    @cached_property
    def filling(self) -> Filling:
        """What fills gaps of new rows: what was learnt, or else the model's own linear path."""
        if self.learnt_filling is not None:
            return self.learnt_filling
        n_components = self.network.n_components
        path, nonlinear = self.network.decode(self.params, np.eye(n_components))
        path = np.zeros_like(nonlinear) if path is None else path
        return filling_of_path(*self.standardization, path)

    def codes(self, X):
        """The network's own codes of checked X, of about unit variance."""

        def code(model, params, x, _):
            return self.objective.code(model, params, x)

        return self._of_rows(code, X, working_dtype(X.dtype), self.network.n_components)

    def rows(self, codes):
        """What the network's own codes stand for, in the units of the data."""
        return self._decoder(codes.dtype)(codes)

    def standard_decoder(self, dtype):
        """A function from the network's own codes, of one precision, to standardized rows.

        Where the link only adds the mean, rows never have it: single precision will do for them.
        """
        mean, scale = self.standardization
        if self.has_linear_link:
            standard = Standardization(np.zeros_like(mean), 1.0)
            return replace(self, standardization=standard)._decoder(dtype)
        rows = self._decoder(dtype)
        return lambda codes: (rows(codes) - mean) / scale

    @property
    def has_linear_link(self):
        """Whether what the network gives is rebuilt as it is, in the units of the data."""
        return isinstance(self.loss.link, Identity | InUnits)

    def _decoder(self, dtype):
        model, params = self._in_precision(dtype)

        def decode(some):
            return model.predict(params, some)

        def rows(codes):
            return by_parallel_chunks(
                decode, codes, chunk_size(self.network.widest), dtype, self.network.n_features
            )

        return rows

    def squared_errors(self, X):
        """Each row's squared reconstruction error in standard units, for checked X."""
        scale = self.standardization.scale

        def error(model, params, x, rows):
            rebuilt = model.predict(params, self.objective.code(model, params, x))
            difference = np.subtract(rows, rebuilt, dtype=np.float64) / scale
            if model.seen is not None:
                difference *= model.seen
            return np.sum(difference**2, axis=1)

        return self._of_rows(error, X, np.float64)

    def squared_error(self, rows):
        """The mean of these errors over the rows of a :class:`Source` as it was given."""
        n_together = _TOGETHER * chunk_size(self.network.widest)
        chunks = rows.chunks(rows.everything, n_together)
        total = sum(float(chunk.weight @ self.squared_errors(chunk.x)) for chunk in chunks)
        return rows.across(total) / rows.total_weight(rows.everything)

    def log_likelihood(self, X, n_draws, rng):
        """A lower bound of each row's log-likelihood, from so many draws of its code."""

        def bound(model, params, x, _):
            shape = (len(x), self.network.n_components)
            draws = (rng.standard_normal(shape).astype(x.dtype) for _ in range(n_draws))
            nats = -self.objective.log_likelihood(model, params, x, draws)
            return -self.objective.in_units(nats, model, self.standardization.scale)

        return self._of_rows(bound, X, np.float64, together=by_chunks)

    def code_moments(self, X):
        """Mean and variance of each row's code, side by side, of a variational model."""

        def moments(model, params, x, _):
            return self.objective.moments(model, params, x)

        return self._of_rows(moments, X, working_dtype(X.dtype), 2 * self.network.n_components)

    def code_spread(self, rows, index):
        """The standard deviation of each component of the network's own codes."""
        total_weight = rows.total_weight(index)
        centre = None
        total: Any = 0.0
        square: Any = 0.0
        for chunk in rows.chunks(index, 16 * chunk_size(self.network.widest)):
            codes, share = self.codes(chunk.x), chunk.weight / total_weight
            if centre is None:
                centre = rows.across(codes.mean(axis=0), _either)
            total += share @ (codes - centre)
            square += share @ (codes - centre) ** 2
        total, square = rows.across(np.array([total, square]))
        return np.sqrt((square - total**2).clip(0))

    def _in_precision(self, dtype):
        """Model and parameters for rows of one precision."""
        mean, scale = self.standardization
        highest = None if self.highest is None else self.highest.astype(dtype)
        model = Model(self.network, self.loss, mean.astype(dtype), scale, highest)

        def in_precision(array):  # `astype` takes as long as a row's product where there is no need
            return array if array.dtype == dtype else array.astype(dtype)

        return model, each_array(in_precision, self.params)

    def _of_rows(self, function, X, dtype, *width, together=by_parallel_chunks):
        """``function(model, params, x, rows)`` of all rows, a chunk at a time, as ``dtype``.

        ``x`` holds the standardized rows, ``rows`` those of checked X, their gaps filled; the
        model knows which entries were seen.
        """
        working = working_dtype(X.dtype)
        model, params = self._in_precision(working)

        def of_chunk(rows):
            seen = None
            if has_gaps(rows):
                seen, rows = ~np.isnan(rows), self.filling.fill(rows)
            x = self.standardization.apply(rows, working)
            return function(model.seeing(seen), params, x, rows)

        return together(of_chunk, X, chunk_size(self.network.widest), dtype, *width)


def _either(one, other):
    return one


def each_array(function, params):
    """The same parameters, with what a function makes of each array."""
    if params is None or isinstance(params, np.ndarray):
        return params if params is None else function(params)
    parts = [each_array(function, part) for part in params]
    return type(params)(*parts) if hasattr(params, "_fields") else tuple(parts)
