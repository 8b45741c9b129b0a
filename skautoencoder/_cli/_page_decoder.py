"""A fitted decoder as plain values, as the page's script runs it: for the columns it shows."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import numpy as np

from skautoencoder._networks._dense import DenseNetwork
from skautoencoder.losses import MixedLoss
from skautoencoder.losses._links import BoundedLog, Identity, InUnits, Logit

_MOST_WEIGHTS = 350_000  # about 2 MB in a page
# Links by the names that the script knows them by.
_LINKS = {Identity: "identity", InUnits: "identity", Logit: "logit", BoundedLog: "rate"}


@dataclass(frozen=True)
class Shown:
    """What is shown of decoded rows: each value is the mean of some of their columns.

    Parameters
    ----------
    columns : ndarray of int
    places : ndarray of int
        Which value each of these columns belongs to.
    """

    columns: np.ndarray
    places: np.ndarray

    @classmethod
    def one_by_one(cls, columns):
        """The columns themselves."""
        return cls(np.asarray(columns, int), np.arange(len(columns)))

    @property
    def are_columns(self):
        """Whether each value is one column."""
        return self.places[-1] + 1 == len(self.columns)

    def of(self, rows):
        """The values, of arrays whose last axis holds columns."""
        values = np.zeros((self.places[-1] + 1, *rows.shape[:-1]))
        np.add.at(values, self.places, np.moveaxis(rows[..., self.columns], -1, 0))
        return np.moveaxis(values, 0, -1) / np.bincount(self.places)


def page_decoder(estimator, shown):
    """The decoder of what is shown, or None where a page cannot run it.

    That is where it is no network of dense layers, its weights are too many, or its loss links
    columns in a way of which the script knows nothing.

    Parameters
    ----------
    estimator : fitted autoencoder
    shown : Shown
    """
    model = estimator._model
    if not isinstance(model.network, DenseNetwork):
        return None
    links = _links(model.loss, model.network.n_features)
    if links is None or not (shown.are_columns or set(links) == {"identity"}):
        return None
    decoder = model.params.decoder
    *weights, last = model.network.decoder_weights(model.params)
    *biases, last_bias = decoder.biases
    if decoder.gain is not None:
        last, last_bias = last * decoder.gain, last_bias * decoder.gain
    layers = [*zip(weights, biases, strict=True), (shown.of(last), shown.of(last_bias))]
    if sum(weight.size for weight, _ in layers) > _MOST_WEIGHTS:
        return None
    path, _ = model.network.decode(model.params, np.eye(len(estimator.code_scale_)))
    mean, scale = model.standardization
    return {
        "activation": model.network.activation,
        "layers": [{"w": floats(w), "b": floats(b)} for w, b in layers],
        "linear": None if path is None else floats(shown.of(path)),
        "mean": floats(shown.of(mean)),
        "scale": float(scale),
        "highest": None if model.highest is None else floats(shown.of(model.highest)),
        "code_scale": np.asarray(estimator.code_scale_).tolist(),
        "links": _in_order(links, shown),
    }


def floats(array):
    """Numbers in single precision as text."""
    return base64.b64encode(np.ascontiguousarray(array, "<f4").tobytes()).decode()


def _links(loss, n_features):
    """The name of each column's link, or None where one has none."""
    if isinstance(loss, MixedLoss):
        names = np.full(n_features, "identity", object)
        blocks = [column for block in loss.categorical for column in block]
        for name, columns in (("logit", loss.binary), ("weight", blocks), ("rate", loss.counts)):
            names[list(columns)] = name
        return names
    name = _LINKS.get(type(loss.link))
    return None if name is None else np.full(n_features, name, object)


def _in_order(links, shown):
    """The link of each value, or one where all are the same."""
    if len(set(links)) == 1:
        return links[0]
    return links[shown.columns].tolist()
