"""Rows that are seen at once to be valid, and all others: as if `validate_data` had been asked."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris

from skautoencoder import AutoencoderTransformer
from skautoencoder._estimators import _input

ROWS = load_iris().data[:20]


def with_value(value, where=(3, 1)):
    X = ROWS.copy()
    X[where] = value
    return X


def with_both_infinities():
    return np.where(np.arange(4) == 0, np.inf, with_value(-np.inf))


AT_ONCE = {
    "double": ROWS,
    "single": ROWS.astype(np.float32),
    "one row": ROWS[:1],
    "columns together": np.asfortranarray(ROWS),
    "every other row": ROWS[::2],
    "read-only": np.broadcast_to(ROWS[0], (5, 4)),
}
IN_DOUBT = {
    "NaN": with_value(np.nan),
    "infinity": with_value(np.inf),
    "both infinities": with_both_infinities(),
    "a sum that overflows": np.full((3, 4), 1e308),
    "no row": ROWS[:0],
    "another number of columns": ROWS[:, :3],
    "one dimension": ROWS[0],
    "three dimensions": ROWS[None],
    "other byte order": ROWS.astype(">f8"),
    "half precision": ROWS.astype(np.float16),
    "integers": ROWS.astype(int),
    "complex": ROWS.astype(complex),
    "objects": ROWS.astype(object),
    "text": ROWS.astype(str),
    "dates": ROWS.astype("M8[s]"),
    "a subclass": ROWS.view(np.recarray),
    "a masked array": np.ma.masked_less(ROWS, 1),
    "a list": ROWS.tolist(),
    "a data frame": pd.DataFrame(ROWS),
}


@pytest.fixture(scope="module", params=["an array", "a data frame"])
def fitted(request):
    X = pd.DataFrame(ROWS, columns=list("abcd")) if request.param == "a data frame" else ROWS
    return AutoencoderTransformer(2, max_iter=1, early_stopping=False, random_state=0).fit(X)


def outcome(fitted, X):
    """What `check_rows` gives, or raises, and what it warns of."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            given = _input.check_rows(fitted, X, reset=False)
        except (TypeError, ValueError) as error:
            given = error
    return given, [str(warning.message) for warning in warned]


@pytest.mark.parametrize("name", AT_ONCE | IN_DOUBT)
def test_rows_are_what_validation_makes_of_them(fitted, name, monkeypatch):
    X = (AT_ONCE | IN_DOUBT)[name]
    given, warned = outcome(fitted, X)
    monkeypatch.setattr(_input, "_is_valid", lambda *_: False)
    wanted, expected = outcome(fitted, X)
    assert warned == expected
    assert type(given) is type(wanted)
    if isinstance(wanted, Exception):
        assert str(given) == str(wanted)
        return
    assert (given is X) == (wanted is X)
    assert given.dtype == wanted.dtype
    np.testing.assert_array_equal(given, wanted)


@pytest.mark.parametrize("name", AT_ONCE | IN_DOUBT)
def test_only_what_is_in_doubt_is_validated_at_length(name):
    estimator = AutoencoderTransformer()
    estimator.n_features_in_ = 4
    assert _input._is_valid(estimator, (AT_ONCE | IN_DOUBT)[name], 1) == (name in AT_ONCE)
    estimator.feature_names_in_ = np.array(list("abcd"), object)  # an array gets a warning
    assert not _input._is_valid(estimator, (AT_ONCE | IN_DOUBT)[name], 1)


def test_too_few_rows_are_in_doubt():
    estimator = AutoencoderTransformer()
    estimator.n_features_in_ = 4
    assert _input._is_valid(estimator, ROWS[:2], 2)
    assert not _input._is_valid(estimator, ROWS[:1], 2)
