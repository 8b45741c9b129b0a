"""The table of a comparison, at all widths of terminals."""

from __future__ import annotations

import re

import numpy as np
import pytest

from skautoencoder._cli._terminal import terminal_table
from skautoencoder.comparison import LARGER_IS_BETTER, RAW, Comparison

SHOWN = ("squared_error", "explained_variance", "trustworthiness", "fit_seconds")
SCORES = ("linear_score", "knn_score", "network_score")


def compared(names=("PCA", "AutoencoderTransformer"), sizes=(2, 16), large=1.0, task=None, **more):
    """A comparison of made numbers, in three folds."""
    measures = SHOWN + (SCORES if task else ())
    records = []
    for number, name in enumerate(names):
        for size in sizes:
            for fold in range(3):
                record = dict.fromkeys(LARGER_IS_BETTER, np.nan)
                record |= {m: large * (1 + 3 * number + size + 0.01 * fold) for m in measures}
                head = {"transformer": name, "n_components": size, "fold": fold, "error": None}
                records.append(head | record | more)
    if task:
        record = dict.fromkeys(LARGER_IS_BETTER, np.nan) | dict.fromkeys(SCORES, 0.5)
        head = {"transformer": RAW, "n_components": 64, "fold": 0, "error": None}
        records.append(head | record)
    return Comparison(records, n_train=200, n_test=100, task=task)


LONG = ("PCA", "ATransformerWhoseNameIsLongerThanAnyLineOughtToBe" * 2, "AnotherTransformer")


@pytest.mark.parametrize("width", [30, 40, 60, 80, 120, 200])
@pytest.mark.parametrize("task", [None, "classification", "regression"])
@pytest.mark.parametrize("large", [1.0, -1.2345678e150])
@pytest.mark.parametrize("names", [("PCA", "AutoencoderTransformer"), LONG])
def test_it_fits_and_says_all(names, large, task, width):
    comparison = compared(names, large=large, task=task)
    text = terminal_table(comparison, width)
    assert max(map(len, text.splitlines())) <= width
    columns = SHOWN + (SCORES if task else ())
    rows = [line for line in text.splitlines() if re.match(r" *(2|16) ", line)]
    n_cells = sum(len(re.findall(r"-?\d[\d.]*(?:e\+\d+)?%?[+-]?(?= |$)", row)) for row in rows)
    # Each row has its size before its cells, once or more
    assert n_cells >= (len(columns) + 1) * len(names) * 2


def test_a_wide_terminal_has_whole_words():
    lines = terminal_table(compared(task="classification"), 120).splitlines()
    assert lines[0].split() == [
        "components", "transformer", "error", "explained", "trustworthy", "linear", "kNN",
        "network", "fit", "s",
    ]  # fmt: skip
    assert lines[3].split()[:2] == ["2", "AutoencoderTransformer"]


def test_80_columns_have_short_ones():
    lines = terminal_table(compared(task="regression"), 80).splitlines()
    assert lines[0].split()[:4] == ["size", "transformer", "error", "expl."]
    assert lines[3].split()[:2] == ["2", "Autoencoder"]
    assert lines[6].split()[:3] == ["64", "raw", "features"]


def test_what_is_wider_still_is_a_table_for_each_transformer():
    lines = terminal_table(compared(large=-1e150), 60).splitlines()
    assert lines[0] == "PCA"
    assert lines[1].split()[:2] == ["size", "error"]
    assert "AutoencoderTransformer" in lines


def test_names_cut_short_are_still_told_apart():
    names = ("PCA", "LongNameOfOneTransformer", "LongNameOfTwoTransformer")
    for width in (60, 80, 100):
        text = terminal_table(compared(names), width)
        found = {line.split()[1] for line in text.splitlines() if re.match(r" *2 ", line)}
        assert len(found) == 3 or all(name in text for name in names)


def test_columns_and_marks_stand_below_each_other():
    lines = terminal_table(compared(task="classification"), 80).splitlines()[:7]
    ends = [match.end() for match in re.finditer("-+", lines[1])]
    for line in lines[2:6]:
        assert all(line.ljust(ends[-1])[end - 2 : end].strip() for end in ends[2:])


def test_notes_name_the_columns_as_they_are_headed():
    for width, trust in [(80, "trust: 1 where"), (120, "trustworthy: 1 where")]:
        notes = " ".join(terminal_table(compared(task="regression"), width).split())
        assert trust in notes
        assert "R^2 of models on the codes (the target taken for regression)" in notes


def test_the_verdict_is_the_end_and_can_be_left_out():
    comparison = compared()
    verdict = " ".join(terminal_table(comparison, 50).split())
    assert verdict.endswith(comparison.summary())
    assert "Fitting takes" not in terminal_table(comparison, 80, summary=False)


def test_why_numbers_are_missing_is_told():
    text = terminal_table(compared(error="knn_score: ValueError: " + "so " * 40), 80)
    assert "PCA, 2 components: knn_score: ValueError: so so" in text
    assert max(map(len, text.splitlines())) <= 80
