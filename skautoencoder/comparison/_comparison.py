"""What a comparison found: records of measures, and verdicts on them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from skautoencoder.comparison._summary import summary_of

# A verdict is given where chance alone would do so in one of twenty comparisons.
_LEVEL = 0.05
# A smaller share of the values is an error of single precision, the same in every fold.
_ROUNDING = 1e-6

# Each measure, and whether a larger value is better; None for those that say no such thing.
LARGER_IS_BETTER: dict[str, bool | None] = {
    "squared_error": False,
    "explained_variance": True,
    "trustworthiness": True,
    "continuity": True,
    "knn_recall": True,
    "linear_score": True,
    "knn_score": True,
    "silhouette": True,
    "davies_bouldin": False,
    "network_score": True,
    "network_seconds": False,
    "adjusted_rand": True,
    "fit_seconds": False,
    "compile_seconds": False,
    "transform_seconds": False,
    "peak_mib": False,
    "code_share": None,
}

RAW = "raw features"


@dataclass(frozen=True)
class Comparison:
    """What `compare_transformers` found.

    Attributes
    ----------
    records : list of dict
        One for each transformer, number of components and fold: ``transformer``,
        ``n_components``, ``fold``, ``error`` (why numbers are missing, or None), and the
        measures, NaN where one failed or does not apply.
    n_train, n_test : int
        Rows of a training and of a held-out part, in the mean over the folds.
    task : {"classification", "regression"} or None
        What y was taken for; None without y.
    """

    records: list = field(repr=False)
    n_train: int
    n_test: int
    task: str | None = None

    @property
    def transformers(self):
        """Names, in the order they were given."""
        return list(dict.fromkeys(record["transformer"] for record in self.records))

    @property
    def measures(self):
        """The measures that apply at least once."""
        return [
            name
            for name in LARGER_IS_BETTER
            if any(np.isfinite(record[name]) for record in self.records)
        ]

    def sizes(self, transformer):
        """Numbers of components a transformer was fitted at."""
        _require("transformer", transformer, self.transformers)
        found = (r["n_components"] for r in self.records if r["transformer"] == transformer)
        return list(dict.fromkeys(found))

    def values(self, transformer, n_components, measure):
        """One value a fold."""
        _require("measure", measure, LARGER_IS_BETTER)
        return np.array([r[measure] for r in self._folds(transformer, n_components)])

    def error(self, transformer, n_components):
        """Why numbers are missing for one size, or None."""
        errors = (record["error"] for record in self._folds(transformer, n_components))
        return next((error for error in errors if error), None)

    def _folds(self, transformer, n_components):
        """The records of one transformer at one size."""
        _require("n_components", n_components, self.sizes(transformer))
        wanted = transformer, n_components
        return [r for r in self.records if (r["transformer"], r["n_components"]) == wanted]

    def to_frame(self):
        """One row for each transformer and size, as a pandas DataFrame.

        Columns are the measures' means over the folds, their standard errors (with the
        suffix ``_se``), ``task`` (what y was taken for), and ``error``. A mean is NaN if one
        fold has no value: means over other folds would not compare.

        Raises
        ------
        ImportError
            If there is no pandas.
        """
        try:
            import pandas as pd
        except ModuleNotFoundError as error:
            raise ImportError(
                "A frame needs pandas, which is not installed. Install it by: "
                'pip install "skautoencoder[plot]"'
            ) from error

        rows = []
        for transformer in self.transformers:
            for size in self.sizes(transformer):
                row = {"transformer": transformer, "n_components": size}
                for measure in self.measures:
                    values = self.values(transformer, size, measure)
                    row[measure], row[f"{measure}_se"] = values.mean(), standard_error(values)
                row["task"] = self.task
                row["error"] = self.error(transformer, size)
                rows.append(row)
        return pd.DataFrame(rows)

    def _repr_html_(self):
        """What a notebook shows: the measures as a table, with verdicts against PCA."""
        from skautoencoder.comparison._notebook import html_of  # late: it needs what is here

        return html_of(self)

    def verdict(self, transformer, n_components, measure="squared_error", against="PCA"):
        """Whether a transformer is better than another at one size, or chance may explain it.

        By the paired differences over the folds, in Student's t-test with the variance
        corrected for training rows that folds share (Nadeau & Bengio 2003), at 5 %. A difference
        of less than a millionth of the values is taken for one of rounding.

        Returns
        -------
        {"better", "worse", "no difference shown"}
            The last also where the other has not been fitted at this size, or one of the
            two has no value in some fold.

        Raises
        ------
        ValueError
            If there is no such transformer, size of it or measure.
        """
        ours = self.values(transformer, n_components, measure)
        _require("against", against, self.transformers)
        larger = LARGER_IS_BETTER[measure]
        if larger is None or len(ours) < 2 or n_components not in self.sizes(against):
            return "no difference shown"
        theirs = self.values(against, n_components, measure)
        gain = ours - theirs if larger else theirs - ours
        if not np.isfinite(gain).all():
            return "no difference shown"
        error = np.sqrt((1 / len(gain) + self.n_test / self.n_train) * gain.var(ddof=1))
        bar = stats.t.ppf(1 - _LEVEL / 2, len(gain) - 1) * error
        rounding = _ROUNDING * max(np.abs(ours).max(), np.abs(theirs).max())
        if abs(gain.mean()) <= max(bar, rounding):
            return "no difference shown"
        return "better" if gain.mean() > 0 else "worse"

    def summary(self, against=None):
        """Who is better at what, and with how many components, as a few sentences.

        Only what `verdict` shows beyond chance is told, and how much longer fitting takes.

        Parameters
        ----------
        against : str, default=None
            The transformer that the others are set beside; None takes "PCA" where it was
            compared, else the first.

        Returns
        -------
        str

        Raises
        ------
        ValueError
            If there is no such transformer.

        Examples
        --------
        >>> from sklearn.datasets import load_wine
        >>> from sklearn.decomposition import PCA
        >>> from sklearn.random_projection import GaussianRandomProjection
        >>> from skautoencoder import compare_transformers
        >>> compared = {
        ...     "PCA": PCA(), "random": GaussianRandomProjection(compute_inverse_components=True)
        ... }
        >>> found = compare_transformers(compared, load_wine().data, n_components=2, random_state=0)
        >>> print(found.summary())  # doctest: +ELLIPSIS
        random is worse than PCA at rebuilding rows (at every size)...
        """
        if against is None:
            against = usual_reference(self)
        _require("against", against, self.transformers)
        return summary_of(self, against, left_out=(RAW,))


class ComparisonInterrupted(KeyboardInterrupt):
    """Ctrl-C amid a comparison.

    Attributes
    ----------
    comparison : Comparison
        What was measured before.
    """

    def __init__(self, comparison):
        super().__init__(comparison)
        self.comparison = comparison


def usual_reference(comparison):
    """Whom the others are set beside where nobody is named: PCA, or else the first."""
    names = comparison.transformers
    return "PCA" if "PCA" in names else names[0]


def _require(what, name, known):
    """Raise a ValueError where a name is none of those known."""
    if name not in known:
        raise ValueError(f"{what}={name!r} was not compared; these were: {list(known)}.")


def standard_error(values):
    """Of the mean of one value a fold."""
    return values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
