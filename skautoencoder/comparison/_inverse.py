"""Codes back to rows, as far back through a pipeline as its steps can be undone."""

from __future__ import annotations

from scipy.sparse import issparse
from sklearn.pipeline import Pipeline
from sklearn.utils import check_array


def as_numbers(rows, **checks):
    """Rows of an array, a data frame or a sparse matrix as a dense array of numbers.

    Raises
    ------
    TypeError, ValueError
        If they hold text, or do not pass the ``checks`` of scikit-learn's `check_array`.
    """
    return check_array(rows.toarray() if issparse(rows) else rows, **checks)


def undo(estimator, codes):
    """The first steps, which cannot be undone to numbers, and what came out of them.

    Parameters
    ----------
    estimator : fitted transformer
        Of a pipeline, steps are undone from the last, which must have an inverse, to the
        first. An imputer, say, or a ColumnTransformer stops it.
    codes : array-like of shape (n_rows, n_components)

    Returns
    -------
    first_steps : Pipeline or None
        None where everything was undone, and the array holds rows.
    rows : ndarray
    """
    if not isinstance(estimator, Pipeline):
        return None, as_numbers(estimator.inverse_transform(codes))
    rows = codes
    for n_left in range(len(estimator), 0, -1):
        try:
            rows = as_numbers(estimator[n_left - 1 : n_left].inverse_transform(rows))
        except (AttributeError, NotImplementedError, TypeError, ValueError):
            if n_left == len(estimator):
                raise
            return estimator[:n_left], rows
    return None, rows
