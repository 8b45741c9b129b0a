"""What the README shows is what a user sees."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
GUIDE = (ROOT / "docs" / "objectives.md").read_text()
SAVING = (ROOT / "docs" / "saving.md").read_text()
ANOMALIES = (ROOT / "docs" / "anomalies.md").read_text()
pytestmark = pytest.mark.slow


def test_the_first_example_prints_what_the_readme_says(capsys):
    code, output = re.search(r"```python\n(.*?)```\n\n```\n(.*?)```", README, re.DOTALL).groups()
    exec(code, {})
    printed = capsys.readouterr().out
    number = r"\d+\.\d+"  # the last digits are the machine's
    assert re.sub(number, "#", printed) == re.sub(number, "#", output)
    found, shown = (np.array(re.findall(number, text), float) for text in (printed, output))
    assert_allclose(found, shown, rtol=0.03)


def test_the_other_examples_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where one saves a model
    import matplotlib
    from sklearn.datasets import load_iris

    import skautoencoder

    matplotlib.use("Agg")

    X, y = load_iris(return_X_y=True)
    names = {"AutoencoderTransformer": skautoencoder.AutoencoderTransformer, "X": X, "y": y}
    for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL)[1:]:
        exec(block, names)


def test_the_page_on_saving_runs(tmp_path, monkeypatch):
    pytest.importorskip("skl2onnx")
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in re.findall(r"```python\n(.*?)```", SAVING, re.DOTALL):
        exec(block, names)
    assert_allclose(names["codes"], names["pipeline"].transform(names["X"]), atol=1e-4)


def test_the_page_on_anomalies_runs(capsys):
    names = {}
    for block in re.findall(r"```python\n(.*?)```", ANOMALIES, re.DOTALL):
        exec(block, names)
    assert (names["p"] <= 0.05).mean() > 0.7
    assert names["false"] <= 0.1
    assert "contribution" in capsys.readouterr().out


def test_the_guides_examples_run():
    names = {}
    for block in re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL):
        exec(block, names)

    def repetition(transformer):
        correlation = np.corrcoef(transformer.transform(names["X"]).T)
        return np.sum((correlation - np.eye(8)) ** 2)

    assert repetition(names["autoencoder"]) < 0.5 * repetition(names["plain"])
