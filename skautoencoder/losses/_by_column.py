"""Several losses, each of some of the columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, cast

import numpy as np

from skautoencoder._functions import Array
from skautoencoder.losses._links import Scaling
from skautoencoder.losses._loss import Likelihood, Loss


@dataclass(frozen=True)
class LossByColumn(Loss):
    """The error of each column by a loss of its own.

    Errors stay in standard units, as those of several losses have no other in common.

    Parameters
    ----------
    parts : tuple of (Loss, tuple of int)
        Losses with the columns that they are for.
    others : Loss
        The loss of all other columns.
    """

    parts: tuple[tuple[Loss, tuple[int, ...]], ...]
    others: Loss

    @property
    def link(self) -> LinkByColumn:
        return LinkByColumn(self)

    @property
    def bounded_by_range(self) -> bool:
        return any(
            loss.bounded_by_range for loss in (self.others, *(loss for loss, _ in self.parts))
        )

    def error(self, target: Array, output: Array) -> Array:
        layout = _layout(self, output.shape[-1])
        return layout.joined(
            loss.error(target[..., columns], output[..., columns]) for loss, columns in layout.parts
        )

    def nats(self, error: Array, spread: Array | float) -> Array:
        layout = _layout(self, error.shape[-1])
        return layout.joined(
            cast(Likelihood, loss).nats(error[..., columns], spread)
            for loss, columns in layout.parts
        )

    def check(self, X: Any) -> None:
        check_named_once(self, [column for _, named in self.parts for column in named], X)
        for loss, columns in _layout(self, X.shape[1]).parts:
            loss.check(X[:, columns])


@dataclass(frozen=True)
class LinkByColumn:
    """The link of each column's own loss."""

    loss: LossByColumn

    def output(self, linear: Array | None, nonlinear: Array, scaling: Scaling) -> Array:
        layout = _layout(self.loss, nonlinear.shape[-1])
        return layout.joined(
            loss.link.output(
                None if linear is None else linear[..., columns],
                nonlinear[..., columns],
                scaling.of(columns),
            )
            for loss, columns in layout.parts
        )

    def target(self, x: Array, scaling: Scaling) -> Array:
        layout = _layout(self.loss, x.shape[-1])
        return layout.joined(
            loss.link.target(x[..., columns], scaling.of(columns)) for loss, columns in layout.parts
        )

    def predict(self, output: Array, scaling: Scaling) -> Array:
        layout = _layout(self.loss, output.shape[-1])
        return layout.joined(
            loss.link.predict(output[..., columns], scaling.of(columns))
            for loss, columns in layout.parts
        )


def check_named_once(loss: Loss, columns: Sequence[int], X: Any) -> None:
    """Raise a ValueError where a loss names a column twice, or one that X does not have."""
    named, n_features = set(columns), X.shape[1]
    if len(named) < len(columns) or not named <= set(range(n_features)):
        raise ValueError(f"loss={loss!r} must name each column once, from 0 to {n_features - 1}.")


class _Layout(NamedTuple):
    """Which columns each loss takes, and where they are in the parts side by side."""

    parts: tuple[tuple[Loss, Any], ...]
    places: np.ndarray | None  # (n_features,); None where the parts have them in order

    def joined(self, pieces: Iterable[Array]) -> Array:
        """What the losses made of their columns, in the order of the columns."""
        first, *others = pieces
        together = first
        if others:
            together = first.__array_namespace__().concat([first, *others], axis=-1)
        return together if self.places is None else together[..., self.places]


@lru_cache
def _layout(loss: LossByColumn, n_features: int) -> _Layout:
    named = {column for _, columns in loss.parts for column in columns}
    rest = tuple(column for column in range(n_features) if column not in named)
    parts = [(part, columns) for part, columns in (*loss.parts, (loss.others, rest)) if columns]
    parts.sort(key=lambda part: part[1])  # neighbours stay so, where they can
    order = [column for _, columns in parts for column in columns]
    places = None if order == list(range(n_features)) else np.argsort(order)
    return _Layout(tuple((part, _neighbors(columns)) for part, columns in parts), places)


def _neighbors(columns: tuple[int, ...]) -> Any:
    """Columns as a slice where they are in a row, which takes no copy, else as an array."""
    first = columns[0]
    in_a_row = columns == tuple(range(first, first + len(columns)))
    return slice(first, first + len(columns)) if in_a_row else np.array(columns)
