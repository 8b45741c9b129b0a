"""Two real processes that learn together, each from a part of a folder of Parquet files."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skautoencoder import AutoencoderTransformer
from skautoencoder._data._blocks import Block, PartOfBlock, in_step, rows_of_steps
from tests.training import on_two_processes as cases

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.filterwarnings("ignore:X does not have valid feature names")


def free_port():
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return some.getsockname()[1]


def write(case, folder):
    folder.mkdir()
    for number, part in enumerate(np.array_split(cases.rows(case), 5)):
        frame = pd.DataFrame(part, columns=[f"c{i}" for i in range(part.shape[1])])
        frame.to_parquet(folder / f"{number}.parquet", row_group_size=120)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What each of the two processes found."""
    folder, port = tmp_path_factory.mktemp("two"), str(free_port())
    write("in memory", folder / "rows")
    write("with gaps", folder / "gaps")
    outs = [folder / f"{number}.npz" for number in range(2)]
    command = [sys.executable, "-m", cases.__name__]
    running = [
        subprocess.Popen([*command, str(number), port, folder, out], cwd=ROOT)
        for number, out in enumerate(outs)
    ]
    try:
        assert [process.wait(timeout=400) for process in running] == [0, 0]
    finally:
        for process in running:
            process.kill()
    return [dict(np.load(out)) for out in outs]


@pytest.mark.slow
def test_both_processes_have_one_result(found):
    first, second = found
    assert first.keys() == second.keys()
    for name, value in first.items():
        assert_array_equal(value, second[name], err_msg=name)
    assert all(first[f"{case}, number"] == cases.N_ROWS for case in cases.CASES)


@pytest.mark.slow
def test_rows_in_memory_give_the_result_of_one_process(found):
    X = cases.rows("in memory")
    alone = AutoencoderTransformer(**cases.SETTINGS | cases.CASES["in memory"]).fit(X)
    for case in ("in memory", "array"):
        assert_allclose(found[0][f"{case}, codes"], alone.transform(X), rtol=1e-4, atol=1e-5)
        losses = alone.loss_curve_ + alone.validation_loss_curve_
        assert_allclose(found[0][f"{case}, losses"], losses, rtol=1e-5)
        assert found[0][f"{case}, score"] == pytest.approx(alone.score(X), rel=1e-5)


@pytest.mark.slow
def test_pca_is_that_of_all_rows(found):
    X = cases.rows("at PCA")
    alone = AutoencoderTransformer(**cases.SETTINGS | cases.CASES["at PCA"]).fit(X)
    assert_allclose(found[0]["at PCA, mean"], alone.mean_, rtol=1e-12)
    assert_allclose(found[0]["at PCA, codes"], alone.transform(X), rtol=1e-4, atol=1e-5)
    assert found[0]["at PCA, score"] == pytest.approx(alone.score(X), rel=1e-5)


@pytest.mark.slow
def test_parts_that_are_read_in_passes_are_learnt_as_well(found):
    X, gaps = cases.rows("in passes"), cases.rows("with gaps")
    alone = AutoencoderTransformer(**cases.SETTINGS).fit(X)
    assert 1 - found[0]["in passes, score"] < 1.2 * (1 - alone.score(X))
    alone = AutoencoderTransformer(**cases.SETTINGS | cases.CASES["with gaps"]).fit(gaps)
    assert found[0]["with gaps, score"] == pytest.approx(alone.score(gaps), abs=0.05)
    assert "can be read in 1 pieces, and there are 2 processes" in str(found[0]["one piece"])


@pytest.mark.parametrize("counts", [[10, 4], [4, 10], [7, 7], [1, 23]])
def test_a_process_that_has_read_its_rows_waits_with_empty_batches(counts):
    size, most_steps, n_steps = 2, 3, -(-max(counts) // 2)
    brought = np.zeros(n_steps, int)
    for count in counts:
        weight = np.zeros((-(-count // 6) * 3, size), np.float32)
        weight.ravel()[:count] = 1
        parts = weight.reshape(-1, most_steps, size)
        blocks = (Block(np.zeros((3, 2, 1)), part, -(-int(part.sum()) // 2)) for part in parts)
        found = list(in_step(blocks, counts, size))
        assert all(type(block) is PartOfBlock for block in found)
        assert sum(block.n_steps for block in found) == n_steps
        steps = np.concatenate([block.weight[: block.n_steps] for block in found])
        brought += steps.sum(axis=1).astype(int)
    assert_array_equal(rows_of_steps(0, n_steps, counts, size), brought)
    assert brought.sum() == sum(counts)
