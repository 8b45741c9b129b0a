"""What the README shows is what a user sees."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.testing import assert_allclose

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_the_first_example_prints_what_the_readme_says(capsys):
    code, output = re.search(r"```python\n(.*?)```\n\n```\n(.*?)```", README, re.DOTALL).groups()
    exec(code, {})
    printed = capsys.readouterr().out
    number = r"\d+\.\d+"  # the last digits are the machine's
    assert re.sub(number, "#", printed) == re.sub(number, "#", output)
    found, shown = (np.array(re.findall(number, text), float) for text in (printed, output))
    assert_allclose(found, shown, rtol=0.03)


def test_the_second_example_runs():
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec("from skautoencoder import AutoencoderTransformer\n" + blocks[1], {})
