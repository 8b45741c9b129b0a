"""One of two processes that share a mesh and read a folder of Parquet files, a part each.

    python -m tests.training.on_two_processes NUMBER PORT FOLDER OUT

What it finds is written to ``OUT``, by case and name.
"""

from __future__ import annotations

import sys

import jax
import numpy as np

from skautoencoder import AutoencoderTransformer
from skautoencoder._streams import _merged, _survey
from skautoencoder._training._mesh import within
from skautoencoder.sources import from_batches, from_parquet
from tests.conftest import curved

SETTINGS = {"n_components": 2, "hidden_layer_sizes": (16,), "max_iter": 4, "random_state": 0}
CASES = {
    "in memory": {"init": "glorot"},
    "array": {"init": "glorot"},
    "at PCA": {"max_iter": 1, "learning_rate": 1e-12, "early_stopping": False},
    "in passes": {},
    "with gaps": {"max_iter": 1},
}
N_ROWS = 1500


def rows(case):
    """All rows, in their order."""
    X = curved(N_ROWS)
    if case == "with gaps":
        X[np.random.default_rng(0).uniform(size=X.shape) < 0.1] = np.nan
    return X


def source(case, folder):
    """What a case is fitted to."""
    if case == "array":
        return rows(case)
    return from_parquet(f"{folder}/{'gaps' if case == 'with gaps' else 'rows'}")


def fitted(case, folder):
    """The estimator of a case."""
    in_passes = case not in ("in memory", "array")
    _survey.IN_MEMORY_VALUES = _merged.IN_MEMORY_VALUES = 0 if in_passes else 8_388_608
    return AutoencoderTransformer(**SETTINGS | CASES[case]).fit(source(case, folder))


def main(number, port, folder, out):
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    jax.distributed.initialize(f"127.0.0.1:{port}", 2, int(number))
    mesh = jax.sharding.Mesh(np.array(jax.devices()), ("rows",))
    found = {}
    with within(mesh):
        for case in CASES:
            ours = fitted(case, folder)
            found[f"{case}, losses"] = ours.loss_curve_ + ours.validation_loss_curve_
            found[f"{case}, mean"] = ours.mean_
            found[f"{case}, score"] = ours.score(source(case, folder))
            found[f"{case}, codes"] = ours.transform(rows("in memory"))
            found[f"{case}, number"] = ours.n_samples_
        try:
            ours.fit(from_batches([curved(100)]))
        except ValueError as error:
            found["one piece"] = str(error)
    np.savez(out, **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
