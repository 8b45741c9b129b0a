"""Garbage collection is paused, and never left off."""

import gc

import numpy as np
import pytest

from skautoencoder import AutoencoderTransformer
from skautoencoder._garbage import without_collection


@pytest.fixture
def collections():
    """The generations that were collected, in turn."""
    found = []

    def note(phase, info):
        if phase == "stop":
            found.append(info["generation"])

    gc.callbacks.append(note)
    yield found
    gc.callbacks.remove(note)


def make_garbage():
    return [[[]] for _ in range(5 * gc.get_threshold()[0])]


def test_nothing_is_collected_inside_the_block_and_again_after_it(collections):
    with without_collection():
        make_garbage()
        assert not collections
    make_garbage()
    assert collections


def test_an_error_turns_it_on_again():
    with pytest.raises(KeyError), without_collection():
        raise KeyError
    assert gc.isenabled()


def test_who_turned_it_off_finds_it_off():
    gc.disable()
    try:
        with without_collection():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_block_within_a_block_leaves_it_off():
    with without_collection():
        with without_collection():
            pass
        assert not gc.isenabled()


def test_a_fit_leaves_it_on():
    X = np.random.RandomState(0).standard_normal((20, 4))
    AutoencoderTransformer(2, hidden_layer_sizes=(3,), max_iter=2).fit(X)
    assert gc.isenabled()
