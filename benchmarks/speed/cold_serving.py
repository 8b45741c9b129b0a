"""How long a new process takes to answer for one row: a saved autoencoder beside a pickled PCA.

    python benchmarks/speed/cold_serving.py

Each process imports what it needs, opens the model from its file and transforms one row; JAX
and optax cannot be imported in it. Seconds from the process's start to its end, in turns: the
least and the median of each, and their ratios. "bare" is a process that imports NumPy alone.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import os
import pickle
import statistics
import subprocess
import tempfile
import time

import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.results import save
from skautoencoder import AutoencoderTransformer, persistence

ROOT = Path(__file__).parents[2]
BLOCKED = "import sys; sys.modules.update(jax=None, jaxlib=None, optax=None)\n"
OPEN_A_PICKLE = "import pickle; model = pickle.load(open({path!r}, 'rb'))\n"
PROGRAMS = {
    "bare": "import numpy as np; np.load({rows!r})",
    "PCA, pickle": OPEN_A_PICKLE + "import numpy as np; model.transform(np.load({rows!r}))",
    "ours, pickle": OPEN_A_PICKLE + "import numpy as np; model.transform(np.load({rows!r}))",
    "ours, load": "from skautoencoder import load; model = load({path!r})\n"
    "import numpy as np; model.transform(np.load({rows!r}))",
}
PCA_NAME = "PCA, pickle"


def main():
    parser = command_line(__doc__)
    parser.add_argument("--turns", type=int, default=25)
    args = parse(parser, smoke={"turns": 1})
    with tempfile.TemporaryDirectory() as folder:
        seconds = measured(args.turns, files(Path(folder)))
    found = {}
    for name, values in seconds.items():
        found[name] = {
            "seconds, least": min(values),
            "seconds, median": statistics.median(values),
            "over PCA, least": min(values) / min(seconds[PCA_NAME]),
            "over PCA, median of turns": statistics.median(
                ours / pca for ours, pca in zip(values, seconds[PCA_NAME], strict=True)
            ),
        }
        print(f"{name:14s}", "  ".join(f"{key} {value:.3f}" for key, value in found[name].items()))
    save("cold_serving", found, args.results)


def files(folder):
    """The file of each model, and one of a row."""
    X, _ = load_digits(return_X_y=True)
    ours = AutoencoderTransformer(8, max_iter=10, random_state=0).fit(X)
    paths = {name: str(folder / f"{number}.model") for number, name in enumerate(PROGRAMS)}
    paths["rows"] = str(folder / "rows.npy")
    Path(paths[PCA_NAME]).write_bytes(pickle.dumps(PCA(8).fit(X)))
    Path(paths["ours, pickle"]).write_bytes(pickle.dumps(ours))
    persistence.save(ours, paths["ours, load"])
    np.save(paths["rows"], X[:1])
    return paths


def measured(n_turns, paths):
    """Seconds of each process, of each turn; one turn before them warms the disk's cache."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    seconds: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for turn in range(n_turns + 1):
        for name, program in PROGRAMS.items():
            code = BLOCKED + program.format(path=paths[name], rows=paths["rows"])
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, env=environment)
            if turn:
                seconds[name].append(time.perf_counter() - start)
    return seconds


if __name__ == "__main__":
    main()
