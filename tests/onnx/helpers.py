"""Sessions of onnxruntime, and autoencoders that were never trained."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose
from onnxruntime import InferenceSession, SessionOptions

from skautoencoder import AutoencoderTransformer, ConvolutionalAutoencoderTransformer
from skautoencoder._estimators._fitted import each_array
from skautoencoder._networks import ConvolutionalNetwork
from skautoencoder._training._start import CodeScale
from skautoencoder.losses import LOSSES
from skautoencoder.objectives import OBJECTIVES


def run(model, **inputs):
    """The outputs of a model by name."""
    options = SessionOptions()
    options.intra_op_num_threads = 1
    session = InferenceSession(model.SerializeToString(), options)
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs), strict=True))


def untrained(network, rng, *, loss="squared_error", objective="reconstruction", linear=True):
    """An autoencoder as if fitted to rows in [0, 1], whose weights are all drawn at random."""
    n, k = network.n_features, network.n_components
    path = tuple(rng.standard_normal(shape).astype(np.float32) / 2 for shape in ((n, k), (k, n)))
    params = network.with_random_weights(rng, network.init(rng, path if linear else None))
    params = moved(params, rng)  # biases are zero at the start
    convolutional = isinstance(network, ConvolutionalNetwork)
    kind = ConvolutionalAutoencoderTransformer if convolutional else AutoencoderTransformer
    estimator = kind(k, loss=loss, objective=objective)
    estimator.encoder_, estimator.decoder_ = params
    estimator.n_features_in_, estimator.n_components_ = n, k
    estimator.mean_, estimator.scale_ = rng.uniform(0.2, 0.8, n), rng.uniform(0.1, 0.5)
    estimator._network, estimator._filling = network, None
    estimator._loss = LOSSES[loss] if isinstance(loss, str) else loss
    estimator._objective = OBJECTIVES[objective]() if isinstance(objective, str) else objective
    estimator._highest = np.ones(n) if estimator._loss.bounded_by_range else None
    factor = rng.uniform(0.5, 2, k)
    estimator._code = CodeScale(factor, factor)
    return estimator


def moved(params, rng, by=0.1):
    """Parameters with something added to each number, where training has left zeros too."""

    def one(array):
        return (array + by * rng.standard_normal(array.shape)).astype(array.dtype)

    return each_array(one, params)


def assert_same(model, estimator, X, rtol=1e-5):
    """Everything that a model of ours gives is what the estimator gives, by its own scale."""
    codes = estimator.transform(X)
    expected = {"code": codes, "reconstruction": estimator.inverse_transform(codes)}
    if hasattr(estimator, "score_samples"):
        expected["score"] = estimator.score_samples(X)
    for name, found in run(model, X=X).items():
        assert found.dtype == X.dtype, name
        assert found.shape == expected[name].shape, name
        scale = np.abs(expected[name]).max(initial=np.abs(np.nan_to_num(X)).max(initial=1e-6))
        assert_allclose(found, expected[name], rtol=0, atol=rtol * scale, err_msg=name)
