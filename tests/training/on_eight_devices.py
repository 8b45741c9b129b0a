"""Fits on one device and over meshes of eight, compared; run by test_mesh.py, which forces eight.

    python -m tests.training.on_eight_devices CASE...

prints, as JSON, what each case found.
"""

from __future__ import annotations

import json
import sys
import tempfile
import warnings
from functools import cache, partial

import jax
import numpy as np
import optax
from jax.sharding import AxisType, Mesh
from sklearn.base import clone

from skautoencoder import AutoencoderImputer, AutoencoderSearchCV, RBMTransformer
from skautoencoder._training import _mesh
from skautoencoder._training._execution import Alone, beside
from skautoencoder.callbacks import Checkpoint
from skautoencoder.objectives import Contractive, Denoising
from tests.conftest import curved, quick, quick_convolutional
from tests.test_callbacks import stopped, with_gaps


@cache
def meshes():
    """Meshes of all devices and of three; there are eight only where this file is run."""
    eight = np.array(jax.devices())
    return {
        "automatic": Mesh(eight, ("data",), axis_types=(AxisType.Auto,)),
        # explicit is what jax.make_mesh gives by default, by now
        "explicit, two axes": Mesh(
            eight.reshape(2, 4), ("a", "b"), axis_types=(AxisType.Explicit,) * 2
        ),
        "three": Mesh(eight[:3], ("data",)),
    }


X = curved(300)
X = (X - X.min(0)) / np.ptp(X, axis=0)
WEIGHT = np.random.default_rng(0).uniform(0.2, 3, len(X))


def trained(**settings):
    """One that trains to the end, from a random start.

    Beside PCA gradients may be errors of rounding, of which Adam makes steps.
    """
    return quick(**({"init": "glorot", "early_stopping": False} | settings))


FITS = {
    "dense": (trained(), X),
    "from PCA": (trained(init="pca", optimizer="sgd", learning_rate=0.1), X),
    "held out": (trained(early_stopping=True, validation_fraction=0.2), X),
    "folds": (trained(early_stopping=True), X[:60]),
    "tied": (trained(tied_weights=True), X),
    "denoising": (trained(objective=Denoising(0.1, masking=0.1)), X),
    "variational": (trained(objective="variational"), X),
    "contractive": (trained(objective=Contractive(n_directions=2)), X),
    "sparse": (trained(objective="sparse"), X),
    "gaps": (trained(), with_gaps(X)),
    "convolutional": (quick_convolutional(init="glorot", early_stopping=False), X),
    "wide": (trained(), np.random.default_rng(0).random((24, 90))),
    "rbm start": (trained(init="rbm", activation="logistic", loss="cross_entropy"), X),
    "batches of 20": (trained(batch_size=20), X),
    "bfloat16": (trained(precision="bfloat16"), X),
    "own optimizer": (trained(optimizer=partial(optax.sgd, 1e-2)), X),
    "machine": (RBMTransformer(3, n_iter=2, random_state=0), X),
    "persistent machine": (RBMTransformer(3, n_iter=2, algorithm="pcd", random_state=0), X),
    "imputer": (AutoencoderImputer(random_state=0), with_gaps(X)[:100]),
}


def apart(one, other):
    """The largest difference, in units of the largest value."""
    one, other = np.asarray(one), np.asarray(other)
    return float(np.max(np.abs(one - other)) / (np.max(np.abs(one)) or 1))


def found_by(estimator, rows, **arguments):
    """Codes and losses of a fit."""
    ours = clone(estimator).fit(rows, **arguments)
    codes = ours.transform(rows)
    assert type(codes) is np.ndarray
    losses = [*getattr(ours, "loss_curve_", [0]), *getattr(ours, "validation_loss_curve_", [])]
    return codes, losses


class Counting:
    """How many blocks were spread while it is entered, and over how many devices, how."""

    def __enter__(self):
        self.shapes, self._put = set(), _mesh._put
        _mesh._put = self._noting
        return self

    def _noting(self, block, mesh):
        spread = self._put(block, mesh)
        pieces = spread.x.addressable_shards
        shape = {(len(pieces), piece.data.shape[1] * len(pieces)) for piece in pieces}
        self.shapes |= shape
        return spread

    def __exit__(self, *error):
        _mesh._put = self._put


def compared(estimator, rows, **arguments):
    """How far fits over each mesh are from one without; and whether that keeps its bits."""
    before, far, spread = found_by(estimator, rows, **arguments), {}, set()
    for name, mesh in list(meshes().items())[:2]:
        with _mesh.within(mesh), Counting() as count:
            after = found_by(estimator, rows, **arguments)
        spread |= count.shapes
        far[name] = max(map(apart, before, after))
    again = found_by(estimator, rows, **arguments)
    same = np.array_equal(before[0], again[0]) and before[1] == again[1]
    return {"apart": max(far.values()), "same without": same, "spread": sorted(spread)}


def weights():
    return compared(trained(), X, sample_weight=WEIGHT)


def three():
    """Batches that the mesh does not divide."""
    one = found_by(trained(), X)
    with _mesh.within(meshes()["three"]), Counting() as count:
        other = found_by(trained(), X)
    return {"apart": max(map(apart, one, other)), "spread": sorted(count.shapes)}


def chunks():
    """partial_fit in a mesh, without one, and in a mesh again."""

    def codes(*meshes):
        ours = trained()
        for mesh, rows in zip(meshes, np.array_split(X, 3), strict=True):
            with _mesh.within(mesh):
                ours.partial_fit(rows)
        return ours.transform(X)

    mesh = meshes()["automatic"]
    one = codes(None, None, None)
    return {"apart": max(apart(one, codes(mesh, mesh, mesh)), apart(one, codes(mesh, None, mesh)))}


def warm():
    """A warm start that goes on in a mesh."""

    def codes(*meshes):
        ours = trained(warm_start=True)
        for mesh in meshes:
            with _mesh.within(mesh):
                ours.fit(X)
        return ours.transform(X)

    mesh = meshes()["explicit, two axes"]
    return {"apart": apart(codes(None, None), codes(None, mesh))}


def checkpoint():
    """A fit that is stopped, and resumed from its checkpoint, both in a mesh."""
    with _mesh.within(meshes()["automatic"]), tempfile.TemporaryDirectory() as folder:
        whole = trained(max_iter=6).fit(X).transform(X)
        stopped(trained(max_iter=6), X, folder, after=3)
        resumed = trained(max_iter=6).set_callbacks(Checkpoint(folder)).fit(X).transform(X)
    return {"same bits": np.array_equal(whole, resumed)}


def search():
    """A search in turns, several at a time, batched; each finds what one without a mesh does."""
    grid = {"learning_rate": [1e-3, 1e-2], "n_components": [1, 2]}

    def scores(**settings):
        ours = AutoencoderSearchCV(trained(), grid, cv=2, **settings).fit(X)
        return ours.cv_results_["mean_test_score"]

    one, found = scores(batch=False), {}
    ways = {"in turns": {"batch": False}, "two": {"batch": False, "n_jobs": 2}}
    for name, way in (ways | {"batched": {"batch": True}}).items():
        with _mesh.within(meshes()["explicit, two axes"]), Counting() as count:
            found[name] = apart(one, scores(**way))
        assert count.shapes, "no fit was spread"
    return {"apart": max(found.values())}


def after_a_fit():
    """What JAX is asked for by a model that is fitted."""
    ours, machine = trained().fit(X), RBMTransformer(3, n_iter=1, random_state=0).fit(X)

    def answers():
        return [
            ours.feature_importances(X),
            machine.sample(4, n_gibbs_steps=3, random_state=0),
            np.array(machine.log_partition(10, 5, random_state=0)),
        ]

    one, far = answers(), []
    for mesh in list(meshes().values())[:2]:
        with _mesh.within(mesh):
            far += map(apart, one, answers())
    return {"apart": max(far)}


def donated():
    """Whether the weights of one block are gone when the next has begun."""
    kept = []

    class Keeping(Alone):
        def train_block(self, program, arguments):
            kept.append(arguments[0].params)
            return super().train_block(program, arguments)

    with _mesh.within(meshes()["automatic"]), beside(Keeping()):
        trained(max_iter=30).fit(X)  # of a dozen epochs a block
    later = [leaf for params in kept[1:] for leaf in jax.tree.leaves(params)]
    return {"gone": bool(later) and all(leaf.is_deleted() for leaf in later)}


CASES = {"weights": weights, "three": three, "chunks": chunks, "warm": warm}
CASES |= {"checkpoint": checkpoint, "search": search, "after a fit": after_a_fit}
CASES |= {"donated": donated}


if __name__ == "__main__":
    warnings.simplefilter("error")
    warnings.filterwarnings("ignore", "Training ended at max_iter")  # after five epochs
    results = {}
    for case in sys.argv[1:]:
        results[case] = CASES[case]() if case in CASES else compared(*FITS[case])
    print(json.dumps(results))
