"""What features are called that the last step of a pipeline was fitted to."""

from __future__ import annotations

from sklearn.pipeline import Pipeline


def fitted_names(estimator):
    """Names of the features that an estimator, or a pipeline's last step, saw in fit, or None."""
    last = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    if hasattr(last, "feature_names_in_"):
        return last.feature_names_in_
    if isinstance(estimator, Pipeline) and len(estimator) > 1:
        try:
            return estimator[:-1].get_feature_names_out()
        except (AttributeError, NotImplementedError, ValueError):  # a step that names nothing
            return None
    return None
