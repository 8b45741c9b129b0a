"""compare_transformers: its measures by hand, its verdicts, and what goes wrong in it."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.datasets import load_digits, load_iris, make_s_curve
from sklearn.decomposition import NMF, PCA, FastICA, KernelPCA
from sklearn.manifold import Isomap
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skautoencoder import compare_transformers
from skautoencoder._measures import peak_memory
from skautoencoder.comparison import LARGER_IS_BETTER, RAW, Comparison
from tests.conftest import quick

DIGITS = load_digits().data[:300] / 16, load_digits().target[:300]


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


def test_pipelines_and_open_seeds():
    pipeline = make_pipeline(StandardScaler(), FastICA())
    X, y = load_iris(return_X_y=True)
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


@pytest.mark.parametrize(
    ("transformers", "X", "y", "message"),
    [
        ([PCA(), PCA(2)], *DIGITS, "transformers of one class need names"),
        ({"same": Passing()}, *DIGITS, "transformers['same'] has no n_components"),
        ([PCA()], DIGITS[0] * np.nan, None, "X contains NaN"),
        ([PCA()], DIGITS[0], DIGITS[1][:5], "inconsistent numbers of samples"),
        ([PCA()], DIGITS[0], np.full(300, np.nan), "NaN"),
    ],
)
def test_bad_input(transformers, X, y, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        compare_transformers(transformers, X, y)


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
