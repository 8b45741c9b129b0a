"""A comparison in texts, and as a notebook shows it."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from skautoencoder.comparison import LARGER_IS_BETTER, RAW, Comparison
from skautoencoder.comparison._table import label_of, table_of


def records(name, size, *, error=None, **measured):
    """One record a fold, from values of the folds."""
    n_folds = len(next(iter(measured.values()))) if measured else 3
    for fold in range(n_folds):
        head = {"transformer": name, "n_components": size, "fold": fold, "error": error}
        values = {measure: values[fold] for measure, values in measured.items()}
        yield head | dict.fromkeys(LARGER_IS_BETTER, np.nan) | values


def compared(*parts, task=None):
    return Comparison([one for part in parts for one in part], 2_000, 1_000, task)


def words(comparison):
    table = table_of(comparison)
    return {row.measure: [cell.text for cell in row.cells] for row in table.rows}


def one_value(measure, values, task=None):
    (cells,) = words(compared(records("PCA", 2, **{measure: values}), task=task)).values()
    return cells[0]


@pytest.mark.parametrize(
    ("measure", "values", "said"),
    [
        ("explained_variance", [1, 1 - 1e-7, 1 - 2e-7], "100 %"),
        ("explained_variance", [0.5, 0.52, 0.54], "52.0 ± 1.2 %"),
        ("code_share", [0.25] * 3, "25 %"),
        ("squared_error", [1235.0, 1237.0, 1239.0], "1,237 ± 1"),
        ("squared_error", [0.0, 0.0, 0.0], "0"),
        ("squared_error", [3.0, 3.0 + 1e-6, 3.0], "3.00"),
        ("squared_error", [2e-9, 2e-9, 2e-9], "2e-09"),
        ("squared_error", [3e9, 4e9, 5e9], "4e+09 ± 6e+08"),
        ("silhouette", [-0.001, 0.0, 0.001], "0.000000 ± 0.000577"),
        ("fit_seconds", [0.0012, 0.0012, 0.0012], "1.2 ms"),
        ("fit_seconds", [12.0, 14.0, 16.0], "14 ± 1 s"),
        ("peak_mib", [100.0, 100.0, 160.0], "120 ± 20 MiB"),
        ("adjusted_rand", [0.5], "0.500"),
    ],
)
def test_numbers_have_sense(measure, values, said):
    assert one_value(measure, values) == said


def test_scores_are_named_after_what_they_are():
    assert one_value("knn_score", [0.9] * 3, task="classification") == "90 %"
    assert one_value("knn_score", [0.9] * 3, task="regression") == "0.900"
    assert label_of("linear_score", "regression") == "R² of a linear model"
    assert label_of("knn_score", "classification") == "accuracy of 5 nearest neighbors"
    assert label_of("trustworthiness") == "trustworthiness"


def both(name="ours"):
    return compared(
        records("PCA", 2, squared_error=[3.0, 3.1, 3.2], trustworthiness=[0.9, 0.91, 0.92]),
        records("PCA", 4, squared_error=[1.0, 1.1, 1.2]),
        records(name, 2, squared_error=[2.0, 2.1, 2.2], trustworthiness=[0.8, 0.81, 0.82]),
        records(name, 4, error="ValueError: <b> & no more"),
        records(RAW, 64, linear_score=[0.8, 0.9, 1.0]),
        task="classification",
    )


def test_measures_are_rows_and_transformers_with_their_sizes_columns():
    table = table_of(both())
    assert table.columns == (
        ("PCA", "2"), ("PCA", "4"), ("ours", "2"), ("ours", "4"), (RAW, "64")
    )  # fmt: skip
    assert table.groups == {"PCA": ["2", "4"], "ours": ["2", "4"], RAW: ["64"]}
    assert [row.measure for row in table.rows] == both().measures
    error, kept, score = table.rows
    assert [cell.mark for cell in error.cells] == ["", "", "+", "", ""]
    assert kept.cells[2].mark == "\N{MINUS SIGN}"
    assert error.direction == "lower is better"
    assert error.cells[3].text == score.cells[0].text == ""
    assert score.cells[4].text == "90.0 ± 5.8 %"
    assert table.problems == ("ours, 4 components: ValueError: <b> & no more",)


def test_without_pca_verdicts_are_on_the_first():
    first, second = (records(name, 1, squared_error=[v, v, v]) for name, v in (("a", 1), ("b", 2)))
    found = compared(first, second)
    assert table_of(found).against == "a"
    assert [cell.verdict for cell in table_of(found).rows[0].cells][1] == "worse"
    assert "worse than a by more than" in found._repr_html_()
    with pytest.raises(ValueError, match="against='PCA' was not compared"):
        table_of(found, "PCA")


@pytest.mark.parametrize("name", ["ours", "<script>alert(1)</script>", "\"&'>", "$x$", "ÄÖ 鳥"])
def test_a_notebook_shows_any_name_as_it_is(name):
    page = both(name)._repr_html_()
    assert "<script" not in page
    style, body = page.split("</style>")
    assert "background: white" not in style  # a notebook may be dark
    tree = ET.fromstring(body)
    cells = ["".join(cell.itertext()) for cell in tree.iter("td")]
    assert cells[:3] == ["3.10 ± 0.06", "1.10 ± 0.06", "2.10 ± 0.06 +"]
    headings = ["".join(cell.itertext()) for cell in tree.iter("th")]
    assert name in headings
    assert {cell.get("scope") for cell in tree.iter("th")} == {"row", "col", "colgroup"}
    assert "".join(next(tree.iter("p")).itertext()) == both(name).summary()
    (problem,) = tree.iter("li")
    assert problem.text == f"{name}, 4 components: ValueError: <b> & no more"


def test_what_differs_by_rounding_is_not_told_apart():
    exact = records("PCA", 1, squared_error=[1.0, 2.0, 3.0])
    rounded = records("ours", 1, squared_error=[v * (1 - 1e-8) for v in (1.0, 2.0, 3.0)])
    found = compared(exact, rounded)
    assert found.verdict("ours", 1) == "no difference shown"
