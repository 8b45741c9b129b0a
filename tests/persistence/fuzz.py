"""Open so many mutated files, and see that each is opened or refused in one line.

    python tests/persistence/fuzz.py 10000

Half of them are damaged at random, half have a wrong JSON or wrong arrays with a sum that fits. A
process opens them; none may crash it, take longer than some seconds, or take more memory than
twice the file beside a little that reading any takes.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
import tracemalloc
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from skautoencoder import load, save
from tests.persistence.forged import damaged, lying
from tests.persistence.models import FITS, fitted

#: Files of many kinds of values, small ones.
NAMES = [
    "plain", "gaps", "images", "machine", "imputer", "table that draws", "pipeline", "search",
    "detector", "detector, told of bad rows",
]  # fmt: skip
#: Beside twice the file, what Python itself needs to read any.
_ALLOWANCE = 2**20
_SECONDS = 5.0


def opened(path, content):
    """The estimator that a file holds, or the error in one line; within bounds."""
    path.write_bytes(content)
    before = time.perf_counter()
    tracemalloc.start()
    try:
        return load(path)
    except ValueError as error:
        return error
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak <= 2 * len(content) + _ALLOWANCE, (peak, len(content))
        assert time.perf_counter() - before < _SECONDS


def run(n_files, seed, folder, names=NAMES):
    """How many of so many files were opened, and how many refused."""
    chance = random.Random(seed)
    path = Path(folder) / "x.safetensors"
    contents = []
    for name in names:
        save(fitted(name)[0], path)
        contents.append(path.read_bytes())
        load(path)  # what is imported once takes memory once
    counts = {"opened": 0, "refused": 0}
    for number in range(n_files):
        mutate = (damaged, lying)[number % 2]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = opened(path, mutate(chance.choice(contents), chance))
        assert not isinstance(found, Exception) or len(str(found).splitlines()) == 1, found
        counts["refused" if isinstance(found, Exception) else "opened"] += 1
    return counts


if __name__ == "__main__":
    assert set(NAMES) <= set(FITS)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        n_files = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
        counts = run(n_files, 0, folder)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{n_files} files: {counts}; {time.perf_counter() - start:.0f} s, peak {peak:.0f} MiB"
        )
