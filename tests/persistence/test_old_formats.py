"""Files of every format that was ever written are opened, and answer as they did.

Those of a new format are written once, and kept: ``python -m tests.persistence.test_old_formats``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skautoencoder import (
    AutoencoderDetector,
    AutoencoderImputer,
    AutoencoderSearchCV,
    RBMTransformer,
    load,
    save,
)
from skautoencoder.losses import MixedLoss
from skautoencoder.objectives import Variational
from skautoencoder.persistence._file import FORMAT
from tests.conftest import quick, quick_convolutional
from tests.persistence.models import FRAME, GAPS, X, table, with_gaps

DATA = Path(__file__).parents[1] / "data"
ROWS = {"gaps": GAPS, "imputer": GAPS, "table": FRAME}
FILES = sorted(DATA.glob("format_*/*.safetensors"))


def small(**settings):
    return quick(**({"hidden_layer_sizes": (4,), "max_iter": 3} | settings))


def written():
    """An estimator of each kind."""
    return {
        "plain": small().fit(X),
        "tied_variational": small(tied_weights=True, objective=Variational()).fit(X),
        "mixed": small(loss=MixedLoss(binary=(1, 2)), whiten=True).fit(X),
        "gaps": small().fit(GAPS),
        "chunks": small().partial_fit(X).partial_fit(X),
        "images": quick_convolutional(channels=(2,)).fit(X),
        "machine": RBMTransformer(2, n_iter=2, random_state=0).fit(X),
        "imputer": AutoencoderImputer(
            n_networks=1, hidden_layer_sizes=(4,), max_iter=1, random_state=0
        ).fit(with_gaps(300)),
        "detector": AutoencoderDetector(small(), contamination=0.1, random_state=0).fit(X[:20]),
        "table": table(objective=Variational()).fit(FRAME),
        "search": AutoencoderSearchCV(small(), {"n_components": [1, 2]}, cv=2).fit(X),
        "pipeline": make_pipeline(StandardScaler(), small(), LogisticRegression()).fit(
            X, X[:, 0] > 0.5
        ),
    }


def said(estimator, name):
    """What an estimator makes of rows, as numbers."""
    methods = ("transform", "predict_proba", "score_samples")
    method = next(getattr(estimator, one) for one in methods if hasattr(estimator, one))
    return np.asarray(method(ROWS.get(name, X)), float)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.InconsistentVersionWarning")
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_file_of_an_older_version_answers_as_it_did(path):
    expected = np.load(path.with_suffix(".npy"))
    assert_allclose(said(load(path), path.stem), expected, rtol=1e-4, atol=1e-5)


def test_there_are_files_of_every_format():
    assert {path.parent.name for path in FILES} == {f"format_{i + 1}" for i in range(FORMAT)}
    assert {path.stem for path in FILES if path.parent.name == "format_1"} >= {
        "plain", "gaps", "chunks", "images", "machine", "imputer", "table", "search", "pipeline",
        "detector",
    }  # fmt: skip


if __name__ == "__main__":
    folder = DATA / f"format_{FORMAT}"
    folder.mkdir(parents=True)  # what is there stays for ever
    for name, estimator in written().items():
        save(estimator, folder / f"{name}.safetensors")
        np.save(folder / f"{name}.npy", said(estimator, name))
