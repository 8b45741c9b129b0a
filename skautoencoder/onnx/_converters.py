"""Our estimators made known to skl2onnx, which exports whole pipelines."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import numpy_helper

from skautoencoder._estimators._autoencoder import AutoencoderTransformer
from skautoencoder._estimators._convolutional import ConvolutionalAutoencoderTransformer
from skautoencoder._estimators._imputer import AutoencoderImputer
from skautoencoder._estimators._rbm import RBMTransformer
from skautoencoder.onnx._array import ROWS, GraphArray
from skautoencoder.onnx._estimators import of_rows
from skautoencoder.onnx._export import LEAST_OPSET, check_opset
from skautoencoder.onnx._operations import concat
from skautoencoder.onnx._recording import record

_CONVERTED = (
    AutoencoderTransformer,
    ConvolutionalAutoencoderTransformer,
    RBMTransformer,
    AutoencoderImputer,
)


def register_converters() -> None:
    """Have skl2onnx export our estimators, alone and as steps of pipelines.

    Call it once; again does no harm. What a step gives is what its `transform` gives, gaps filled
    where `fit` saw some, or an imputer was asked to. Double precision stays so, all other numbers
    are worked on in single precision. `skl2onnx.to_onnx` must not be asked for a ``target_opset``
    below 18.

    Raises
    ------
    ImportError
        If skl2onnx is not installed.

    Examples
    --------
    >>> import skl2onnx
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skautoencoder import AutoencoderTransformer
    >>> from skautoencoder.onnx import register_converters
    >>> X, y = load_iris(return_X_y=True)
    >>> ours = AutoencoderTransformer(2, max_iter=3, random_state=0)
    >>> pipeline = make_pipeline(StandardScaler(), ours, LogisticRegression()).fit(X, y)
    >>> register_converters()
    >>> model = skl2onnx.to_onnx(pipeline, X[:1].astype("float32"))
    >>> [output.name for output in model.graph.output]
    ['output_label', 'output_probability']
    """
    try:
        from skl2onnx import update_registered_converter
    except ModuleNotFoundError as error:
        raise ImportError(
            f"register_converters needs {error.name}: pip install 'skautoencoder[onnx]'."
        ) from error
    for kind in _CONVERTED:
        update_registered_converter(kind, f"Skautoencoder{kind.__name__}", _declare, _convert)


def _declare(operator: Any) -> None:
    """Tell skl2onnx of the type and the shape of what a step gives."""
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType

    kind = DoubleTensorType if _precision(operator) is np.float64 else FloatTensorType
    width = len(operator.raw_operator.get_feature_names_out())
    operator.outputs[0].type = kind([None, width])


def _convert(scope: Any, operator: Any, container: Any) -> None:
    """Write the nodes of a step into the graph that skl2onnx makes."""
    from skl2onnx.common.data_types import guess_numpy_type

    check_opset(container.target_opset_any_domain(""))
    kinds = [(variable.full_name, variable.type) for variable in operator.inputs]
    inputs = {
        name: GraphArray(None, (ROWS, kind.shape[1]), np.dtype(guess_numpy_type(kind)))
        for name, kind in kinds
    }
    dtype = _precision(operator)
    rows = concat([array.astype(dtype) for array in inputs.values()], axis=1)
    found = next(iter(of_rows(operator.raw_operator, rows, None).values()))
    names = {operator.outputs[0].full_name: found}
    recording = record(names, inputs, scope.get_unique_variable_name)
    for name, value in recording.constants.items():
        container.add_initializer(name, None, value.shape, numpy_helper.from_array(value))
    for call in recording.calls:
        name = scope.get_unique_operator_name(call.op)
        container.add_node(
            call.op, call.inputs, call.outputs, "", LEAST_OPSET, name, **call.attributes
        )


def _precision(operator: Any) -> type[np.float32] | type[np.float64]:
    from skl2onnx.common.data_types import DoubleTensorType

    double = any(isinstance(variable.type, DoubleTensorType) for variable in operator.inputs)
    return np.float64 if double else np.float32
