"""What each estimator gives for rows, and for codes, as arrays of a graph.

By the functions that it uses itself: they take arrays of any kind.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any, TypeAlias

import numpy as np

from skautoencoder._estimators._autoencoder_base import BaseAutoencoder
from skautoencoder._estimators._fitted import FittedAutoencoder, each_array
from skautoencoder._estimators._imputer import AutoencoderImputer
from skautoencoder._estimators._imputer_fit import Refinement
from skautoencoder._estimators._rbm import RBMTransformer
from skautoencoder._estimators._table import TableAutoencoderTransformer
from skautoencoder._model import Model
from skautoencoder._sklearn import donors_of, is_scalar_nan
from skautoencoder.boltzmann import (
    Machine,
    free_energy,
    hidden_mean,
    log_pseudo_likelihood,
    visible_mean,
)
from skautoencoder.onnx._array import GraphArray, constant
from skautoencoder.onnx._filling import filled, linearly, neighbors_mean, of_rows_with_gaps
from skautoencoder.onnx._operations import concat, isnan, where, zeros_like

#: Outputs by name; the first is what `transform` gives.
Outputs: TypeAlias = dict[str, GraphArray]


@singledispatch
def of_rows(estimator: Any, rows: GraphArray, gaps: bool | None) -> Outputs:
    """What a fitted estimator gives for rows.

    Parameters
    ----------
    estimator : object
    rows : GraphArray of shape (n_rows, n_features)
    gaps : bool or None
        Whether the rows may have gaps; None where those of the fit say it.
    """
    raise _not_known(estimator)


@singledispatch
def of_codes(estimator: Any, codes: GraphArray) -> Outputs:
    """The rows that codes stand for."""
    raise _not_known(estimator)


@of_rows.register
def _(estimator: BaseAutoencoder, rows: GraphArray, gaps: bool | None) -> Outputs:
    fitted, seen = estimator._model, None
    model, params = _recorded(fitted, rows.dtype)
    if gaps or (gaps is None and fitted.learnt_filling is not None):
        seen, rows = ~isnan(rows), filled(fitted.filling, rows)
    x = (rows - model.mean) / model.scale
    code = fitted.objective.code(model.seeing(seen), params, x)
    if seen is None:  # not every code has NaN where its row has: the largest k entries, say
        code = where(isnan(x.sum(-1, keepdims=True)), np.nan, code)
    rebuilt = model.predict(params, code)
    difference = (rows.astype(float) - rebuilt.astype(float)) / model.scale
    if seen is None:
        errors = (difference**2).sum(-1)
    else:
        errors = (difference**2 * seen).sum(-1)
        errors = errors * (rows.shape[1] / seen.sum(-1).clip(1).astype(float))
    with np.errstate(over="ignore"):
        score = -errors * np.float64(model.scale) ** 2
    return {
        "code": code * estimator.code_scale_.astype(rows.dtype),
        "reconstruction": rebuilt,
        "score": score.astype(rows.dtype),
    }


@of_codes.register
def _(estimator: BaseAutoencoder, codes: GraphArray) -> Outputs:
    model, params = _recorded(estimator._model, codes.dtype)
    scale = estimator.code_scale_.astype(codes.dtype)
    return {"reconstruction": model.predict(params, codes / scale)}


@of_rows.register
def _(estimator: RBMTransformer, rows: GraphArray, gaps: bool | None) -> Outputs:
    if gaps:
        raise ValueError(
            f"{type(estimator).__name__} takes no rows with gaps: gaps=True is not for it."
        )
    kind, machine = estimator._kind, _machine(estimator, rows.dtype)
    code = hidden_mean(machine, kind, rows)
    outputs = {"code": code, "reconstruction": visible_mean(machine, kind, code)}
    exact, v = _machine(estimator, np.float64), rows.astype(float)
    if kind.visible == "gaussian":
        outputs["score"] = -free_energy(exact, kind, v)
    elif estimator.pseudo_likelihood == "exact":
        outputs["score"] = log_pseudo_likelihood(exact, kind, v)
    return {name: output.astype(rows.dtype) for name, output in outputs.items()}


@of_codes.register
def _(estimator: RBMTransformer, codes: GraphArray) -> Outputs:
    machine = _machine(estimator, codes.dtype)
    return {"reconstruction": visible_mean(machine, estimator._kind, codes)}


@of_rows.register
def _(estimator: AutoencoderImputer, rows: GraphArray, gaps: bool | None) -> Outputs:
    missing = estimator.missing_values
    hidden = isnan(rows) if is_scalar_nan(missing) else rows == missing
    columns = np.flatnonzero(estimator._kept)
    found = where(hidden, np.nan, rows)[:, columns]
    if estimator._imputer is not None:
        found = of_rows_with_gaps(found, lambda some: _imputed(estimator._imputer, some))
    if estimator.keep_empty_features and len(columns) < rows.shape[1]:
        place = np.full(rows.shape[1], len(columns))  # that of the zeros
        place[columns] = np.arange(len(columns))
        found = concat([found, zeros_like(rows[:, [0]])], axis=1)[:, place]
    if estimator.indicator_ is not None:
        marks = hidden[:, estimator.indicator_.features_].astype(rows.dtype)
        found = concat([found, marks], axis=1)
    return {"filled": found}


def _imputed(imputer: Any, rows: GraphArray) -> GraphArray:
    """Rows that all have gaps, filled as :meth:`FittedImputer.fill` fills them."""
    found, refinement = linearly(imputer.filling, rows), imputer.refinement
    if refinement is None or not refinement.weights.any():
        return found
    gaps, linear = isnan(rows), imputer.filling.standardized(found)
    better = linear + _moves(refinement, where(gaps, np.nan, linear), linear)
    return where(gaps, imputer.filling.restored(better).astype(rows.dtype), rows)


def _moves(refinement: Refinement, z: GraphArray, linear: GraphArray) -> GraphArray:
    of_networks, of_neighbors = (float(weight) for weight in refinement.weights)
    total = zeros_like(linear)
    if of_networks:
        seen = (~isnan(z)).astype(linear.dtype)
        every = [each_array(constant, params) for params in refinement.params]
        answers = [refinement.network.refine(params, linear, seen) for params in every]
        total = total + (of_networks / len(answers)) * sum(one - linear for one in answers)
    if of_neighbors:
        donors, n_neighbors = donors_of(refinement.neighbors)
        total = total + of_neighbors * (neighbors_mean(donors, n_neighbors, z) - linear)
    return total


def _recorded(fitted: FittedAutoencoder, dtype: np.dtype) -> tuple[Model, Any]:
    """Model and parameters for rows of one precision, the parameters as arrays of a graph."""
    mean, scale = fitted.standardization
    highest = None if fitted.highest is None else fitted.highest.astype(dtype)
    model = Model(fitted.network, fitted.loss, mean.astype(dtype), float(scale), highest)
    return model, each_array(lambda array: constant(array, dtype), fitted.params)


def _machine(estimator: RBMTransformer, dtype: Any) -> Machine:
    return each_array(lambda array: constant(array, dtype), estimator._machine(np.float64))


def _not_known(estimator: Any) -> TypeError:
    name = type(estimator).__name__
    if isinstance(estimator, AutoencoderImputer):
        return TypeError(f"{name} has no codes, from which inverse=True would go back to rows.")
    if isinstance(estimator, TableAutoencoderTransformer):
        return TypeError(
            f"{name} reads words and dates, which a graph of numbers cannot: export the network "
            "behind it, to_onnx(table.autoencoder_), whose rows are those of the encoded table."
        )
    if hasattr(estimator, "steps") or hasattr(estimator, "transformers"):
        return TypeError(
            f"{name} has steps that are not ours: after skautoencoder.onnx.register_converters() "
            "it is exported by skl2onnx.to_onnx."
        )
    return TypeError(
        f"{name} cannot be exported. Known are AutoencoderTransformer, "
        "ConvolutionalAutoencoderTransformer, RBMTransformer and AutoencoderImputer."
    )
