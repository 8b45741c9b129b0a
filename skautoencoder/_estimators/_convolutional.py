"""ConvolutionalAutoencoderTransformer."""

from __future__ import annotations

from math import prod
from numbers import Integral

from skautoencoder._estimators._autoencoder_base import BaseAutoencoder
from skautoencoder._networks import ConvolutionalNetwork


class ConvolutionalAutoencoderTransformer(BaseAutoencoder):
    """Convolutional autoencoder for images and signals, in PCA's place.

    As :class:`AutoencoderTransformer`, for rows that are flattened images or signals:
    strided convolutions down to a dense code layer, transposed convolutions [1]_ up again.
    The linear path beside the network starts at PCA here, too. Windows cut from one recording
    resemble each other: `fit` wants to know of it by ``groups``, one label a recording.

    Parameters
    ----------
    n_components : int, float, "mle" or None, default=2
        Width of the code, as in :class:`AutoencoderTransformer`.
    image_shape : array-like of int, default=None
        How to fold a row: ``(length,)`` for a signal, ``(height, width)`` or ``(height,
        width, channels)`` for an image, the last axis varying fastest; sides of any
        length, odd ones too. None takes the whole row as one signal.
    channels : array-like of int, default=(32, 64)
        Channels of the encoder's convolutions, of 3 x 3 pixels with stride 2: each halves
        both sides. The decoder mirrors them.
    whiten, activation, loss, objective, init, weight_decay, batch_size, precision, max_iter, \
    early_stopping, validation_fraction, n_iter_no_change, tol, warm_start, random_state, verbose
        As in :class:`AutoencoderTransformer`.
    optimizer : str, callable or optax.GradientTransformation, default="adam"
        As there, but for the default.
    learning_rate : float, default=3e-3
        As there, but larger: a convolution's few weights can bear it.

    Attributes
    ----------
    n_components_, n_features_in_, feature_names_in_, mean_, scale_, encoder_, decoder_, \
    code_scale_, components_, explained_variance_, explained_variance_ratio_, noise_variance_, \
    n_samples_, n_iter_, loss_curve_, validation_loss_curve_, best_loss_
        As in :class:`AutoencoderTransformer`. The weights of a convolution are one
        matrix over patches.

    References
    ----------
    .. [1] Zeiler, M. D., Krishnan, D., Taylor, G. W., & Fergus, R. (2010). Deconvolutional
       networks. CVPR, 2528-2535.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skautoencoder import ConvolutionalAutoencoderTransformer
    >>> X, _ = load_digits(return_X_y=True)
    >>> autoencoder = ConvolutionalAutoencoderTransformer(
    ...     8, image_shape=(8, 8), channels=(8, 16), max_iter=3, random_state=0
    ... )
    >>> autoencoder.fit_transform(X).shape
    (1797, 8)
    """

    _parameter_constraints: dict = {
        **BaseAutoencoder._parameter_constraints,
        "image_shape": ["array-like", None],
        "channels": ["array-like"],
    }

    def __init__(
        self,
        n_components=2,
        *,
        whiten=False,
        image_shape=None,
        channels=(32, 64),
        activation="gelu",
        loss="squared_error",
        objective="reconstruction",
        init="pca",
        optimizer="adam",
        learning_rate=3e-3,
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
        self.image_shape = image_shape
        self.channels = channels
        self.activation = activation
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
        shape = (n_features,) if self.image_shape is None else self._sizes("image_shape")
        if not 1 <= len(shape) <= 3 or prod(shape) != n_features:
            raise ValueError(
                "The 'image_shape' parameter of ConvolutionalAutoencoderTransformer must be one "
                "to three lengths whose product is the number of columns of X, which is "
                f"{n_features}. Got {self.image_shape!r} instead."
            )
        return ConvolutionalNetwork(
            n_features,
            n_components,
            (*shape, 1, 1)[:3],
            self._sizes("channels"),
            self.activation,
            self._asked_objective().n_heads,
        )

    def _sizes(self, name):
        sizes = tuple(getattr(self, name))
        if not all(isinstance(size, Integral) and int(size) >= 1 for size in sizes):
            raise ValueError(
                f"The {name!r} parameter of ConvolutionalAutoencoderTransformer must hold "
                f"integers in the range [1, inf). Got {getattr(self, name)!r} instead."
            )
        return tuple(int(size) for size in sizes)
