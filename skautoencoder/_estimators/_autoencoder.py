"""AutoencoderTransformer."""

from __future__ import annotations

from numbers import Integral

from skautoencoder._estimators._autoencoder_base import BaseAutoencoder
from skautoencoder._estimators._input import check_layer_sizes
from skautoencoder._networks import DenseNetwork
from skautoencoder._sklearn import Interval, StrOptions


class AutoencoderTransformer(BaseAutoencoder):
    """Autoencoder that stands where :class:`~sklearn.decomposition.PCA` stood.

    A dense network squeezes each row through a narrow code layer and rebuilds it. Beside
    the network runs a linear path that starts as PCA, and the network starts silent, so
    training begins at exactly PCA's reconstruction [1]_. The best weights on held-out
    rows are kept, the start included: on them the fitted model is never worse than PCA,
    and where the truth is linear, it is PCA.

    Parameters
    ----------
    n_components : int, float, "mle" or None, default=2
        Width of the code, as PCA reads it: a float in (0, 1) takes as many components as
        PCA needs to explain that share of the variance, "mle" as many as Minka's estimate
        of the dimension, None as many as rows or columns, whichever are fewer. May exceed
        the number of columns.
    whiten : bool, default=False
        Whether each component of the code has unit variance. If false, it is as spread as
        its principal axis, in the units of the data, and where the result is PCA the codes
        are PCA's; with an ``init`` other than "pca" its scale is the network's own. Either
        way the network works on codes of unit variance. Read by `fit` alone.
    hidden_layer_sizes : array-like of int or int, default=(256, 128)
        Hidden layers of the encoder; the decoder mirrors them.
    activation : {"gelu", "relu", "silu", "elu", "softplus", "tanh", "logistic", \
            "identity"}, default="gelu"
        Of the hidden layers. The code and the output are linear.
    tied_weights : bool, default=False
        Whether the decoder uses the encoder's weights, transposed.
    loss : {"squared_error", "absolute_error", "huber", "cross_entropy", "poisson"} or \
            MixedLoss, default="squared_error"
        Reconstruction error of a row, summed over its features, in the units of the
        data. "huber" turns from squared to linear at the root of the mean variance of a
        column. "cross_entropy" is for X in [0, 1] and rebuilds values in [0, 1],
        "poisson" is for counts and rebuilds rates,
        :class:`~skautoencoder.losses.MixedLoss` is for tables of numbers, yes-or-no and
        one-hot columns.
    objective : {"reconstruction", "denoising", "sparse", "contractive", "variational", \
            "ordered"} or Objective, default="reconstruction"
        What training minimises: a name for an objective's defaults, or an instance, see
        :mod:`skautoencoder.objectives`.
    init : {"pca", "glorot", "rbm"}, default="pca"
        Start at PCA, or without a linear path: at random weights [2]_, or at a stack of
        restricted Boltzmann machines, pretrained layer by layer and unrolled as in [1]_.
        "rbm" needs ``activation="logistic"`` and a loss of "cross_entropy" (Bernoulli
        visible units), "squared_error", "absolute_error" or "huber" (Gaussian ones).
    optimizer : {"nadam", "adam", "adabelief", "lion", "rmsprop", "sgd"}, callable or \
            optax.GradientTransformation, default="nadam"
        "nadam" is Adam with Nesterov's momentum [5]_. A callable without arguments that
        returns an optax transformation, such as ``functools.partial(optax.adam, 1e-3)`` or a
        class; it brings its own learning rate and weight decay. Equal ones share compiled
        programs. A transformation itself works as well, but optax's hold closures: an
        estimator that has one cannot be pickled, nor cached by ``Pipeline(memory=...)``.
    learning_rate : float, default=2e-3
        At the first step; it falls along half a cosine to zero over ``max_iter`` epochs.
    weight_decay : float, default=0.0
        Decoupled weight decay on the weights of the hidden layers.
    batch_size : "auto" or int, default="auto"
        Rows a step. "auto" is 32 below 10,000 rows and 128 from there on. More than all
        rows are as good as all rows.
    precision : {"float32", "bfloat16"}, default="float32"
        Of the hidden layers' products while training. "bfloat16" rounds what is multiplied to
        eight bits, and trains wide networks in about half the time where a processor multiplies
        such numbers faster: AMX, AVX512-BF16, GPUs. Sums, weights, the linear path, layers of at
        most 128 inputs or outputs, the optimizer and the choice of the best weights are in
        single precision all the same, and so is the fitted model.
    max_iter : int, default=200
        Epochs, at most.
    early_stopping : bool, default=True
        Whether to hold rows out, and to stop when they show no more progress. If false
        and there is no ``X_val``, all epochs are run and the last weights are kept.
    validation_fraction : float, default=0.1
        Share of the rows to hold out. Where that would be fewer than 50 rows, every row
        is held out once instead, in 5-fold cross-validation, and the kept model is
        trained on all of them, for as many epochs as served the folds best. Copies of a
        row count as one, and so do rows that share a label in the ``groups`` of `fit`:
        none is held out while others are learnt from.
    n_iter_no_change : int or np.inf, default=10
        Epochs without progress before training stops. It waits for at least 500 steps, as an
        epoch of few rows is a handful, unless the validation loss, if it is of distances and not
        of probabilities, is well above its best; in a second try, see Notes, for 1,000.
    tol : float, default=1e-4
        Relative improvement of the validation loss that counts as progress.
    warm_start : bool, default=False
        Whether `fit` goes on from the fitted weights. On data that would be
        cross-validated all epochs are run then, because those weights know all rows.
    random_state : int, RandomState instance or None, default=None
        Decides the rows held out, the weights to start from and the order of the rows.
        The same integer gives the same bits on the same kind of machine.
    verbose : int, default=0
        Whether to print a line an epoch.

    Attributes
    ----------
    n_components_ : int
        Width of the code.
    n_features_in_ : int
        Number of columns seen during `fit`.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if all of them are strings.
    mean_ : ndarray of shape (n_features_in_,)
        Mean of each column.
    scale_ : float
        One scale for all columns, the root of their mean variance.
    encoder_, decoder_ : Stack
        Weights, biases and linear path, as NumPy arrays, for rows ``(X - mean_) / scale_``.
    code_scale_ : ndarray of shape (n_components_,)
        What the network's codes, of about unit variance, are multiplied by in `transform`.
    components_ : ndarray of shape (n_components_, n_features_in_)
        Mean derivatives of the decoder by each component of the code, in the units of the data,
        whatever ``whiten``: PCA's own unit vectors where the result is PCA.
    explained_variance_ratio_ : ndarray of shape (n_components_,)
        Shares of the variance of the rows, not negative. Their sum is what the reconstruction
        explains, the `score` on the rows of the fit, shared out in proportion to how much worse
        rows are rebuilt where one component is replaced by its mean. PCA's where the result is
        PCA; else neither sorted nor, added up, what fewer components would explain: see Notes.
    explained_variance_ : ndarray of shape (n_components_,)
        The same in squared units of the data, divided by ``n_samples_ - 1``, as PCA does.
    noise_variance_ : float
        The variance that is not explained, over the number of dimensions left, as in PCA.
    n_samples_ : int
        Number of rows with a weight.
    n_iter_ : int
        Epochs run.
    loss_curve_ : list of float
        Mean training loss of a row. Entry 0 is the start, on up to 2,000 rows; later
        ones are measured while the rows are being learnt from.
    validation_loss_curve_ : list of float
        Mean loss of a held-out row, entry 0 at the start. Empty without held-out rows.
    best_loss_ : float
        Loss of the kept weights on the held-out rows, or on the training rows where
        there are none. It is that of the start if no epoch was convincingly better, and may
        lie above the lowest of the curve by what may be chance.

    See Also
    --------
    sklearn.decomposition.PCA : The linear special case.

    Notes
    -----
    The start is left only for a gain on the held-out rows of two standard errors, which does
    not hang on one row; else the result is PCA of all rows, in double precision where the data
    are. Weights are kept in place of earlier ones for a gain of one. If training gains less than
    5 % over PCA, it tries once more, within ``max_iter``, from random weights beside a tenth of
    PCA's path: some folded data give it no way down from PCA. The kept weights are an average
    over the last hundred steps or so [3]_.

    These defaults rest on ``benchmarks/quality/default_recipe.py``: over 24 real and made tables
    no held-out error was more than 1.000 times PCA's, and the geometric mean of the tables' was
    0.40 times PCA's. A random start reached 0.42, and 2.96 times PCA's at worst.

    `components_` and the explained variances are measured by `fit` on up to 1,000 rows, drawn by
    the seed, and on fewer the more components there are and the wider the network is: 585 for 2
    components, 163 for 8, no fewer than 64. Where the result is PCA they are exact, of all rows.
    `partial_fit` does not measure them. There are no ``singular_values_``, as there is no matrix
    that would have them. To choose ``n_components``, compare the `score` on held-out rows of fits
    of several sizes, or read PCA's curve, which is ours for ``n_components=None``: a network
    never explains less on its validation data. Only with ``objective="ordered"`` are the first
    components trained to serve without the others. ``benchmarks/speed/components.py`` has cost
    and figures.

    Searches over numbers compile once in a process. ``n_jobs`` works with joblib's
    threading and loky backends. In a process that was forked after JAX had started, what is
    fitted is applied as anywhere, and a fit raises a RuntimeError where it would hang.

    A process keeps the programs of the 32 networks, batch sizes and optimizers used last.
    Each takes 7 to 10 MiB, and JAX holds on to a sixth of that when the program goes
    (``benchmarks/speed/compiled_memory.py``); ``jax.clear_caches()`` frees most of both.

    NaN is a gap. A Gaussian of the columns is fitted by expectation maximisation, with the
    covariance of up to 64 columns or factors of more [4]_; training starts at its principal axes,
    a row is encoded with its conditional mean in its gaps, and errors count what is seen. So a
    complete row has the code that it has alone, and `inverse_transform` has no gaps. A column
    that no row has is taken for zeros, a row of which nothing is seen for the columns' means. A
    model that was fitted to complete rows fills by probabilistic PCA along its linear path, with
    means where it has none. ``benchmarks/quality/gaps.py`` has the figures.

    Few wide rows, no more than half as many as columns, are trained in the space that they span,
    where the loss is the squared error, the objective "reconstruction" or "ordered", and weights
    are not tied: as good a fit in a fraction of time and memory
    (``benchmarks/quality/wide_rows.py``).

    Data that are cross-validated are trained on six times side by side: the weights, their
    average, and the optimizer's state of each fold are in memory until the fit ends.

    References
    ----------
    .. [1] Hinton, G. E., & Salakhutdinov, R. R. (2006). Reducing the dimensionality of
       data with neural networks. Science, 313(5786), 504-507.
    .. [2] Glorot, X., & Bengio, Y. (2010). Understanding the difficulty of training deep
       feedforward neural networks. AISTATS, 249-256.
    .. [3] Polyak, B. T., & Juditsky, A. B. (1992). Acceleration of stochastic
       approximation by averaging. SIAM J. Control and Optimization, 30(4), 838-855.
    .. [4] Little, R. J. A., & Rubin, D. B. (2019). Statistical analysis with missing data (3rd
       ed.), section 11.2. Wiley.
    .. [5] Dozat, T. (2016). Incorporating Nesterov momentum into Adam. ICLR workshop track.

    Examples
    --------
    >>> from sklearn.datasets import make_s_curve
    >>> from skautoencoder import AutoencoderTransformer
    >>> X, _ = make_s_curve(500, random_state=0)
    >>> autoencoder = AutoencoderTransformer(n_components=2, random_state=0).fit(X)
    >>> autoencoder.transform(X).shape
    (500, 2)
    >>> autoencoder.inverse_transform(autoencoder.transform(X)).shape
    (500, 3)
    """

    _parameter_constraints: dict = {
        **BaseAutoencoder._parameter_constraints,
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "tied_weights": ["boolean"],
        "init": [StrOptions({"pca", "glorot", "rbm"})],
    }

    def __init__(
        self,
        n_components=2,
        *,
        whiten=False,
        hidden_layer_sizes=(256, 128),
        activation="gelu",
        tied_weights=False,
        loss="squared_error",
        objective="reconstruction",
        init="pca",
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
        warm_start=False,
        random_state=None,
        verbose=0,
    ):
        self.n_components = n_components
        self.whiten = whiten
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.tied_weights = tied_weights
        self.loss = loss
        self.objective = objective
        self.init = init
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
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    def _make_network(self, n_features, n_components):
        return DenseNetwork(
            n_features,
            n_components,
            check_layer_sizes(self),
            self.activation,
            bool(self.tied_weights),
            self._asked_objective().n_heads,
        )
