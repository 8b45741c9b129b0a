"""The only door to names that scikit-learn and joblib keep to themselves."""

import sys

from joblib.parallel import ThreadingBackend, get_active_backend
from sklearn.base import _fit_context as fit_context
from sklearn.utils import _safe_indexing as safe_indexing
from sklearn.utils._mask import _get_mask as get_mask
from sklearn.utils._missing import is_scalar_nan
from sklearn.utils._param_validation import HasMethods, Interval, Options, RealNotInt, StrOptions
from sklearn.utils.validation import _check_feature_names_in as check_feature_names_in
from sklearn.utils.validation import _check_n_features as check_n_features
from sklearn.utils.validation import _check_sample_weight as check_sample_weight

__all__ = [
    "DocumentedMixin",
    "HasMethods",
    "Interval",
    "Options",
    "RealNotInt",
    "StrOptions",
    "ThreadingBackend",
    "backend_of_other_machines",
    "check_feature_names_in",
    "check_n_features",
    "check_parameters",
    "check_sample_weight",
    "donors_of",
    "fit_context",
    "get_active_backend",
    "get_mask",
    "infer_dimension",
    "is_scalar_nan",
    "safe_indexing",
    "without_running_fit",
]


def __getattr__(name):
    if name == "BaseImputer":  # here, as it brings neighbours, metrics and linear models
        from sklearn.impute._base import _BaseImputer

        return _BaseImputer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def check_parameters(estimator):
    """Raise a ValueError if a parameter of an estimator is out of range, before any `fit`."""
    estimator._validate_params()


class DocumentedMixin:
    """Estimators whose picture in a notebook links to their page of our documentation."""

    _doc_link_module = "skautoencoder"
    _doc_link_template = (
        "https://skautoencoder.readthedocs.io/en/stable/api/generated/"
        "{estimator_module}.{estimator_name}.html"
    )


def backend_of_other_machines():
    """The backend by which joblib now spreads work over machines, by its class; or None.

    joblib's own backends are all of this machine, but for dask's. What dask's workers run has it
    at its side, too, and is spread already.
    """
    backend = type(get_active_backend()[0])
    in_thread = getattr(sys.modules.get("distributed.utils"), "thread_state", None)
    in_worker = hasattr(in_thread, "execution_state")  # which joblib's own backend goes by, too
    of_this_machine = backend.__module__ == ThreadingBackend.__module__
    return None if of_this_machine or in_worker else backend.__name__


def infer_dimension(variance, n_samples):
    """Minka's estimate of the dimension of data, from the variances along all its axes."""
    from sklearn.decomposition._pca import _infer_dimension  # here, as few need it

    return int(_infer_dimension(variance, n_samples))


def donors_of(imputer):
    """The rows that a fitted KNNImputer looks for neighbours among, and how many it takes."""
    return imputer._fit_X, imputer.n_neighbors


def without_running_fit(state):
    """A copy of an estimator's state, without what stands there while a fit runs.

    A copy that another thread or a callback makes meanwhile has no part in that fit, and pickle
    does not bear that the fit goes on and changes a dictionary.
    """
    state = dict(state)
    state.pop("_callback_fit_ctx", None)
    return state
