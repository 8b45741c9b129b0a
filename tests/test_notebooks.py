"""What a fresh Jupyter shows: bars of progress, comparisons, searches, warnings."""

from __future__ import annotations

import re

import numpy as np
import pytest
from sklearn.decomposition import PCA

import skautoencoder
from skautoencoder import AutoencoderSearchCV
from tests.conftest import curved, quick

NO_ESTIMATORS = ("Comparison", "cache_programs", "compare_transformers", "load", "save")

PROGRAM = """
import numpy as np
from sklearn.callback import ProgressBar
from skautoencoder import AutoencoderTransformer
X = np.random.RandomState(0).standard_normal((100, 5))
ours = AutoencoderTransformer(2, hidden_layer_sizes=(8,), max_iter=3, random_state=0)
ours.set_callbacks(ProgressBar()).fit(X)
"""


@pytest.mark.slow
def test_a_progress_bar_is_a_widget():
    client, form = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    notebook = form.v4.new_notebook(cells=[form.v4.new_code_cell(PROGRAM)])
    client.NotebookClient(notebook, timeout=240).execute()
    shown = str(notebook.cells[0].outputs)
    assert "application/vnd.jupyter.widget-view+json" in shown
    assert "Warning" not in shown
    bar = str(notebook.metadata["widgets"])
    assert "AutoencoderTransformer - fit" in bar
    assert "100%" in bar


def search(values, **settings):
    grid = {"learning_rate": values}
    return AutoencoderSearchCV(quick(), grid, cv=2, **settings)


def rows_of(page):
    (body,) = re.findall(r"<tbody>(.*?)</tbody>", page.split("sk-global")[0], re.DOTALL)
    return [re.findall(r"<td>(.*?)</td>", row) for row in body.split("</tr>")[:-1]]


def test_a_search_shows_its_best_candidates():
    ours = search([1e-4, 1e-2])
    before = ours._repr_html_()
    assert "skautoencoder-search" not in before
    page = ours.fit(curved(60))._repr_html_()
    assert "best_estimator_: AutoencoderTransformer" in page  # scikit-learn's diagram
    assert "2 candidates, by the mean over 2 folds" in page
    first, second = rows_of(page)
    assert first[0] == "1"
    assert first[1].startswith(f"{ours.best_score_:.4g} ± ")
    assert first[2:] == ["5", f"<code>learning_rate={ours.best_params_['learning_rate']}</code>"]
    assert second[0] == "2"
    assert "2 candidates" in ours._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize("name", [n for n in skautoencoder.__all__ if n not in NO_ESTIMATORS])
def test_an_estimator_is_shown_before_it_is_fitted(name):
    kind = getattr(skautoencoder, name)
    unfitted = kind(quick(), {}) if name == "AutoencoderSearchCV" else kind()
    assert "fit" in dir(unfitted)
    assert "<div" in unfitted._repr_html_()


class Hostile(PCA):
    def __repr__(self):
        return "<script>alert(1)</script>"


def test_names_in_a_search_are_escaped():
    grid = {"learning_rate": [1e-2], "random_state": [np.random.RandomState(0)]}
    ours = AutoencoderSearchCV(quick(), grid, cv=2).fit(curved(60))
    ours.cv_results_["params"][0]["random_state"] = Hostile()
    assert "&lt;script&gt;" in rows_of(ours._repr_html_())[0][3]


@pytest.mark.slow
def test_of_many_candidates_or_metrics_some_are_shown():
    ours = search([10.0**-k for k in range(2, 8)], scoring=["r2", "max_error"], refit=False)
    ours.set_params(scoring={"a": _score, "b": _score}).fit(curved(60))
    assert "skautoencoder-search" not in ours._repr_html_()
    page = ours.set_params(refit="b").fit(curved(60))._repr_html_()
    assert "the best 5 of 6 candidates" in page
    assert '<th scope="col">b</th>' in page
    assert len(rows_of(page)) == 5


def _score(estimator, X, y=None):
    return estimator.score(X)
