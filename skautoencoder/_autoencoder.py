"""AutoencoderTransformer."""

from __future__ import annotations

from numbers import Integral

from sklearn.utils._param_validation import Interval

from skautoencoder._base import BaseAutoencoder
from skautoencoder.networks import DenseNetwork


class AutoencoderTransformer(BaseAutoencoder):
    _parameter_constraints: dict = {
        **BaseAutoencoder._parameter_constraints,
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "tied_weights": ["boolean"],
    }

    def __init__(
        self,
        n_components=2,
        *,
        hidden_layer_sizes=(256, 128),
        activation="gelu",
        tied_weights=False,
        loss="squared_error",
        objective="reconstruction",
        init="pca",
        optimizer="adam",
        learning_rate=1e-3,
        weight_decay=0.0,
        batch_size="auto",
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
        self.max_iter = max_iter
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    def _make_network(self, n_features, n_components):
        sizes = self.hidden_layer_sizes
        sizes = (sizes,) if isinstance(sizes, Integral) else tuple(sizes)
        if not all(isinstance(size, Integral) and size >= 1 for size in sizes):
            raise ValueError(
                "The 'hidden_layer_sizes' parameter of AutoencoderTransformer must hold "
                f"integers in the range [1, inf). Got {self.hidden_layer_sizes!r} instead."
            )
        return DenseNetwork(
            n_features,
            n_components,
            tuple(int(size) for size in sizes),
            self.activation,
            bool(self.tied_weights),
        )
