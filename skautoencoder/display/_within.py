"""What is drawn of an estimator that stands around others: a pipeline, a search, one of tables."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import is_clusterer
from sklearn.pipeline import Pipeline

from skautoencoder._estimators._table import TableAutoencoderTransformer
from skautoencoder.comparison._inverse import as_numbers, undo


def transformer_within(estimator):
    """The transformer in an estimator.

    Of a fitted search it is that in the best estimator, of a pipeline the steps up to the last
    that transforms, clusterers apart.

    Raises
    ------
    TypeError
        If there is none.
    """
    estimator = getattr(estimator, "best_estimator_", estimator)
    if isinstance(estimator, Pipeline):
        n_steps = len(estimator)
        while n_steps and not _transforms(estimator[n_steps - 1]):
            n_steps -= 1
        estimator = estimator if n_steps == len(estimator) else estimator[:n_steps]
        if n_steps:
            return estimator
    if not hasattr(estimator, "transform"):
        raise TypeError(f"estimator must be, or have, a fitted transformer. Got {estimator!r}.")
    return estimator


def last_step(estimator):
    """The last step of a pipeline, or the estimator itself; of one of tables its autoencoder."""
    last = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    return getattr(last, "autoencoder_", last)


def last_within(estimator, attribute):
    """The last of an estimator's steps that has an attribute; else the last of them all.

    The autoencoder in a table's transformer counts as a step.
    """
    estimator = getattr(estimator, "best_estimator_", estimator)
    steps = (
        [step for _, step in estimator.steps] if isinstance(estimator, Pipeline) else [estimator]
    )
    steps = [getattr(step, "autoencoder_", step) for step in steps]
    return next((step for step in reversed(steps) if hasattr(step, attribute)), steps[-1])


def names_within(estimator):
    """Names of the columns that the last step of an estimator learnt from, or None."""
    last = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    if isinstance(last, TableAutoencoderTransformer):
        return _names_of_encoded(last)
    if hasattr(last, "feature_names_in_"):
        return last.feature_names_in_
    if isinstance(estimator, Pipeline) and len(estimator) > 1:
        try:
            return estimator[:-1].get_feature_names_out()
        except (AttributeError, NotImplementedError, ValueError):  # a step that names nothing
            return None
    return None


def rows_and_rebuilt(estimator, X):
    """Rows as numbers, what is rebuilt of them, and names of their columns, or None.

    Parameters
    ----------
    estimator : fitted transformer
        Of one of tables, and where the first steps of a pipeline cannot be undone to numbers,
        rows are what the part that is undone learnt from.
    X : array-like, data frame or sparse matrix of shape (n_rows, n_features)
    """
    first_steps, table = _around_table(estimator)
    if table is not None:
        rows = table._encoded(X if first_steps is None else first_steps.transform(X))
        autoencoder = table.autoencoder_
        rebuilt = autoencoder.inverse_transform(autoencoder.transform(rows))
        return rows, rebuilt, _names_of_encoded(table)
    first_steps, rebuilt = undo(estimator, estimator.transform(X))
    if first_steps is not None:
        return first_steps.transform(X), rebuilt, _names_out(first_steps, rebuilt)
    return X, rebuilt, getattr(X, "columns", None)


def decoded_rows(estimator, codes):
    """Codes as rows of numbers, as far back as they can be undone."""
    _, table = _around_table(estimator)
    if table is not None:
        return as_numbers(table.autoencoder_.inverse_transform(codes))
    return undo(estimator, codes)[1]


def _transforms(step):
    return hasattr(step, "transform") and not is_clusterer(step)


def _around_table(estimator):
    """The steps before one of tables that comes last, or None, and that one, or None."""
    steps = estimator if isinstance(estimator, Pipeline) else [estimator]
    if not isinstance(steps[-1], TableAutoencoderTransformer):
        return None, None
    return (estimator[:-1] if len(steps) > 1 else None), steps[-1]


def _names_out(first_steps, rows):
    try:
        names: Any = first_steps.get_feature_names_out()
    except (AttributeError, NotImplementedError, ValueError):  # a step that names nothing
        return None
    return names if len(names) == rows.shape[1] else None


def _names_of_encoded(table):
    """A name for each of the numbers that a table is encoded as."""
    names = []
    for part in table._encoding.parts:
        width = part.columns.stop - part.columns.start
        levels = [*getattr(part.encoder, "levels", ()), "others"]
        several = [f"{part.name}: {level}" for level in levels[:width]]
        names += [str(part.name)] if width == 1 else several
    return np.array(names, object)
