"""AutoencoderImputer."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import FLOAT_DTYPES, check_is_fitted, validate_data

from skautoencoder._estimators._imputer_fit import fit_imputer
from skautoencoder._estimators._keeping import keeps_old_fit
from skautoencoder._networks import ACTIVATIONS
from skautoencoder._processes import check_jax_works
from skautoencoder._sklearn import (
    BaseImputer,
    DocumentedMixin,
    Interval,
    StrOptions,
    check_feature_names_in,
    fit_context,
    get_mask,
    is_scalar_nan,
    without_running_fit,
)
from skautoencoder._streams._whole import in_memory
from skautoencoder._training._seeds import draw_seed


class AutoencoderImputer(DocumentedMixin, BaseImputer):
    """Rows with gaps in, rows without gaps out.

    A drop-in for :class:`~sklearn.impute.KNNImputer` and
    :class:`~sklearn.impute.IterativeImputer`. A Gaussian of the columns, or factors where they
    are many, gives each gap its mean, given what is seen of the row [1]_. From there networks
    go on: denoising autoencoders whose code is as wide as the row, which learn from rows with
    more gaps than they have [2]_. Cells hidden from all of them say how far to believe them,
    and the nearest neighbours, beyond the linear answer: where the columns hang together
    linearly, the answer is the Gaussian's.

    Parameters
    ----------
    missing_values : int, float or np.nan, default=np.nan
        What stands in a gap.
    n_networks : int, default=3
        Networks to train, each with other cells hidden; their answers are averaged. 0 for none.
    n_neighbors : int, default=5
        Neighbours whose mean is weighed in. 0 for none. With ``n_networks=0`` as well, all
        answers are linear, in a small part of the time.
    hidden_layer_sizes : array-like of int or int, default=(128, 128)
        Hidden layers of a network.
    activation : {"gelu", "relu", "silu", "elu", "softplus", "tanh", "logistic", \
            "identity"}, default="gelu"
        Of the hidden layers.
    learning_rate : float, default=1e-3
        Of Adam; it falls to zero along half a cosine.
    batch_size : int, default=64
        Rows a training step.
    max_iter : int, default=10
        Passes over the rows to learn from: four for each row of X, each with gaps of its
        own, but at least 20,000 and at most 100,000.
    random_state : int, RandomState instance or None, default=None
        Draws the cells to hide, the gaps to learn from and the weights to start at.
    add_indicator : bool, default=False
        Whether columns that say where gaps were are added to the output, as
        :class:`~sklearn.impute.MissingIndicator` makes them.
    keep_empty_features : bool, default=False
        Whether columns without any value in `fit` are kept, as zeros. Otherwise they are left
        out.

    Attributes
    ----------
    blend_weights_ : ndarray of shape (2,)
        How far answers go from the linear ones towards the networks', and towards the
        neighbours'. At least 0, at most 1 together.
    validation_error_, linear_validation_error_ : float or None
        Root mean squared error in the hidden cells, in standard deviations of the columns,
        of the answers and of linear ones. None where fewer than 50 cells could be hidden, or
        nothing but linear answers was asked for.
    n_iter_ : int
        Passes over the rows to learn from: ``max_iter``, or 1 where no network was trained.
    indicator_ : :class:`~sklearn.impute.MissingIndicator` or None
        What adds the columns that say where gaps were.
    n_features_in_ : int
        Columns of X.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if all are strings.

    See Also
    --------
    AutoencoderTransformer : Takes rows with gaps as they are; its code needs no imputer.

    Notes
    -----
    Linear answers are learnt from up to 5,000 rows, networks from up to 100,000, and
    neighbours are looked for among up to 2,000, all drawn at random. Filled values are held
    to the range that was seen of each column. Copies of a row are hidden together.

    References
    ----------
    .. [1] Little, R. J. A., & Rubin, D. B. (2019). Statistical Analysis with Missing Data
       (3rd ed.), section 11.2. Wiley.
    .. [2] Vincent, P., et al. (2008). Extracting and composing robust features with denoising
       autoencoders. ICML, 1096-1103.

    Examples
    --------
    >>> import numpy as np
    >>> from skautoencoder import AutoencoderImputer
    >>> t = np.linspace(-1, 1, 300)
    >>> X = np.column_stack([t, t**2, t**3])
    >>> X[::5, 1] = np.nan
    >>> imputer = AutoencoderImputer(n_networks=1, max_iter=2, random_state=0)
    >>> filled = imputer.fit_transform(X)[::5, 1]
    >>> bool(abs(filled - t[::5] ** 2).mean() < 0.02)
    True
    >>> bool(imputer.validation_error_ < imputer.linear_validation_error_)
    True
    """

    _parameter_constraints: dict = {
        **BaseImputer._parameter_constraints,
        "n_networks": [Interval(Integral, 0, None, closed="left")],
        "n_neighbors": [Interval(Integral, 0, None, closed="left")],
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [StrOptions(set(ACTIVATIONS))],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        *,
        missing_values=np.nan,
        n_networks=3,
        n_neighbors=5,
        hidden_layer_sizes=(128, 128),
        activation="gelu",
        learning_rate=1e-3,
        batch_size=64,
        max_iter=10,
        random_state=None,
        add_indicator=False,
        keep_empty_features=False,
    ):
        super().__init__(
            missing_values=missing_values,
            add_indicator=add_indicator,
            keep_empty_features=keep_empty_features,
        )
        self.n_networks = n_networks
        self.n_neighbors = n_neighbors
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.random_state = random_state

    @fit_context(prefer_skip_nested_validation=True)
    @keeps_old_fit("_imputer")
    def fit(self, X, y=None):
        """Learn what to fill gaps with.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows with gaps.
        y : None
            Ignored.

        Returns
        -------
        self : object
            The fitted imputer.

        Raises
        ------
        ValueError
            If a parameter is out of range, or X holds infinity or anything but numbers.
        RuntimeError
            If JAX had started before this process was forked: training would hang.
        """
        if self.n_networks:
            check_jax_works()
        x, gaps = self._checked(X, reset=True)
        kept = ~gaps.all(axis=0)
        seed = draw_seed(check_random_state(self.random_state))
        imputer = fit_imputer(self, x[:, kept], seed) if kept.any() else None
        refinement = None if imputer is None else imputer.refinement
        self._fit_indicator(gaps)
        self._imputer, self._kept = imputer, kept
        self.blend_weights_ = np.zeros(2) if refinement is None else refinement.weights
        self.validation_error_ = None if refinement is None else refinement.error
        self.linear_validation_error_ = None if refinement is None else refinement.linear_error
        trained = refinement is not None and refinement.params
        self.n_iter_ = self.max_iter if trained else 1
        return self

    def transform(self, X):
        """X with numbers in its gaps.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows with gaps. A row without any entry gets the columns' means.

        Returns
        -------
        ndarray of shape (n_samples, n_features_out)
            What was seen, as it was, and the filled gaps, in the precision of X. Columns that
            `fit` saw nothing of are left out unless ``keep_empty_features``; with
            ``add_indicator``, columns of 0 and 1 come after.

        Raises
        ------
        NotFittedError
            If the imputer is not fitted.
        ValueError
            If X holds infinity or has another number of columns.
        """
        check_is_fitted(self)
        x, gaps = self._checked(X, reset=False)
        indicator = self._transform_indicator(gaps)
        kept = self._kept
        if self.keep_empty_features:
            filled = np.zeros_like(x)
        else:
            filled = np.empty((len(x), np.count_nonzero(kept)), x.dtype)
        if self._imputer is not None:
            target = kept if self.keep_empty_features else slice(None)
            filled[:, target] = self._imputer.fill(x[:, kept])
        return self._concatenate_indicator(filled, indicator)

    def get_feature_names_out(self, input_features=None):
        """Names of the columns that `transform` gives.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Names of the columns of X, if they have none; those of `fit`, if they have.

        Returns
        -------
        ndarray of str objects
            Names of the columns that are kept, then those of the indicator's.
        """
        check_is_fitted(self)
        names = check_feature_names_in(self, input_features)
        kept = np.full(len(names), True) if self.keep_empty_features else self._kept
        return self._concatenate_indicator_feature_names_out(names[kept], names)

    def __getstate__(self):
        return without_running_fit(super().__getstate__())

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = is_scalar_nan(self.missing_values)
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _checked(self, X, reset):
        """X in double or single precision with NaN in its gaps, and where these are."""
        finite = "allow-nan" if is_scalar_nan(self.missing_values) else True
        X = validate_data(
            self, in_memory(X), reset=reset, dtype=FLOAT_DTYPES, ensure_all_finite=finite
        )
        X = X.astype(np.float32) if X.dtype == np.float16 else X
        gaps = get_mask(X, self.missing_values)
        return np.where(gaps, np.nan, X).astype(X.dtype), gaps
