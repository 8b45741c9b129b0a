"""Python's search for garbage, paused where much is made that stays."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """Inside the block no garbage is searched for, in any thread.

    Importing JAX and compiling make hundreds of thousands of objects that stay. Every few thousand
    of them Python looks through all objects there are, scikit-learn's and pandas' too, for nothing.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
