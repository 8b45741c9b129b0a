"""A fitted estimator as a model of ONNX."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import DTypeLike
from onnx import ModelProto, checker, defs, helper, numpy_helper
from sklearn.utils.validation import check_is_fitted

from skautoencoder import __version__
from skautoencoder.onnx._array import ROWS, GraphArray
from skautoencoder.onnx._estimators import Outputs, of_codes, of_rows
from skautoencoder.onnx._recording import described, record

#: The oldest set of operators in which all that is written here is written in one way.
LEAST_OPSET = 18


def to_onnx(
    estimator: Any,
    *,
    inverse: bool = False,
    outputs: Sequence[str] | None = None,
    dtype: DTypeLike = np.float32,
    gaps: bool | None = None,
    target_opset: int = LEAST_OPSET,
) -> ModelProto:
    """A fitted estimator in, a model of ONNX out, which any runtime applies without Python.

    The graph is recorded from the code that `transform`, `inverse_transform` and `score_samples`
    run, so that it says the same for every architecture, loss and objective, one's own included
    if they are written for arrays of any kind. It takes any number of rows.

    Parameters
    ----------
    estimator : AutoencoderTransformer, ConvolutionalAutoencoderTransformer, RBMTransformer or \
            AutoencoderImputer
        Fitted; or a search of scikit-learn's kind, whose ``best_estimator_`` is taken.
    inverse : bool, default=False
        Whether the graph goes from codes to rows. Its input is "code" of shape (n_rows,
        n_components), its output "reconstruction".
    outputs : sequence of str, default=None
        Which outputs to have, and nothing that the others need: "code", what `transform` gives;
        "reconstruction", what `inverse_transform` makes of that; "score", what `score_samples`
        gives, of shape (n_rows,), in squared units of the data. An imputer has "filled" alone.
        A Boltzmann machine has a score where that is free of chance: with Gaussian visible units
        or ``pseudo_likelihood="exact"``. None asks for all that there are.
    dtype : {numpy.float32, numpy.float64}, default=numpy.float32
        Of the input "X", of shape (n_rows, n_features_in_), and of all outputs.
    gaps : bool, default=None
        Whether NaN in X is a gap that is filled, as `transform` does. None has it so where `fit`
        saw gaps. Otherwise a row with NaN gives NaN, and the graph is smaller and faster. An
        imputer's always fills.
    target_opset : int, default=18
        Version of ONNX's operators, from 18 (December 2022) on.

    Returns
    -------
    onnx.ModelProto
        Its ``SerializeToString()`` is what a runtime reads. Names of the columns of X and of the
        code are JSON lists in its metadata, "feature_names_in" and "feature_names_out".

    Raises
    ------
    NotFittedError
        If the estimator is not fitted.
    TypeError
        If it is of another kind; the message says what to export instead.
    ValueError
        If a parameter is out of range, or the estimator has no such output.

    See Also
    --------
    register_converters : For pipelines, which skl2onnx exports.

    Notes
    -----
    X is not checked: infinity gives NaN or infinity where `transform` raises an error. Whole
    numbers above 2^24, and years beside seconds, want double precision.

    Gaps are filled in double precision, by eliminating a matrix for each row that has some, as
    large as the most gaps of a row, up to 64 columns; of more, as there are factors, and as there
    are components where `fit` saw no gaps. An imputer that weighs neighbours in carries the rows
    that it looks for them among; of equally near ones others may be taken.

    One row of digits through the default network takes onnxruntime a fifth of the time that
    `transform` takes. Many rows are best given some hundred at a time, which stay near the
    processor: about as fast as `transform` then, and with gaps three times as slow
    (``benchmarks/speed/onnx_speed.py``).

    Examples
    --------
    >>> import numpy as np
    >>> from onnxruntime import InferenceSession
    >>> from sklearn.datasets import load_iris
    >>> from skautoencoder import AutoencoderTransformer
    >>> from skautoencoder.onnx import to_onnx
    >>> X = load_iris().data.astype(np.float32)
    >>> ours = AutoencoderTransformer(2, max_iter=3, random_state=0).fit(X)
    >>> session = InferenceSession(to_onnx(ours).SerializeToString())
    >>> code, rebuilt, score = session.run(["code", "reconstruction", "score"], {"X": X})
    >>> bool(np.allclose(code, ours.transform(X), atol=1e-5))
    True
    """
    estimator = getattr(estimator, "best_estimator_", estimator)
    check_is_fitted(estimator)
    dtype = _checked_dtype(dtype)
    if gaps not in (None, True, False):
        raise ValueError(f"gaps must be True, False or None. Got {gaps!r} instead.")
    if inverse:
        name, width = "code", getattr(estimator, "_n_features_out", 0)
    else:
        name, width = "X", estimator.n_features_in_
    rows = GraphArray(None, (ROWS, width), dtype)
    found = of_codes(estimator, rows) if inverse else of_rows(estimator, rows, gaps)
    found = _asked(estimator, found, outputs)
    return _model(estimator, {name: rows}, found, target_opset)


def numbered() -> Callable[[str], str]:
    """Names that no other has."""
    counts: Counter[str] = Counter()

    def unique(beginning: str) -> str:
        counts[beginning] += 1
        return f"{beginning}_{counts[beginning]}"

    return unique


def check_opset(target_opset: int) -> None:
    """Raise a ValueError where operators are asked for as they were before, or will be."""
    newest = defs.onnx_opset_version()
    if not isinstance(target_opset, Integral) or not LEAST_OPSET <= target_opset <= newest:
        raise ValueError(
            f"target_opset must be an integer from {LEAST_OPSET} to {newest}, the newest that this "
            f"onnx knows. Got {target_opset!r} instead."
        )


def _model(estimator: Any, inputs: Outputs, outputs: Outputs, target_opset: int) -> ModelProto:
    check_opset(target_opset)
    recording = record(outputs, inputs, numbered())
    graph = helper.make_graph(
        [call.as_node() for call in recording.calls],
        type(estimator).__name__,
        [described(name, array) for name, array in inputs.items()],
        [described(name, array) for name, array in outputs.items()],
        [numpy_helper.from_array(value, name) for name, value in recording.constants.items()],
    )
    opset = helper.make_opsetid("", target_opset)
    model = helper.make_model(
        graph,
        opset_imports=[opset],
        # the oldest format that holds it: runtimes refuse those that are newer than they are
        ir_version=helper.find_min_ir_version_for([opset]),
        producer_name="skautoencoder",
        producer_version=__version__,
    )
    helper.set_model_props(model, _metadata(estimator))
    checker.check_model(model, full_check=True)
    return model


def _metadata(estimator: Any) -> dict[str, str]:
    found = {"estimator": type(estimator).__name__}
    if hasattr(estimator, "feature_names_in_"):
        found["feature_names_in"] = json.dumps(list(estimator.feature_names_in_))
    return found | {"feature_names_out": json.dumps(list(estimator.get_feature_names_out()))}


def _asked(estimator: Any, found: Outputs, outputs: Sequence[str] | None) -> Outputs:
    if outputs is None:
        return found
    asked = [outputs] if isinstance(outputs, str) else list(outputs)
    if not asked or not set(asked) <= set(found):
        raise ValueError(
            f"outputs must name some of {list(found)}, which this {type(estimator).__name__} "
            f"gives. Got {outputs!r} instead."
        )
    return {name: found[name] for name in asked}


def _checked_dtype(dtype: DTypeLike) -> np.dtype:
    for allowed in (np.dtype(np.float32), np.dtype(np.float64)):
        if _is_dtype(dtype, allowed):
            return allowed
    raise ValueError(f"dtype must be numpy.float32 or numpy.float64. Got {dtype!r} instead.")


def _is_dtype(dtype: DTypeLike, allowed: np.dtype) -> bool:
    try:
        return dtype is not None and np.dtype(dtype) == allowed
    except TypeError:
        return False
