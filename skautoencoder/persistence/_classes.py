"""Names of classes in files, and the classes that they stand for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from itertools import takewhile
from typing import Any

# Where each of ours is today; in files stand the names alone, so that classes may move.
HOMES = {
    "AutoencoderDetector": "_estimators._detector",
    "AutoencoderImputer": "_estimators._imputer",
    "AutoencoderSearchCV": "_search._grid",
    "AutoencoderTransformer": "_estimators._autoencoder",
    "ConvolutionalAutoencoderTransformer": "_estimators._convolutional",
    "RBMTransformer": "_estimators._rbm",
    "TableAutoencoderTransformer": "_estimators._table",
    # networks, and what is learnt with them
    "DenseNetwork": "_networks._dense",
    "ConvolutionalNetwork": "_networks._convolutional",
    "RefiningNetwork": "_networks._refining",
    "RefiningParameters": "_networks._refining",
    "Stack": "_networks._stacks",
    "CodeScale": "_training._start",
    "ColumnMeans": "_estimators._machine",
    # what fills gaps
    "Filling": "_data._filling",
    "Factors": "_data._factors",
    "Gaussian": "_data._gaussian",
    "FittedImputer": "_estimators._imputer_fit",
    "Refinement": "_estimators._imputer_fit",
    # how unusual rows are
    "FoldScores": "_anomalies._scores",
    "FoldScore": "_anomalies._scores",
    "KernelResidual": "_anomalies._residuals",
    "NetworkResidual": "_anomalies._residuals",
    "ForestResidual": "_anomalies._forest",
    "KernelMean": "_anomalies._kernel_mean",
    "Donors": "_anomalies._donors",
    "Space": "_anomalies._spaces",
    "Tail": "_anomalies._tail",
    "Reading": "_estimators._detector_rows",
    # tables
    "TableEncoding": "_tables._encoding",
    "Distributions": "_tables._drawing",
    "Binary": "_tables._levels",
    "Category": "_tables._levels",
    "Reals": "_tables._scaled",
    "Wholes": "_tables._scaled",
    "Units": "_tables._scaled",
}
# Packages whose public classes are in files by their names alone, too.
_PUBLIC = ("losses", "objectives")

# scikit-learn's public modules of estimators; those of which more is in files than estimators,
# column selectors and splitters; and those whose functions are, as what features are selected by.
_SKLEARN = (
    "calibration", "cluster", "compose", "covariance", "cross_decomposition", "decomposition",
    "discriminant_analysis", "dummy", "ensemble", "feature_extraction", "feature_extraction.image",
    "feature_extraction.text", "feature_selection", "impute", "isotonic", "kernel_approximation",
    "kernel_ridge", "linear_model", "manifold", "mixture", "model_selection", "multiclass",
    "multioutput", "naive_bayes", "neighbors", "neural_network", "pipeline", "preprocessing",
    "random_projection", "semi_supervised", "svm", "tree",
)  # fmt: skip
_WITH_PLAIN_CLASSES = ("compose", "model_selection")
_WITH_FUNCTIONS = ("feature_selection",)


class Classes:
    """The classes that a file may hold: ours, scikit-learn's estimators, and those given.

    Parameters
    ----------
    given : iterable of classes and functions
        The user's own.
    """

    def __init__(self, given: Iterable[Any] = ()) -> None:
        self._given = {full_name(one): one for one in given}

    def name_of(self, value: Any) -> str | None:
        """What a class or a function is called in files; None where it may not be in one."""
        name = full_name(value)
        if self._given.get(name) is value:
            return name
        public = _public_name(value)
        return public if public is not None and self.find(public) is value else None

    def find(self, name: str) -> Any:
        """The class or function of a name, or None: nothing else is imported."""
        if name in self._given:
            return self._given[name]
        return _of_sklearn(name) if name.startswith("sklearn.") else _of_ours(name)


def full_name(value: Any) -> str:
    """Module and name of a class or a function."""
    module = getattr(value, "__module__", None) or type(value).__module__  # of NumPy's functions
    return f"{module}.{getattr(value, '__qualname__', value.__name__)}"


def our_types() -> list[str]:
    """Full names of all of our own classes that a fitted estimator may hold."""
    public = (import_module(f"skautoencoder.{package}") for package in _PUBLIC)
    named = (getattr(package, name) for package in public for name in package.__all__)
    ours = [f"skautoencoder.{home}.{name}" for name, home in HOMES.items()]
    return sorted({*ours, *(full_name(value) for value in named if isinstance(value, type))})


def _public_name(value: Any) -> str | None:
    """What a class or a function of ours or of scikit-learn would be called in files."""
    package, *inner = (getattr(value, "__module__", None) or "").split(".")
    if package == "skautoencoder":
        return value.__name__
    if package != "sklearn":
        return None
    public = takewhile(lambda part: not part.startswith("_"), inner)
    return ".".join((package, *public, value.__name__))


@cache
def _of_ours(name: str) -> Any:
    if name in HOMES:
        return getattr(import_module(f"skautoencoder.{HOMES[name]}"), name)
    for package in _PUBLIC:
        module = import_module(f"skautoencoder.{package}")
        if name in module.__all__ and isinstance(getattr(module, name), type):
            return getattr(module, name)
    return None


@cache
def _of_sklearn(name: str) -> Any:
    from sklearn.base import BaseEstimator

    place, _, name = name.removeprefix("sklearn.").rpartition(".")
    if place not in _SKLEARN:
        return None
    found = getattr(import_module(f"sklearn.{place}"), name, None)
    if not getattr(found, "__module__", "").startswith(f"sklearn.{place}"):
        return None  # what the module itself imports
    if not isinstance(found, type):
        return found if place in _WITH_FUNCTIONS and callable(found) else None
    return found if place in _WITH_PLAIN_CLASSES or issubclass(found, BaseEstimator) else None
