"""Chunks of rows on all cores, and how many threads BLAS has afterwards."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse
from threadpoolctl import threadpool_info, threadpool_limits

from skautoencoder import AutoencoderTransformer
from skautoencoder._data._chunks import by_chunks, by_parallel_chunks, chunk_size


@pytest.mark.parametrize("n_rows", [1, 7, 160, 161, 1000])
@pytest.mark.parametrize("wrap", [np.asarray, sparse.csr_matrix])
def test_every_row_is_worked_on_once_in_its_place(n_rows, wrap):
    X = np.random.RandomState(0).standard_normal((n_rows, 3))
    for together in (by_chunks, by_parallel_chunks):
        found = together(lambda rows: 2 * rows, wrap(X), 10, np.float64, 3)
        assert_array_equal(found, 2 * X)
        totals = together(lambda rows: rows.sum(axis=1), wrap(X), 10, np.float64)
        assert_array_equal(totals, X.sum(axis=1))


def test_many_chunks_run_on_the_threads_blas_may_use_and_few_on_none():
    def threads_of(n_rows):
        names = set()

        def work(rows):
            names.add(threading.current_thread().name)
            return rows

        by_parallel_chunks(work, np.zeros((n_rows, 2)), 10, np.float64, 2)
        return names

    here = threading.current_thread().name
    assert threads_of(100) == {here}
    assert here not in threads_of(1000)
    with threadpool_limits(1, user_api="blas"):
        assert len(threads_of(1000)) == 1


def test_blas_has_as_many_threads_afterwards_as_before_even_after_an_error():
    def fail(rows):
        raise ArithmeticError("no")

    before = [pool["num_threads"] for pool in threadpool_info()]
    with pytest.raises(ArithmeticError, match="no"):
        by_parallel_chunks(fail, np.zeros((1000, 2)), 10, np.float64, 2)
    assert [pool["num_threads"] for pool in threadpool_info()] == before


def test_chunks_are_multiples_of_64_rows_whatever_the_width():
    for widest in (1, 3, 784, 1000, 10**7):
        assert chunk_size(widest) % 64 == 0
        assert chunk_size(widest) >= 64


def test_codes_of_many_rows_are_those_of_few():
    X = np.random.RandomState(0).standard_normal((50_000, 30)).astype(np.float32)
    ours = AutoencoderTransformer(
        2, hidden_layer_sizes=(150,), max_iter=1, early_stopping=False, random_state=0
    ).fit(X[:500])
    assert 16 * chunk_size(ours._network.widest) < 50_000
    codes = ours.transform(X)
    few = np.concatenate([ours.transform(part) for part in np.array_split(X, 100)])
    np.testing.assert_allclose(codes, few, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        ours.inverse_transform(codes)[::1000], ours.inverse_transform(codes[::1000]),
        rtol=1e-4, atol=1e-5,
    )  # fmt: skip
