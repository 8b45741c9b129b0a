"""AutoencoderImputer: what any imputer does, and answers never worse than linear ones."""

from __future__ import annotations

import pickle
import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.impute import KNNImputer
from sklearn.impute.tests import test_common as theirs
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from skautoencoder import AutoencoderImputer, AutoencoderTransformer
from skautoencoder._estimators._imputer_fit import _n_different

QUICK = {"n_networks": 1, "hidden_layer_sizes": (8,), "max_iter": 1, "random_state": 0}

# scikit-learn's own statements of what any imputer does, with ours swapped in.
OF_ANY_IMPUTER = [
    theirs.test_imputation_missing_value_in_test_array,
    *(
        lambda imputer, marker=marker: theirs.test_imputers_add_indicator(
            marker=marker, imputer=imputer
        )
        for marker in (np.nan, -1, 0)
    ),
    *(
        lambda imputer, test=test, flag=flag: test(imputer, flag)
        for test in (
            theirs.test_imputers_pandas_na_integer_array_support,
            theirs.test_imputers_feature_names_out_pandas,
            theirs.test_keep_empty_features,
        )
        for flag in (True, False)
    ),
    *(
        lambda imputer, value=value: (
            theirs.test_imputation_adds_missing_indicator_if_add_indicator_is_true(
                imputer=imputer, missing_value_test=value
            )
        )
        for value in (np.nan, 1)
    ),
]


@pytest.mark.parametrize("statement", OF_ANY_IMPUTER)
def test_it_does_what_scikit_learn_says_that_any_imputer_does(statement):
    statement(AutoencoderImputer(random_state=0))


@parametrize_with_checks([AutoencoderImputer(n_networks=0, random_state=0)])
def test_it_is_an_estimator_of_scikit_learns(estimator, check):
    check(estimator)


@pytest.mark.slow
@parametrize_with_checks([AutoencoderImputer(**QUICK)])
def test_so_it_is_with_networks(estimator, check):
    check(estimator)


def curved(n_rows=400, share=0.2, seed=0):
    """Rows on a curve, and the same with gaps."""
    rng = np.random.default_rng(seed)
    t = rng.uniform(-1, 1, n_rows)
    whole = np.column_stack([t, t**2, np.sin(3 * t), np.cos(3 * t)])
    whole += 0.02 * rng.standard_normal(whole.shape)
    gaps = rng.uniform(size=whole.shape) < share
    gaps[gaps.all(axis=1), 0] = False
    return whole, np.where(gaps, np.nan, whole)


def linear(n_rows=300, n_features=6, share=0.2, seed=0):
    rng = np.random.default_rng(seed)
    whole = rng.standard_normal((n_rows, 2)) @ rng.standard_normal((2, n_features))
    whole += 0.3 * rng.standard_normal(whole.shape)
    return whole, np.where(rng.uniform(size=whole.shape) < share, np.nan, whole)


def error(filled, whole, rows):
    return np.sqrt(np.mean((filled - whole)[np.isnan(rows)] ** 2))


LINEAR = {"n_networks": 0, "n_neighbors": 0}


@pytest.mark.slow
@pytest.mark.parametrize("new_rows", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_on_a_curve_it_is_much_better_than_its_linear_answers(new_rows):
    whole, rows = curved()
    imputer = AutoencoderImputer(random_state=0).fit(rows)
    straight = AutoencoderImputer(random_state=0, **LINEAR).fit(rows)
    if new_rows:
        whole, rows = curved(seed=1)
    ours, theirs = (error(each.transform(rows), whole, rows) for each in (imputer, straight))
    assert ours < 0.8 * theirs
    assert imputer.validation_error_ < 0.8 * imputer.linear_validation_error_


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))]
)
def test_where_the_truth_is_linear_it_stays_beside_its_linear_answers(seed):
    whole, rows = linear(seed=seed)
    ours = AutoencoderImputer(random_state=seed, max_iter=2).fit_transform(rows)
    straight = AutoencoderImputer(random_state=seed, **LINEAR).fit_transform(rows)
    assert error(ours, whole, rows) < 1.015 * error(straight, whole, rows)


def test_linear_answers_are_the_conditional_means_of_a_gaussian():
    whole, rows = linear(n_rows=4000, n_features=3, seed=3)
    filled = AutoencoderImputer(**LINEAR, random_state=0).fit_transform(rows)
    mean, covariance = whole.mean(axis=0), np.cov(whole.T)
    only = np.flatnonzero(np.isnan(rows[:, 0]) & ~np.isnan(rows[:, 1:]).any(axis=1))
    slope = np.linalg.solve(covariance[1:, 1:], covariance[1:, 0])
    expected = mean[0] + (rows[only, 1:] - mean[1:]) @ slope
    assert_allclose(filled[only, 0], expected, atol=0.1)


@pytest.mark.slow
def test_what_was_seen_stays_as_it_was_and_nothing_is_filled_in_out_of_range():
    _, rows = curved()
    filled = AutoencoderImputer(random_state=0).fit_transform(rows)
    seen = ~np.isnan(rows)
    assert_array_equal(filled[seen], rows[seen])
    assert np.isfinite(filled).all()
    assert (filled >= np.nanmin(rows, axis=0)).all()
    assert (filled <= np.nanmax(rows, axis=0)).all()


@pytest.mark.parametrize("unit", [1e-30, 1e30])
def test_the_unit_does_not_matter(unit):
    _, rows = curved(200)
    imputer = AutoencoderImputer(random_state=0, max_iter=1)
    assert_allclose(
        clone(imputer).fit_transform(rows * unit) / unit, imputer.fit_transform(rows), rtol=1e-4
    )


def test_a_row_is_filled_alike_alone_and_among_others():
    _, rows = curved()
    imputer = AutoencoderImputer(random_state=0, max_iter=2).fit(rows)
    assert imputer.blend_weights_.any()
    together = imputer.transform(rows)
    alone = np.vstack([imputer.transform(row[None]) for row in rows[:40]])
    assert_allclose(together[:40], alone, rtol=1e-9)


@pytest.mark.slow
def test_fits_are_reproducible_and_depend_on_the_seed():
    _, rows = curved()
    first, again, other = (
        AutoencoderImputer(random_state=seed, max_iter=1).fit_transform(rows) for seed in (0, 0, 1)
    )
    assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.slow
def test_complete_rows_teach_it_to_fill_rows_with_many_gaps():
    whole, _ = curved()
    _, rows = curved(share=0.5, seed=1)
    new, _ = curved(share=0.5, seed=1)
    imputer = AutoencoderImputer(random_state=0).fit(whole)
    straight = AutoencoderImputer(random_state=0, **LINEAR).fit(whole)
    ours, theirs = (error(each.transform(rows), new, rows) for each in (imputer, straight))
    assert ours < 0.9 * theirs


def test_copies_of_rows_do_not_tell_each_other_what_was_hidden():
    # Each row is there five times: a neighbor would be its own copy.
    rng = np.random.default_rng(0)
    rows = np.repeat(rng.standard_normal((60, 5)), 5, axis=0)
    rows[rng.uniform(size=(60, 5)).repeat(5, axis=0) < 0.1] = np.nan
    imputer = AutoencoderImputer(random_state=0, max_iter=1).fit(rows)
    assert imputer.blend_weights_[1] < 0.3


def test_copies_of_hidden_cells_count_once():
    cells = np.random.default_rng(0).uniform(size=(12, 4)) < 0.1
    assert _n_different(cells, np.arange(12)) == cells.sum()
    assert _n_different(np.repeat(cells, 50, axis=0), np.arange(12).repeat(50)) == cells.sum()


def test_single_precision_stays_single_and_integers_become_double():
    _, rows = curved(60)
    imputer = AutoencoderImputer(**QUICK)
    assert imputer.fit_transform(rows.astype(np.float32)).dtype == np.float32
    assert imputer.fit_transform(np.arange(60).reshape(20, 3) % 7).dtype == np.float64


ODD = {
    "one row": [[1.0, np.nan, 3.0]],
    "one column": [[1.0], [np.nan], [3.0], [4.0]],
    "all equal": np.where(np.eye(20, 4) > 0, np.nan, 5.0),
    "nothing at all": np.full((5, 3), np.nan),
    "a row without any entry": np.vstack([np.full((1, 3), np.nan), np.eye(30, 3)]),
    "no gaps": np.arange(80.0).reshape(20, 4) % 7,
    "a column seen once": np.column_stack([np.arange(200.0), [1.0] + 199 * [np.nan]]),
    "far-apart units": np.where(
        np.random.default_rng(0).uniform(size=(150, 3)) < 0.1,
        np.nan,
        np.random.default_rng(1).standard_normal((150, 3)) * [1e-20, 1.0, 1e20],
    ),
    "three different rows": np.where(
        np.random.default_rng(2).uniform(size=(200, 3)) < 0.05,
        np.nan,
        np.random.default_rng(1).integers(0, 4, (3, 3))[
            np.random.default_rng(0).integers(3, size=200)
        ],
    ),
    "a row far out": np.where(
        np.random.default_rng(0).uniform(size=(150, 3)) < 0.1,
        np.nan,
        np.random.default_rng(1).normal(size=(150, 3)) + 1e19 * (np.arange(150)[:, None] == 1),
    ),
    "wide": np.where(
        np.random.default_rng(0).uniform(size=(12, 90)) < 0.3,
        np.nan,
        np.random.default_rng(1).standard_normal((12, 90)),
    ),
}


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] * (n == "wide")) for n in ODD]
)
def test_no_gap_is_left_whatever_the_rows(name):
    rows = np.asarray(ODD[name])
    filled = AutoencoderImputer(**QUICK, keep_empty_features=True).fit_transform(rows)
    assert filled.shape == rows.shape
    assert np.isfinite(filled).all()
    seen = ~np.isnan(rows)
    assert_array_equal(filled[seen], rows[seen])


@pytest.mark.parametrize("name", ["three different rows", "a row far out"])
def test_networks_for_which_no_cell_is_hidden_are_left_out(name):
    imputer = AutoencoderImputer(**QUICK | {"n_networks": 3})
    assert np.isfinite(imputer.fit_transform(ODD[name])).all()
    assert_array_equal(imputer.blend_weights_, 0)  # a handful of cells says nothing


@pytest.mark.slow
def test_it_works_in_pipelines_and_searches_and_gives_frames():
    pd = pytest.importorskip("pandas")
    whole, rows = linear(120)
    frame = pd.DataFrame(rows, columns=list("abcdef"))
    imputer = AutoencoderImputer(**QUICK, add_indicator=True).set_output(transform="pandas")
    filled = imputer.fit_transform(frame)
    assert list(filled)[:6] == list("abcdef")
    assert filled.shape == (120, 12)
    search = GridSearchCV(
        make_pipeline(AutoencoderImputer(**QUICK), Ridge()),
        {"autoencoderimputer__n_neighbors": [0, 5]},
        cv=2,
    )
    search.fit(rows, whole[:, 0])
    code = make_pipeline(AutoencoderImputer(**QUICK), AutoencoderTransformer(2, max_iter=1))
    assert code.fit_transform(rows).shape == (120, 2)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_networks": -1}, "n_networks"),
        ({"n_neighbors": 1.5}, "n_neighbors"),
        ({"hidden_layer_sizes": "wide"}, "hidden_layer_sizes"),
        ({"hidden_layer_sizes": (8, 0)}, "hidden_layer_sizes"),
        ({"activation": "sine"}, "activation"),
        ({"learning_rate": 0}, "learning_rate"),
        ({"batch_size": 0}, "batch_size"),
        ({"max_iter": 0}, "max_iter"),
    ],
)
def test_bad_parameters_are_named(params, message):
    with pytest.raises(ValueError, match=message):
        AutoencoderImputer(**params).fit([[1.0, np.nan], [2.0, 3.0]])


def test_a_fit_that_fails_leaves_the_old_one():
    _, rows = curved(60)
    imputer = AutoencoderImputer(**QUICK).fit(rows)
    before = imputer.transform(rows)
    with pytest.raises(ValueError, match="infinity"):
        imputer.fit(np.full((5, 2), np.inf))
    assert_array_equal(imputer.transform(rows), before)


def test_columns_are_checked():
    _, rows = curved(60)
    imputer = AutoencoderImputer(**QUICK).fit(rows)
    with pytest.raises(ValueError, match="3 features"):
        imputer.transform(rows[:, :3])


@pytest.mark.slow
def test_a_pickle_fills_alike_without_jax(tmp_path):
    _, rows = curved()
    imputer = AutoencoderImputer(random_state=0, max_iter=1).fit(rows)
    (tmp_path / "imputer.pkl").write_bytes(pickle.dumps(imputer))
    np.save(tmp_path / "rows.npy", rows)
    script = (
        "import pickle, sys, numpy as np\n"
        "sys.modules['jax'] = sys.modules['optax'] = None\n"
        "imputer = pickle.load(open('imputer.pkl', 'rb'))\n"
        "np.save('filled.npy', imputer.transform(np.load('rows.npy')))\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)
    assert_array_equal(np.load(tmp_path / "filled.npy"), imputer.transform(rows))


def test_without_networks_neighbors_are_weighed_alone():
    whole, rows = curved()
    imputer = AutoencoderImputer(n_networks=0, random_state=0).fit(rows)
    share = imputer.blend_weights_
    assert share[0] == 0
    assert 0 < share[1] <= 1
    straight = AutoencoderImputer(**LINEAR, random_state=0).fit_transform(rows)
    nearest = KNNImputer().fit_transform(rows)
    filled = imputer.transform(rows)
    expected = straight + share[1] * (nearest - straight)
    # neighbors are looked for in standard units, and these are nearly that
    assert error(filled, expected, rows) < 0.2 * error(straight, whole, rows)
