"""A fit that fails or is interrupted leaves the estimator as it was."""

from __future__ import annotations

from functools import wraps

# What checking X sets, long before there is anything to store.
_OF_THE_COLUMNS = ("n_features_in_", "feature_names_in_")


def keeps_old_fit(weights):
    """Decorate a fit: unless it stored new weights, an exception takes back what it set.

    Else an estimator would be left with the weights of one data set and the columns of
    another.

    Parameters
    ----------
    weights : str
        The attribute that tells one fit from the next.
    """

    def decorator(method):
        @wraps(method)
        def fit(self, *args, **kwargs):
            before = dict(vars(self))
            try:
                return method(self, *args, **kwargs)
            except BaseException:  # Ctrl-C, too
                if vars(self).get(weights) is before.get(weights):
                    for name in _OF_THE_COLUMNS:
                        vars(self).pop(name, None)
                        if name in before:
                            vars(self)[name] = before[name]
                raise

        return fit

    return decorator
