"""What cannot be exported is said in one clear error."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from skautoencoder import AutoencoderImputer, AutoencoderTransformer, TableAutoencoderTransformer
from skautoencoder._networks import DenseNetwork
from skautoencoder.onnx import to_onnx
from tests.onnx.helpers import untrained


@pytest.fixture(scope="module")
def estimator():
    return untrained(DenseNetwork(4, 2, (3,), "gelu", False), np.random.default_rng(0))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"dtype": np.float16}, r"dtype must be numpy.float32 or numpy.float64. Got .*float16"),
        ({"dtype": "words"}, r"dtype must be .* Got 'words'"),
        ({"dtype": None}, r"dtype must be .* Got None"),
        ({"outputs": ["codes"]}, r"outputs must name some of \['code', .* Got \['codes'\]"),
        ({"outputs": []}, r"outputs must name some of"),
        ({"outputs": ["code"], "inverse": True}, r"some of \['reconstruction'\]"),
        ({"gaps": "auto"}, r"gaps must be True, False or None. Got 'auto'"),
        ({"target_opset": 17}, r"target_opset must be an integer from 18 to \d+.* Got 17"),
        ({"target_opset": 1000}, r"target_opset must be"),
        ({"target_opset": "18"}, r"target_opset must be .* Got '18'"),
    ],
)
def test_parameters_out_of_range(estimator, settings, message):
    with pytest.raises(ValueError, match=message):
        to_onnx(estimator, **settings)


@pytest.mark.parametrize("unfitted", [AutoencoderTransformer(), AutoencoderImputer()])
def test_what_is_not_fitted(unfitted):
    with pytest.raises(NotFittedError, match=type(unfitted).__name__):
        to_onnx(unfitted)


def test_other_estimators_are_told_what_to_do_instead(estimator):
    X = np.random.default_rng(0).uniform(size=(8, 4))
    table = TableAutoencoderTransformer()
    table.autoencoder_, table.n_features_in_ = estimator, 4
    imputer = AutoencoderImputer(n_networks=0, n_neighbors=0).fit(X)
    for other, message in (
        (PCA(2).fit(X), r"PCA cannot be exported. Known are AutoencoderTransformer"),
        (make_pipeline(PCA(2)).fit(X), r"Pipeline has steps .*register_converters\(\)"),
        (table, r"TableAutoencoderTransformer reads words .*to_onnx\(table.autoencoder_\)"),
    ):
        for inverse in (False, True):
            with pytest.raises(TypeError, match=message):
                to_onnx(other, inverse=inverse)
    with pytest.raises(TypeError, match="AutoencoderImputer has no codes"):
        to_onnx(imputer, inverse=True)


@pytest.mark.parametrize("name", ["onnx", pytest.param("skl2onnx", marks=pytest.mark.slow)])
def test_without_the_extra_it_is_said_how_to_install_it(name):
    program = f"""
import sys
sys.modules[{name!r}] = None
try:
    from skautoencoder.onnx import register_converters
    register_converters()
except ImportError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert f"needs {name}: pip install 'skautoencoder[onnx]'." in done.stdout
