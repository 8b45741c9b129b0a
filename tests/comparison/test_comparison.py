"""compare_transformers: its measures by hand, its verdicts, and what goes wrong in it."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_diabetes, load_digits, load_iris, make_s_curve
from sklearn.decomposition import NMF, PCA, FastICA, KernelPCA, TruncatedSVD
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.manifold import TSNE, Isomap
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skautoencoder import compare_transformers
from skautoencoder.comparison import LARGER_IS_BETTER, RAW, Comparison, ComparisonInterrupted
from skautoencoder.comparison._measures import peak_memory
from tests.conftest import quick

DIGITS = load_digits().data[:300] / 16, load_digits().target[:300]
IRIS = load_iris(return_X_y=True)


@pytest.fixture(scope="module")
def on_digits():
    return compare_transformers(
        {"PCA": PCA(), "NMF": NMF(max_iter=2000), "Isomap": Isomap(n_neighbors=25)},
        *DIGITS, n_components=(2, 8), cv=KFold(2), random_state=0,
    )  # fmt: skip


def test_reconstruction_is_that_of_the_held_out_rows(on_digits):
    X, _ = DIGITS
    for fold, (train, test) in enumerate(KFold(2).split(X)):
        pca = PCA(8, random_state=0).fit(X[train])
        error = np.sum((X[test] - pca.inverse_transform(pca.transform(X[test]))) ** 2, 1).mean()
        assert on_digits.values("PCA", 8, "squared_error")[fold] == pytest.approx(error)
        total = np.sum((X[test] - X[test].mean(0)) ** 2, 1).mean()
        share = on_digits.values("PCA", 8, "explained_variance")[fold]
        assert share == pytest.approx(1 - error / total)


def test_all_measures_are_there_and_within_their_range(on_digits):
    assert set(on_digits.measures) == set(LARGER_IS_BETTER)
    frame = on_digits.to_frame()
    fitted = frame[frame["transformer"] != RAW].set_index(["transformer", "n_components"])
    shares = ["trustworthiness", "continuity", "knn_recall", "linear_score", "knn_score"]
    for name in [*shares, "network_score"]:
        assert fitted[name].between(0, 1).all()
        assert (fitted[f"{name}_se"] >= 0).all()
    assert fitted["silhouette"].between(-1, 1).all()
    assert (fitted[["fit_seconds", "transform_seconds", "network_seconds"]] > 0).all(axis=None)
    assert_allclose(fitted["code_share"].unique(), [2 / 64, 8 / 64])
    assert fitted.loc[("PCA", 8), "knn_recall"] > fitted.loc[("PCA", 2), "knn_recall"]


def test_raw_features_are_a_row(on_digits):
    raw = on_digits.to_frame().set_index("transformer").loc[RAW]
    assert raw["n_components"] == 64
    assert raw["linear_score"] > 0.85
    assert np.isnan(raw["squared_error"])


def test_without_an_inverse_the_cells_are_empty(on_digits):
    row = on_digits.to_frame().set_index("transformer").loc["Isomap"]
    assert row["squared_error"].isna().all()
    assert row["error"].isna().all()
    assert row["trustworthiness"].notna().all()


def test_neighbours_are_kept_by_a_rotation():
    X = make_s_curve(90, random_state=0)[0]
    found = compare_transformers([PCA()], X, n_components=[3], cv=3, random_state=0)
    for name in ("trustworthiness", "continuity", "knn_recall", "explained_variance"):
        assert_allclose(found.values("PCA", 3, name), 1)
    assert "linear_score" not in found.measures


@pytest.mark.slow
def test_numbers_to_predict():
    X, position = make_s_curve(300, random_state=0)
    found = compare_transformers(
        [PCA(), quick(learning_rate=1e-2, max_iter=60)],
        X,
        position,
        n_components=[2],
        random_state=0,
    )
    assert "silhouette" not in found.measures
    assert found.values("AutoencoderTransformer", 2, "knn_score").mean() > 0.9  # R^2


def test_one_that_fails_says_why_and_the_rest_goes_on():
    found = compare_transformers(
        [PCA(), KernelPCA(fit_inverse_transform=True)], DIGITS[0][:60], n_components=[2, 100], cv=2
    )
    frame = found.to_frame().set_index(["transformer", "n_components"])
    assert re.match("ValueError: .*n_components=100", frame.loc[("PCA", 100), "error"])
    assert np.isnan(frame.loc[("PCA", 100), "squared_error"])
    assert frame.loc[("PCA", 2)].isna()["error"]
    assert frame.loc[("KernelPCA", 2), "squared_error"] > 0


@pytest.mark.slow
def test_pipelines_and_open_seeds():
    pipeline = make_pipeline(StandardScaler(), FastICA())
    X, y = IRIS
    found = compare_transformers({"ICA": pipeline}, X, y, n_components=[2], random_state=0)
    again = compare_transformers({"ICA": pipeline}, X, y, n_components=[2], random_state=0)
    assert found.values("ICA", 2, "squared_error")[0] > 0
    assert_allclose(found.values("ICA", 2, "knn_score"), again.values("ICA", 2, "knn_score"))
    assert pipeline[-1].n_components is None  # what was passed stays untouched


def made(**measures):
    """A comparison of two transformers from values a fold."""
    records = [
        {"transformer": name, "n_components": 2, "fold": i, "squared_error": value}
        for name, values in measures.items()
        for i, value in enumerate(values)
    ]
    return Comparison(records, n_train=200, n_test=100)


def test_verdicts_come_from_paired_differences():
    ours = [1.0, 5.0, 9.0]  # folds differ by far more than transformers do
    assert made(PCA=[2.0, 6.01, 9.99], ours=ours).verdict("ours", 2) == "better"
    assert made(PCA=[0.0, 3.99, 8.01], ours=ours).verdict("ours", 2) == "worse"
    assert made(PCA=[2.0, 5.0, 8.9], ours=ours).verdict("ours", 2) == "no difference shown"
    assert made(PCA=[2.0], ours=[1.0]).verdict("ours", 2) == "no difference shown"
    assert made(PCA=[np.nan] * 3, ours=ours).verdict("ours", 2) == "no difference shown"


def test_a_verdict_by_hand():
    """t = mean / sqrt((1/k + n_test/n_train) var) against Student's 97.5 % at two degrees."""
    gains = np.array([1.0, 1.5, 0.8])
    t = gains.mean() / np.sqrt((1 / 3 + 0.5) * gains.var(ddof=1))
    assert t > 3.18  # would be enough at three degrees of freedom
    verdict = made(PCA=5 + gains, ours=[5.0, 5.0, 5.0]).verdict("ours", 2)
    assert verdict == ("better" if t > 4.3027 else "no difference shown")


class Passing(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X


def beside(**of_ours):
    """A comparison of ours with PCA at sizes 2 and 4: for each measure, a gain at each size."""
    records = []
    for size, fold in [(2, 0), (2, 1), (2, 2), (4, 0), (4, 1), (4, 2)]:
        for name in ("PCA", "ours"):
            record = dict.fromkeys(LARGER_IS_BETTER, np.nan)
            for measure, gains in of_ours.items():
                gain = gains[size == 4] if name == "ours" else 0
                record[measure] = 10 + gain + fold / 1000 * (1 if name == "ours" else -1)
            record |= {"fit_seconds": 0.3 if name == "ours" else 0.01}
            records.append(
                {"transformer": name, "n_components": size, "fold": fold, "error": None} | record
            )
    return Comparison(records, n_train=200, n_test=100)


@pytest.mark.parametrize(
    ("gains", "sentence"),
    [
        (
            {"squared_error": (-1, -1), "knn_score": (1, 0)},
            "ours is better than PCA at rebuilding rows (at every size) and telling the target by "
            "nearest neighbors (2 components), and worse at nothing. Elsewhere no difference is "
            "shown.",
        ),
        (
            {"squared_error": (1, 0), "trustworthiness": (0, 1)},
            "ours is better than PCA at keeping neighbors (4 components), and worse at rebuilding "
            "rows (2 components). Elsewhere no difference is shown.",
        ),
        (
            {"linear_score": (-1, -1)},
            "ours is worse than PCA at telling the target by a linear model (at every size), and "
            "better at nothing. Elsewhere no difference is shown.",
        ),
        (
            {"network_score": (0, 0)},
            "Between ours and PCA no difference is shown: chance may explain what there is.",
        ),
    ],
)
def test_a_summary_says_who_is_better_at_what(gains, sentence):
    assert beside(**gains).summary() == f"{sentence} Fitting takes about 30 times as long."
    other_way = beside(**gains).summary(against="ours")
    assert other_way.startswith(("PCA is", "Between PCA and ours"))
    assert other_way.endswith("Fitting takes about 0.03 times as long.")


def test_a_summary_leaves_raw_features_out(on_digits):
    text = on_digits.summary()
    assert "NMF" in text
    assert "Isomap" in text
    assert RAW not in text
    with pytest.raises(ValueError, match="against='TSNE' was not compared"):
        on_digits.summary(against="TSNE")


@pytest.mark.parametrize(
    ("transformers", "X", "y", "message"),
    [
        ([PCA(), PCA(2)], *DIGITS, "transformers of one class need names"),
        ({"same": Passing()}, *DIGITS, "transformers['same'] has no n_components"),
        ([PCA()], DIGITS[0] * np.nan, None, "X contains NaN"),
        ([PCA()], DIGITS[0], DIGITS[1][:5], "inconsistent numbers of samples"),
        ([PCA()], DIGITS[0], np.full(300, np.nan), "NaN"),
        ([PCA()], DIGITS[0][0], None, "Expected 2D array"),
        (PCA(), *DIGITS, "transformers must be a dict or a list of some. Got PCA()"),
        (make_pipeline(PCA()), *DIGITS, "transformers must be a dict or a list of some."),
        ("PCA", *DIGITS, "transformers must be a dict or a list of some. Got 'PCA'"),
        ([PCA], *DIGITS, "is no transformer"),
        ([], *DIGITS, "transformers must be one or more"),
        ({RAW: PCA()}, *DIGITS, "none of them named 'raw features'"),
    ],
)
def test_bad_input(transformers, X, y, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        compare_transformers(transformers, X, y)


@pytest.mark.parametrize(
    ("n_components", "message"),
    [
        *((bad, f"Got {bad!r}.") for bad in (0, -1, 2.5, 1.0, 0.0, True, "mle", None)),
        ([2, "mle"], "Got 'mle'."),
        ([2, np.nan], "Got nan."),
        ([], "n_components is empty"),
    ],
)
def test_bad_sizes(n_components, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        compare_transformers([PCA()], IRIS[0], n_components=n_components)


@pytest.mark.parametrize(
    ("n_components", "sizes"),
    [
        ((size for size in (1, 2)), [1, 2]),
        (np.array([2, 1]), [1, 2]),
        (range(1, 3), [1, 2]),
        ([2, 2, np.int64(2)], [2]),
        (2, [2]),
        ([0.9, 1], [0.9, 1]),
        (0.9, [0.9]),
    ],
)
def test_sizes_are_the_same_for_all_transformers(n_components, sizes):
    transformers = (t for t in (PCA(svd_solver="full"), quick(max_iter=1)))
    found = compare_transformers(
        transformers, IRIS[0], n_components=n_components, cv=2, random_state=0
    )
    assert found.transformers == ["PCA", "AutoencoderTransformer"]
    for name in found.transformers:
        assert found.sizes(name) == sizes
        assert all(np.isfinite(found.values(name, size, "squared_error")).all() for size in sizes)


def test_a_share_of_variance_is_what_pca_takes_it_for():
    found = compare_transformers([PCA()], DIGITS[0], n_components=[0.5], cv=KFold(2))
    train, test = next(KFold(2).split(DIGITS[0]))
    pca = PCA(0.5).fit(DIGITS[0][train])
    assert found.values("PCA", 0.5, "code_share")[0] == pca.n_components_ / 64
    error = np.sum(
        (DIGITS[0][test] - pca.inverse_transform(pca.transform(DIGITS[0][test]))) ** 2, 1
    )
    assert found.values("PCA", 0.5, "squared_error")[0] == pytest.approx(error.mean())


# -- what fails


class Failing(PCA):
    """Raises an error of some kind in one method."""

    def __init__(self, n_components=None, method="fit", kind=RuntimeError, said=""):
        super().__init__(n_components)
        self.method, self.kind, self.said = method, kind, said

    def _maybe_fail(self, method):
        if self.method == method:
            raise self.kind(self.said)

    def fit(self, X, y=None):
        self._maybe_fail("fit")
        return super().fit(X)

    def transform(self, X):
        self._maybe_fail("transform")
        return super().transform(X)

    def inverse_transform(self, X):
        self._maybe_fail("inverse_transform")
        return super().inverse_transform(X)


class Astray(Failing):
    """Gives codes that are none."""

    def __init__(self, n_components=None, codes=np.nan):
        super().__init__(n_components, method=None)
        self.codes = codes

    def transform(self, X):
        return super().transform(X) * self.codes if np.ndim(self.codes) == 0 else self.codes


@pytest.fixture(scope="module")
def pca_alone():
    return compare_transformers([PCA()], *IRIS, n_components=[2], cv=2, random_state=0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("transformer", "why"),
    [
        (Failing(), "RuntimeError"),
        (Failing(said="\n\n too bad\nindeed"), "RuntimeError: too bad"),
        (Failing(kind=MemoryError), "MemoryError"),
        (Failing(kind=KeyError, said="k"), "KeyError: 'k'"),
        (Failing(method="transform", kind=AttributeError, said="no"), "AttributeError: no"),
        (TSNE(), "TypeError: TSNE has no transform"),
        (Astray(), "ValueError: the codes hold NaN"),
        (Astray(codes=np.zeros(3)), "IndexError"),
    ],
)
def test_one_failing_transformer_leaves_the_rest_as_it_is(transformer, why, pca_alone):
    settings = {"n_components": [2], "cv": 2, "random_state": 0}
    with pytest.warns(UserWarning, match="missing from 2 of 6 records"):
        found = compare_transformers({"bad": transformer, "PCA": PCA()}, *IRIS, **settings)
    assert re.match(why, found.error("bad", 2))
    assert np.isnan(found.values("bad", 2, "linear_score")).all()
    for name in (RAW, "PCA"):
        (size,) = found.sizes(name)
        assert found.error(name, size) is None
        for measure in ("squared_error", "trustworthiness", "linear_score", "adjusted_rand"):
            expected = pca_alone.values(name, size, measure)
            assert_allclose(found.values(name, size, measure), expected)


def test_one_failing_measure_leaves_the_others():
    with pytest.warns(UserWarning, match="reconstruction: RuntimeError: lost"):
        found = compare_transformers(
            {"bad": Failing(method="inverse_transform", said="lost")}, *IRIS, n_components=[2]
        )
    assert found.error("bad", 2) == "reconstruction: RuntimeError: lost"
    missing = {name for name in LARGER_IS_BETTER if np.isnan(found.values("bad", 2, name)).any()}
    assert missing == {"squared_error", "explained_variance"}


def test_a_part_too_small_for_neighbours_keeps_the_other_scores():
    with pytest.warns(UserWarning, match="knn_score: ValueError"):
        found = compare_transformers([PCA()], IRIS[0][:6], [0, 1] * 3, n_components=[1])
    assert np.isnan(found.values("PCA", 1, "knn_score")).all()
    assert np.isfinite(found.values("PCA", 1, "linear_score")).all()
    assert np.isfinite(found.values("PCA", 1, "squared_error")).all()


@pytest.mark.parametrize(
    "y",
    [
        np.r_[np.zeros(14), np.ones(15), 2],  # a class of one row
        np.arange(30) // 2,  # all classes rarer than folds: text, or they would be numbers
    ],
)
def test_rare_classes_are_no_failure(y):
    y = [f"class {label}" for label in y]
    found = compare_transformers([PCA()], IRIS[0][::5], y, n_components=[1], random_state=0)
    assert found.error("PCA", 1) is None
    assert np.isfinite(found.values("PCA", 1, "linear_score")).all()


def test_a_fold_of_one_class_has_no_linear_model():
    X, y = IRIS[0][:100], IRIS[1][:100]  # in order: each half is one class
    with pytest.warns(UserWarning, match="linear_score: ValueError"):
        found = compare_transformers([PCA()], X, y, n_components=[2], cv=KFold(2))
    assert np.isfinite(found.values("PCA", 2, "squared_error")).all()
    assert "linear_score" in found.to_frame().set_index("transformer").loc["PCA", "error"]


# -- what y is


def test_a_whole_number_target_is_one_of_numbers():
    X, y = load_diabetes(return_X_y=True)
    found = compare_transformers([PCA()], X, y, n_components=[4], cv=KFold(2), random_state=0)
    assert found.task == "regression"
    assert "regression" in repr(found)
    assert set(found.to_frame()["task"]) == {"regression"}
    moved = compare_transformers([PCA()], X, y + 0.5, n_components=[4], cv=KFold(2))
    for score in ("linear_score", "knn_score"):
        ours = found.values("PCA", 4, score)
        assert_allclose(ours, moved.values("PCA", 4, score), atol=1e-6)
        assert (ours > 0.2).all()


@pytest.mark.parametrize("typed", [object, str, float, "column", "frame"])
def test_the_same_labels_in_any_type_give_the_same_numbers(typed, pca_alone):
    X, y = IRIS
    retyped = {"column": y[:, None], "frame": pd.DataFrame({"kind": y})}
    labels = retyped[typed] if isinstance(typed, str) else y.astype(typed)
    settings = {"n_components": [2], "cv": 2, "random_state": 0}
    found = compare_transformers([PCA()], X, labels, **settings)
    assert found.task == pca_alone.task == "classification"
    for name in ("linear_score", "knn_score", "network_score", "silhouette"):
        assert_allclose(found.values("PCA", 2, name), pca_alone.values("PCA", 2, name))


def test_who_says_the_task_gets_it():
    found = compare_transformers([PCA()], *IRIS, n_components=[2], task="regression")
    assert found.task == "regression"
    assert "silhouette" not in found.measures
    with pytest.raises(ValueError, match="task must be one of 'auto', 'classification'"):
        compare_transformers([PCA()], *IRIS, n_components=[2], task="regresion")


# -- rows of any kind


def test_frames_with_text_go_in_as_they_are():
    X, y = load_iris(return_X_y=True, as_frame=True)
    X["kind"] = np.random.RandomState(0).choice(["u", "v"], len(X))
    encode = make_column_transformer(
        (StandardScaler(), list(X)[:4]), (OneHotEncoder(sparse_output=False), ["kind"])
    )
    found = compare_transformers({"p": make_pipeline(encode, PCA())}, X, y, n_components=[2])
    assert found.transformers == ["p"]  # no model learns from the text itself
    assert found.error("p", 2) is None
    assert found.values("p", 2, "linear_score").mean() > 0.8
    assert "squared_error" not in found.measures


def decomposed(X):
    svd = {"svd": TruncatedSVD(random_state=0, algorithm="arpack")}
    settings = {"n_components": [2], "cv": KFold(2, shuffle=True, random_state=0)}
    return compare_transformers(svd, X, IRIS[1], random_state=0, **settings)


@pytest.fixture(scope="module")
def dense():
    return decomposed(IRIS[0])


@pytest.mark.parametrize(
    "kind",
    [
        pd.DataFrame,
        sparse.csr_matrix,
        *(pytest.param(kind, marks=pytest.mark.slow) for kind in (sparse.coo_array, list)),
    ],
)
def test_frames_lists_and_sparse_rows_give_the_numbers_of_the_array(kind, dense):
    found = decomposed(kind(IRIS[0]))
    for measure in ("squared_error", "trustworthiness", "knn_recall", "knn_score"):
        assert_allclose(found.values("svd", 2, measure), dense.values("svd", 2, measure))
    assert found.transformers == ["svd", RAW]
    assert found.error(RAW, 4) is None


@pytest.mark.parametrize("imputer", [SimpleImputer(), KNNImputer()])
def test_gaps_go_in_and_count_in_no_error(imputer):
    X, y = DIGITS[0].copy(), DIGITS[1]
    X[::3, 20] = np.nan
    pipeline = make_pipeline(imputer, PCA())
    found = compare_transformers({"p": pipeline}, X, y, n_components=[2], cv=KFold(2))
    assert found.error("p", 2) is None
    train, test = next(KFold(2).split(X))
    fitted = pipeline.set_params(pca__n_components=2).fit(X[train])
    rebuilt = fitted[-1].inverse_transform(fitted.transform(X[test]))
    known = ~np.isnan(X[test])
    error = np.sum(((X[test] - rebuilt) ** 2)[known]) / len(test)
    assert found.values("p", 2, "squared_error")[0] == pytest.approx(error)
    assert np.isfinite(found.values("p", 2, "trustworthiness")).all()


def test_gaps_fail_only_where_a_transformer_refuses_them():
    X = IRIS[0].copy()
    X[5, 1] = np.nan
    with pytest.warns(UserWarning, match="Input X contains NaN"):
        found = compare_transformers(
            {"PCA": PCA(), "p": make_pipeline(SimpleImputer(), PCA())}, X, n_components=[2]
        )
    assert "contains NaN" in found.error("PCA", 2)
    assert np.isfinite(found.values("p", 2, "squared_error")).all()


# -- names


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("our", 2), "transformer='our' was not compared; these were: ['PCA', 'ours']"),
        (("ours", 3), "n_components=3 was not compared; these were: [2]"),
        (("ours", 2, "squared_eror"), "measure='squared_eror' was not compared; these"),
        (("ours", 2, "squared_error", "pca"), "against='pca' was not compared; these"),
    ],
)
def test_a_misspelt_name_has_no_verdict(arguments, message):
    found = made(PCA=[2.0, 3.0], ours=[1.0, 2.0])
    with pytest.raises(ValueError, match=re.escape(message)):
        found.verdict(*arguments)


@pytest.mark.parametrize(
    "ask",
    [
        lambda found: found.sizes("our"),
        lambda found: found.values("ours", 3, "squared_error"),
        lambda found: found.values("ours", 2, "error_squared"),
        lambda found: found.error("our", 2),
    ],
)
def test_a_misspelt_name_has_no_values(ask):
    with pytest.raises(ValueError, match="was not compared; these were"):
        ask(made(PCA=[2.0, 3.0], ours=[1.0, 2.0]))


def test_another_size_of_the_other_shows_no_difference():
    found = compare_transformers([PCA()], *DIGITS, n_components=[2], cv=2)
    assert found.verdict(RAW, 64, "linear_score") == "no difference shown"


def test_progress_tells_what_is_next():
    lines = []
    compare_transformers([PCA()], DIGITS[0][:60], n_components=[1, 2], cv=2, progress=lines.append)
    assert lines[0] == "fold 1/2: PCA, 1 components"
    assert len(lines) == 4


def test_peak_memory():
    with peak_memory() as peak:
        block = np.ones(16 * 2**17)  # 16 MiB
        del block
    assert np.isnan(peak()) or peak() < 100
    with peak_memory() as peak:
        block = np.ones(64 * 2**17)
    assert np.isnan(peak()) or 40 < peak() < 100
    assert len(block)


@pytest.mark.parametrize(("at", "folds"), [(3, {0: 2}), (5, {0: 2, 1: 2}), (1, {0: 1})])
def test_ctrl_c_leaves_the_folds_that_are_whole(at, folds):
    said = []

    def strike(line):
        said.append(line)
        if len(said) == at + 1:
            raise KeyboardInterrupt

    X = load_iris().data
    with pytest.raises(ComparisonInterrupted) as interrupt:
        compare_transformers([PCA()], X, n_components=(1, 2), random_state=0, progress=strike)
    left = interrupt.value.comparison
    assert Counter(record["fold"] for record in left.records) == folds
    whole = compare_transformers([PCA()], X, n_components=(1, 2), random_state=0)
    for record in left.records:
        other = whole.values("PCA", record["n_components"], "squared_error")[record["fold"]]
        assert record["squared_error"] == other


def test_ctrl_c_before_all_leaves_no_comparison():
    def strike(line):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as interrupt:
        compare_transformers([PCA()], load_iris().data, n_components=1, progress=strike)
    assert type(interrupt.value) is KeyboardInterrupt
