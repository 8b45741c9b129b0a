"""Every block of Python in the README and the guides runs as it is written, alone."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib import pyplot as plt
from numpy.testing import assert_allclose

ROOT = Path(__file__).parents[1]
# A block of Python, and what it prints where a block of text follows
BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.DOTALL | re.MULTILINE)
NUMBER = r"\d+\.\d+"


def pages():
    """The README and the guides, not what was made of them."""
    built = {"_build", "gallery", "generated"}
    written = [p for p in (ROOT / "docs").rglob("*.md") if not built & set(p.parts)]
    return [ROOT / "README.md", *sorted(written)]


def blocks():
    """Each block with the place that it stands at as its id."""
    for page in pages():
        text = page.read_text("utf-8")
        for found in BLOCK.finditer(text):
            line = text.count("\n", 0, found.start()) + 2
            place = f"{page.relative_to(ROOT).as_posix()}:{line}"
            yield pytest.param(*found.groups(), "\n" * (line - 1), page, id=place)


@pytest.mark.slow
@pytest.mark.parametrize(("code", "output", "lines_before", "page"), blocks())
def test_a_block_runs_alone(code, output, lines_before, page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    plt.switch_backend("Agg")
    # dataclasses and pickles look a class's module up by its name
    exec(compile(lines_before + code, page, "exec"), {"__name__": "__main__"})
    plt.close("all")
    if output is None:
        return
    printed = capsys.readouterr().out
    assert re.sub(NUMBER, "#", printed).split() == re.sub(NUMBER, "#", output).split()
    found, shown = (np.array(re.findall(NUMBER, text), float) for text in (printed, output))
    assert_allclose(found, shown, rtol=0.05, atol=0.02)  # the last digits are the machine's


def test_blocks_are_found():
    assert len(list(blocks())) >= 5  # those of the README, where there are no guides


def test_the_readme_is_read_in_five_minutes():
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    assert len(lines) <= 100
    assert max(map(len, lines)) <= 120
