"""TableAutoencoderTransformer."""

from __future__ import annotations

from numbers import Integral

from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.callback import CallbackSupportMixin
from sklearn.utils import check_random_state, check_scalar
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skautoencoder._estimators import _table_steps as steps
from skautoencoder._estimators._autoencoder import AutoencoderTransformer
from skautoencoder._estimators._describing import TableDescribingMixin
from skautoencoder._estimators._drawing import draws_codes
from skautoencoder._sklearn import DocumentedMixin, fit_context, without_running_fit
from skautoencoder._tables._drawing import draw_rows
from skautoencoder._tables._table import read_table
from skautoencoder._training._factories import from_pickle, to_pickle


class TableAutoencoderTransformer(
    TableDescribingMixin, DocumentedMixin, CallbackSupportMixin, ClassNamePrefixFeaturesOutMixin,
    TransformerMixin, BaseEstimator,
):  # fmt: skip
    """Autoencoder of tables: a data frame in, codes out, and back to such a data frame.

    Finds the kind of each column, standardizes numbers and dates, makes categories one-hot,
    and squeezes the rows through an :class:`AutoencoderTransformer` whose loss fits each kind.
    It starts at PCA of the encoded table and is, on held-out rows, never worse than that.
    `inverse_transform` gives a frame of the same columns, types and library. Gaps (NaN, None,
    NA, NaT) may be anywhere.

    Parameters
    ----------
    n_components : int, float, "mle" or None, default=2
        Width of the code, as PCA of the encoded table reads it.
    kinds : dict of column name to kind, default=None
        Kinds of columns where what is found is not what is meant: "number", "integer" (comes
        back whole), "binary" (two values of any type), "category", "datetime", "count" (rebuilt
        by Poisson rates) or "drop" (left out). Columns of an array are named "x0", "x1", ...
    whiten : bool, default=False
        Whether each component of the code has unit variance.
    hidden_layer_sizes, activation, objective, optimizer, learning_rate, weight_decay, batch_size, \
            precision, max_iter, early_stopping, validation_fraction, n_iter_no_change, tol, \
            random_state, verbose
        As in :class:`AutoencoderTransformer`. With ``objective=Variational(...)``, whose
        ``noise_std`` is in standard deviations of a number, there is `sample`.

    Attributes
    ----------
    kinds_ : dict
        The kind of each column by name, "drop" for those that were set aside.
    autoencoder_ : AutoencoderTransformer
        Fitted to the encoded table. Its attributes (``loss_curve_``, ...) are about that.
    n_components_ : int
        Width of the code.
    n_iter_ : int
        Epochs run.
    n_features_in_ : int
        Number of columns seen during `fit`, those set aside included.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if all of them are strings.

    See Also
    --------
    AutoencoderTransformer : For arrays of numbers.
    skautoencoder.losses.MixedLoss.from_column_transformer : The loss, for a pipeline of one's own.

    Notes
    -----
    *Kinds.* Truth values, and columns with two values of whatever type, are "binary", other text
    and categorical types "category", dates "datetime", spans of time "number", numbers that are
    all whole "integer". Set aside, with a warning, are an index (0, 1, 2, ... or 1, 2, 3, ...),
    ids (text of which more than three quarters of the rows differ), free text (more than half
    differ, longer than 30 letters in the mean), each if there are ten values, and columns without
    any value. A constant column has no code, and comes back as it was.

    *Levels.* A column of up to 30 levels has a one-hot column for each. Of more, the 30, 50, 70 or
    100 most frequent have one, of which all but the first 30 have ten rows or more, and the
    rest share one, which comes back as the most frequent of them. All categories together have
    some 2,000 one-hot columns, or ten each where that is more: then each has fewer. A level that
    `fit` did not see is coded as if it were missing, with one warning.

    *Losses.* A number costs twice its squared error in standard deviations, a yes-or-no column
    its cross-entropy, a category that of its whole block, a count half its Poisson deviance over
    its standard deviation: in nats, one or two a column where nothing is known of the row.
    `score` counts squared errors of encoded columns. ``benchmarks/quality/tables.py``.

    *Coming back.* Whole numbers, dates and spans come back at whole steps from the lowest value,
    of which all distances that were seen are multiples (days, say, or tens), and all numbers
    within the range that `fit` saw. Numbers of a text column come back as text.

    Examples
    --------
    >>> import pandas as pd
    >>> from skautoencoder import TableAutoencoderTransformer
    >>> frame = pd.DataFrame({
    ...     "size": [1.5, 2.0, None, 3.5, 4.0, 4.5],
    ...     "color": ["red", "red", "blue", "blue", None, "green"],
    ...     "sold": pd.to_datetime(["2024-01-0%d" % day for day in (1, 2, 3, 4, 5, 6)]),
    ... })
    >>> ours = TableAutoencoderTransformer(1, hidden_layer_sizes=(4,), max_iter=2, random_state=0)
    >>> codes = ours.fit_transform(frame)
    >>> codes.shape
    (6, 1)
    >>> ours.kinds_
    {'size': 'number', 'color': 'category', 'sold': 'datetime'}
    >>> bool((ours.inverse_transform(codes).dtypes == frame.dtypes).all())
    True
    >>> int(ours.impute(frame).isna().sum().sum())
    0
    """

    _parameter_constraints: dict = {
        "kinds": [dict, None],
        **AutoencoderTransformer._parameter_constraints,
    }
    for _others in ("loss", "init", "tied_weights", "warm_start"):
        del _parameter_constraints[_others]

    def __init__(
        self,
        n_components=2,
        *,
        kinds=None,
        whiten=False,
        hidden_layer_sizes=(256, 128),
        activation="gelu",
        objective="reconstruction",
        optimizer="nadam",
        learning_rate=2e-3,
        weight_decay=0.0,
        batch_size="auto",
        precision="float32",
        max_iter=200,
        early_stopping=True,
        validation_fraction=0.1,
        n_iter_no_change=10,
        tol=1e-4,
        random_state=None,
        verbose=0,
    ):
        self.n_components = n_components
        self.kinds = kinds
        self.whiten = whiten
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.objective = objective
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.precision = precision
        self.max_iter = max_iter
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None, *, X_val=None, sample_weight=None, groups=None):
        """Learn to squeeze the rows of a table into codes and to rebuild them.

        A fit that fails leaves an earlier one as it was. An interrupt (Ctrl-C) while training
        leaves the estimator fitted with the best weights so far, and is then raised again.

        Parameters
        ----------
        X : data frame or array-like of shape (n_samples, n_features)
            Of pandas, polars, or a pyarrow.Table; or an array, of objects if need be. Or rows
            that are read in passes: of :mod:`skautoencoder.sources`, a frame of dask, a lazy frame.
        y : None
            Ignored.
        X_val : like X, default=None
            Rows to choose the best weights by. By default they are taken from X, if
            ``early_stopping`` is true.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows of X, relative to each other. Zero counts as absent; units and
            levels are those of all other rows alike.
        groups : array-like of shape (n_samples,), default=None
            Labels of what belongs together; no group is held out from training on a part of it.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If a parameter is out of range, ``kinds`` has an unknown column or kind or one that
            the values are not of, two columns have one name, a column holds infinity or lists,
            no column varies, or fewer than two rows have a weight.
        TypeError
            If X is sparse, or a frame of another library.

        Warns
        -----
        UserWarning
            If columns are set aside; the warning names them and says why.
        """
        X, some, sample_weight, groups = steps.rows_to_learn(X, sample_weight, groups)
        table = read_table(some)
        steps.check_size(self, table, sample_weight)
        encoding = steps.learn(self.kinds, table, sample_weight)
        rows = steps.encode(encoding, table)
        learnt = rows if X is some else steps.encoded(encoding, X)
        validation = None if X_val is None else steps.encode(encoding, read_table(X_val))
        autoencoder = steps.autoencoder_of(self, encoding)
        autoencoder.set_callbacks(*getattr(self, "_skl_callbacks", ()))
        try:
            autoencoder.fit(learnt, X_val=validation, sample_weight=sample_weight, groups=groups)
        except KeyboardInterrupt:
            if hasattr(autoencoder, "encoder_"):
                self._store(table, encoding, autoencoder, rows, sample_weight)
            raise
        self._store(table, encoding, autoencoder, rows, sample_weight)
        return self

    def transform(self, X):
        """The codes of the rows of a table.

        Parameters
        ----------
        X : data frame or array-like of shape (n_samples, n_features)
            Columns are taken by name, in any order; those that were set aside may be left out.

        Returns
        -------
        ndarray of shape (n_samples, n_components_)
            In double precision, or in single where that holds all columns' digits. Each
            component is as spread as its principal axis, unless ``whiten`` asks for unit
            variance.

        Raises
        ------
        ValueError
            If columns are missing or new, or hold what those of the fit did not.

        Warns
        -----
        UserWarning
            If there are levels that `fit` did not see. They are coded as if missing.
        """
        rows = self._encoded(X)
        return self.autoencoder_.transform(rows)

    def inverse_transform(self, X):
        """The table that codes stand for.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_components_)
            Codes.

        Returns
        -------
        data frame or ndarray of shape (n_samples, n_columns)
            Of the library that `fit` saw, its columns less those set aside, in their order and
            of their types; each category is the likeliest one.

        Raises
        ------
        ValueError
            If the codes hold NaN or infinity or have another number of columns.
        """
        check_is_fitted(self)
        return self._encoding.decode(self.autoencoder_.inverse_transform(X))

    def impute(self, X):
        """The table with its gaps filled.

        Parameters
        ----------
        X : data frame or array-like of shape (n_samples, n_features)

        Returns
        -------
        data frame or ndarray of shape (n_samples, n_features)
            All columns of X, of its library and types. What is seen stays to the bit. In a gap
            stands the value nearest to the encoded columns' mean, given what is seen of the row,
            by a Gaussian of them; where `fit` saw no gaps and there are more than 64 encoded
            columns, it is what `inverse_transform` gives. Columns set aside keep their gaps.
        """
        check_is_fitted(self)
        table = read_table(X)
        rows = steps.encode(self._encoding, table)
        if self._filling is None:
            filled = self.autoencoder_.inverse_transform(self.autoencoder_.transform(rows))
        else:
            filled = self._filling.fill(rows)
        return self._encoding.filled(table, filled)

    def score_samples(self, X):
        """Minus each row's squared error in the encoded columns: higher is more normal.

        Parameters
        ----------
        X : data frame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
            Summed over standardized numbers and shares of levels. Of a row with gaps, the mean
            over what is seen, times the number of encoded columns.
        """
        rows = self._encoded(X)
        return self.autoencoder_.score_samples(rows)

    def score(self, X, y=None, sample_weight=None):
        """Share of the encoded table's variance that the reconstruction explains.

        Parameters
        ----------
        X : data frame or array-like of shape (n_samples, n_features)
        y : None
            Ignored.
        sample_weight : array-like of shape (n_samples,), default=None

        Returns
        -------
        float
            1 is perfect, 0 is no better than each column's mean, and shares of its levels.
            Gaps do not count.
        """
        rows = self._encoded(X)
        return self.autoencoder_.score(rows, sample_weight=sample_weight)

    @available_if(draws_codes)
    def sample(self, n_samples=1, random_state=None):
        """Draw a table of new rows.

        Offered with ``objective=Variational(...)``. Codes are drawn from the standard normal
        distribution, levels from the probabilities that the model gives for them, and numbers
        with noise as wide as the model's errors in training. Each number is then replaced by
        the value of the same rank in the training column, so that columns are distributed as
        they were, by values that were seen. Nothing is a gap.

        Parameters
        ----------
        n_samples : int, default=1
        random_state : int, RandomState instance or None, default=None

        Returns
        -------
        data frame or ndarray of shape (n_samples, n_columns)
            As `inverse_transform` gives it.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        """
        check_is_fitted(self)
        check_scalar(n_samples, "n_samples", Integral, min_val=1)
        rng = check_random_state(random_state)
        means = self.autoencoder_.sample(n_samples, random_state=rng)
        rows = draw_rows(self._encoding, means, self._distributions, rng)
        return self._encoding.decode(rows, rng)

    @property
    def _n_features_out(self):
        return self.n_components_

    @property
    def _objective(self):
        return self.autoencoder_._objective

    def __getstate__(self):
        state = without_running_fit(super().__getstate__())
        return state | {"optimizer": to_pickle(self.optimizer)}

    def __setstate__(self, state):
        super().__setstate__(state | {"optimizer": from_pickle(state["optimizer"])})

    def __sklearn_is_fitted__(self):
        return "autoencoder_" in vars(self)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = tags.input_tags.string = tags.input_tags.categorical = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _encoded(self, X):
        check_is_fitted(self)
        return steps.encoded(self._encoding, X)

    def _store(self, table, encoding, autoencoder, rows, sample_weight):
        distributions = steps.distributions(encoding, autoencoder, rows)
        filling = steps.filling(autoencoder, rows, sample_weight)
        steps.note_columns(self, table)
        self.kinds_ = dict(encoding.kinds)
        self.autoencoder_, self._encoding = autoencoder.set_callbacks(), encoding
        self.n_components_, self.n_iter_ = autoencoder.n_components_, autoencoder.n_iter_
        self._distributions, self._filling = distributions, filling
