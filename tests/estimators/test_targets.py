"""What y is taken for: classes or numbers, however it is typed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_diabetes, load_digits, load_iris

from skautoencoder.comparison._targets import names_of, plain_values, read_target

DISEASE = load_diabetes().target  # 214 whole numbers in 442 rows
IRIS = load_iris().target
BLOCKS = np.repeat(np.arange(40), 10)  # 40 people, ten pictures of each


@pytest.mark.parametrize(
    ("y", "task"),
    [
        (DISEASE, "regression"),
        (DISEASE.astype(int), "regression"),
        (DISEASE.astype(object), "regression"),
        (DISEASE + 0.5, "regression"),
        (list(DISEASE), "regression"),
        (np.arange(100), "regression"),
        (np.repeat(np.arange(17, 90), 20), "regression"),  # ages
        (load_digits().target, "classification"),
        (IRIS, "classification"),
        (IRIS.astype(float), "classification"),
        (IRIS.astype(object), "classification"),
        (IRIS[:, None], "classification"),
        (IRIS - 1, "classification"),
        (pd.Series(IRIS).astype("Int64"), "classification"),
        (pd.Series(IRIS).astype("category"), "classification"),
        (pd.DataFrame({"kind": IRIS}), "classification"),
        (BLOCKS, "classification"),
        (BLOCKS + 1, "classification"),
        (IRIS > 0, "classification"),
        ([0, 1, 0, 1, 0, 1], "classification"),
        ([f"word {i}" for i in range(90)], "classification"),
        (["a", 1, 2.5] * 5, "classification"),
        ([True, False, True] * 5, "classification"),
        (np.array([b"a", b"b"] * 5), "classification"),
        (np.column_stack([DISEASE, DISEASE]), "regression"),
    ],
)
def test_auto_takes_names_for_classes_and_amounts_for_numbers(y, task):
    target = read_target(y)
    assert target.task == task
    if task == "classification":
        assert_array_equal(np.unique(target.values), np.arange(target.values.max() + 1))


@pytest.mark.parametrize("task", ["classification", "regression"])
@pytest.mark.parametrize("y", [DISEASE, IRIS, IRIS.astype(object), DISEASE + 0.5])
def test_who_says_the_task_gets_it(y, task):
    target = read_target(y, task)
    assert target.task == task
    if task == "regression":
        assert_allclose(target.values, y.astype(float))
    else:
        assert len(np.unique(target.values)) == len(np.unique(y))


@pytest.mark.parametrize(
    ("y", "task", "message"),
    [
        (IRIS, "clasification", "task must be one of 'auto', .*Got 'clasification'"),
        (["a", "b"], "regression", "needs numbers in y. Got 'a'"),
        ([0, None, 1], "auto", r"no value \(None or NaN\) in 1 of 3 rows"),
        (["a", None, np.nan], "auto", "in 2 of 3 rows"),
        ([0.5, np.nan], "regression", "in 1 of 2 rows"),
        (pd.Series([1, None], dtype="Int64"), "auto", "in 1 of 2 rows"),
        ([0.5, np.inf], "auto", "infinity"),
        (np.ones((3, 2)), "classification", r"shape \(n_samples,\). Got the shape \(3, 2\)"),
        ("abc", "auto", "Got 'abc'"),
    ],
)
def test_bad_targets(y, task, message):
    with pytest.raises(ValueError, match=message):
        read_target(y, task)


@pytest.mark.parametrize(
    ("y", "names"),
    [
        (["b", None, "a"], ["None", "a", "b"]),
        (["a", 1, 2.5, None], ["1", "2.5", "None", "a"]),
        ([0, 1, None], ["0", "1", "None"]),
        ([None, None], ["None"]),
        (np.array([2, 0, 10], object), ["0", "2", "10"]),
        ([True, False], ["False", "True"]),
        ([b"x", b"y"], ["x", "y"]),
        (np.arange(20), [str(i) for i in range(20)]),
        (np.arange(21), None),
        ([f"{i:02}" for i in range(21)], [f"{i:02}" for i in range(21)]),
        ([0.5, None], None),
        ([2**70, 1], None),
        (np.array([0.0, 1.0]), None),
    ],
)
def test_names(y, names):
    found = names_of(plain_values(y))
    assert (found and found[0]) == names


def test_y_of_two_columns_has_no_names():
    with pytest.raises(ValueError, match=r"one column.*\(3, 2\)"):
        plain_values(np.ones((3, 2)))


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.binary(max_size=3)
)


@given(st.lists(ANYTHING, min_size=1, max_size=40))
def test_any_labels_are_numbers_or_as_many_names_as_rows(labels):
    values = plain_values(labels)
    assert values.shape == (len(labels),)
    classes = names_of(values)
    if classes is None:
        assert values.dtype.kind in "iuf"
    else:
        names, number = classes
        assert len(set(names)) == len(names)
        assert [names[i] for i in number] == [str(value) for value in values]
