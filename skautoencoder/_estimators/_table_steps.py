"""The steps of a fit to a table: its size, its encoding, and what is to be said of both."""

from __future__ import annotations

import numpy as np
from sklearn.utils import check_random_state

from skautoencoder._data._filling import fit_filling
from skautoencoder._data._rows import Rows
from skautoencoder._estimators._autoencoder import AutoencoderTransformer
from skautoencoder._estimators._input import check_weight
from skautoencoder._estimators._warning import warn_caller
from skautoencoder._streams._drawn_frames import drawn_frame
from skautoencoder._streams._recognized import stream_of
from skautoencoder._tables._drawing import learn_distributions
from skautoencoder._tables._encoding import learn_encoding, reasons
from skautoencoder._tables._table import read_table
from skautoencoder.objectives._base import Generative

# Rows and draws that columns' distributions are learnt from, and levels named in a warning.
_MOST_ROWS, _NAMED_LEVELS = 10_000, 5
# Rows of a long stream that kinds, levels and ranges of its columns are learnt from.
_MOST_ROWS_OF_STREAM = 100_000
# A Gaussian of so many columns is learnt in a second or two, of more by factors in ten or more.
_MOST_COLUMNS = 64


def check_size(estimator, table, sample_weight):
    """Raise a ValueError where there is too little to learn from."""
    name = type(estimator).__name__
    if not table.columns:
        raise ValueError(
            f"Found array with 0 feature(s) (shape=({table.n_rows}, 0)) while a minimum of 1 is "
            f"required by {name}."
        )
    if table.n_rows < 2:
        raise ValueError(
            f"Found array with {table.n_rows} sample(s) while a minimum of 2 is required by {name}."
        )
    n_rows = len(_weighted(table, sample_weight))
    if n_rows < 2:
        raise ValueError(
            f"sample_weight leaves {n_rows} rows with a weight above zero, but {name} needs at "
            "least 2 samples."
        )


def note_columns(estimator, table):
    """Have the estimator note how many columns the table has, and what they are called."""
    estimator.n_features_in_ = len(table.columns)
    estimator.__dict__.pop("feature_names_in_", None)
    if table.named and all(isinstance(name, str) for name in table.names):
        estimator.feature_names_in_ = np.array(table.names, object)


def autoencoder_of(estimator, encoding):
    """The autoencoder of encoded rows that a table's has the parameters of, not fitted."""
    parameters = estimator.get_params(deep=False)
    del parameters["kinds"]
    return AutoencoderTransformer(loss=encoding.loss(), **parameters)


def learn(kinds, table, sample_weight):
    """The encoding of a table, from its rows that have a weight.

    Warns
    -----
    UserWarning
        If columns are set aside.
    """
    index = _weighted(table, sample_weight)
    every = len(index) == table.n_rows
    encoding, why = learn_encoding(table, kinds, None if every else index)
    if why:
        first = next(iter(why))
        warn_caller(
            f"Columns are set aside: {reasons(why)}. kinds={{{first!r}: 'drop'}} leaves one out "
            f"without a warning, kinds={{{first!r}: 'category'}} or another kind keeps one that "
            "has values."
        )
    return encoding


def rows_to_learn(X, sample_weight, groups):
    """X, those of its rows that the encoding is learnt from, and weights and labels of all rows.

    Those are X itself but for a long stream, which has its weights and labels in it.
    """
    stream = stream_of(X, sample_weight, groups)
    if stream is None:
        return X, X, sample_weight, groups
    some = drawn_frame(stream, _MOST_ROWS_OF_STREAM, 0)
    if some.is_all:
        return some.X, some.X, some.sample_weight, some.groups
    return stream, some.X, None, None


def encoded(encoding, X):
    """The rows of X as numbers: an array, or a stream of such.

    Warns
    -----
    UserWarning
        If there are levels that are not known. Of those of a stream, which is read by a thread and
        over and over, it says nothing.
    """
    stream = stream_of(X)
    if stream is None:
        return encode(encoding, read_table(X))
    return stream.map(lambda batch: encoding.encode(read_table(batch))[0])


def encode(encoding, table, unknown="coded as if missing"):
    """The rows of a table as numbers; ``unknown`` says what levels are that are not known.

    Warns
    -----
    UserWarning
        If there are levels that are not known.
    """
    rows, unseen = encoding.encode(table)
    if unseen:
        said = "; ".join(f"column {name!r}: {_some(levels)}" for name, levels in unseen.items())
        warn_caller(f"Levels that fit did not see are {unknown}, in {said}.")
    return rows


def filling(autoencoder, rows, sample_weight):
    """What fills gaps of encoded rows in `impute`: a Gaussian of the columns, or None.

    It is learnt from rows without gaps, too, unless they are so wide that it takes long.
    """
    learnt = autoencoder._filling
    if learnt is not None or rows.shape[1] > _MOST_COLUMNS:
        return learnt
    weight = check_weight(sample_weight, rows)
    return fit_filling(Rows(rows, weight), np.random.default_rng(0))


def distributions(encoding, autoencoder, rows):
    """What drawing needs to know of the rows, or None where nothing is drawn."""
    if not isinstance(autoencoder._objective, Generative):
        return None
    # Of the same bits for the same fit, whatever is drawn elsewhere.
    rng = check_random_state(0)
    some = rows[rng.permutation(len(rows))[:_MOST_ROWS]]
    moments = autoencoder._model.code_moments(some)
    mean, variance = np.split(moments, 2, axis=1)
    codes = mean + np.sqrt(variance) * rng.standard_normal(mean.shape)
    rebuilt = autoencoder.inverse_transform(codes * autoencoder.code_scale_)
    sampled = autoencoder.sample(_MOST_ROWS, random_state=rng)
    return learn_distributions(encoding, some, rebuilt, sampled, rng)


def _weighted(table, sample_weight):
    """Numbers of the rows that have a weight."""
    return np.flatnonzero(check_weight(sample_weight, np.empty((table.n_rows, 0))))


def _some(levels):
    more = f" and {len(levels) - _NAMED_LEVELS} more" if len(levels) > _NAMED_LEVELS else ""
    return ", ".join(map(repr, levels[:_NAMED_LEVELS])) + more
