"""A loss for tables of numbers, yes-or-no columns and one-hot columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np

from skautoencoder._functions import Array
from skautoencoder._range import check_within
from skautoencoder.losses._by_column import LinkByColumn, LossByColumn, check_named_once
from skautoencoder.losses._discrete import CategoricalCrossEntropy, CrossEntropy
from skautoencoder.losses._loss import Loss
from skautoencoder.losses._real import HalfSquaredError


@dataclass(frozen=True)
class MixedLoss(Loss):
    """A sum of losses, by kind of column: for tables of numbers, yes-or-no and one-hot columns.

    Numbers cost ``((x_j - x_hat_j) / scale_)^2 / 2``, yes-or-no columns their binary
    cross-entropy, and a block of one-hot columns its categorical cross-entropy: all are
    nats. `inverse_transform` gives probabilities for the latter two, and those of a block
    add up to 1. Standardise the numbers first.

    Parameters
    ----------
    binary : sequence of int, default=()
        Columns that hold 0 or 1, or anything between. Kept as a tuple.
    categorical : sequence of sequences of int, default=()
        Blocks of columns that add up to 1 in each row. All other columns are numbers. Kept
        as a tuple of tuples.

    Raises
    ------
    ValueError
        If a field is not made of column numbers, or `categorical` not of blocks.

    Examples
    --------
    >>> from skautoencoder import AutoencoderTransformer
    >>> from skautoencoder.losses import MixedLoss
    >>> AutoencoderTransformer(loss=MixedLoss(binary=(2,), categorical=((3, 4, 5),)))
    AutoencoderTransformer(loss=MixedLoss(binary=(2,), categorical=((3, 4, 5),)))
    """

    binary: Sequence[int] = ()
    categorical: Sequence[Sequence[int]] = ()

    def __post_init__(self) -> None:
        # Tuples of Python's own integers, by which equal losses are known to be equal.
        object.__setattr__(self, "binary", _binary(self.binary))
        object.__setattr__(self, "categorical", _categorical(self.categorical))

    @property
    def link(self) -> LinkByColumn:
        return self._by_column.link

    def error(self, target: Array, output: Array) -> Array:
        return self._by_column.error(target, output)

    def check(self, X: Any) -> None:
        columns = [column for _, named in self._by_column.parts for column in named]
        check_named_once(self, columns, X)
        if columns:
            check_within(
                X[:, columns], 0, 1, f"loss={self!r} needs values in [0, 1] in those columns",
                "Encode them first, for example with OneHotEncoder.",
            )  # fmt: skip
        for block in self.categorical:
            total = np.asarray(X[:, list(block)].sum(axis=1))
            total = total[~np.isnan(total)]  # gaps
            if total.size and abs(total - 1).max() > 1e-3:
                raise ValueError(
                    f"loss={self!r} needs blocks that add up to 1 in each row, but columns "
                    f"{block} add up to {total.min():.6g} to {total.max():.6g}. "
                    "Encode them first, for example with OneHotEncoder()."
                )

    @property
    def _by_column(self) -> LossByColumn:
        # Blocks of one size go together: each part takes time to compile.
        of_size: dict[int, tuple[int, ...]] = {}
        for block in self.categorical:
            of_size[len(block)] = (*of_size.get(len(block), ()), *block)
        return LossByColumn(
            parts=(
                (CrossEntropy(), tuple(self.binary)),
                *((CategoricalCrossEntropy(size), columns) for size, columns in of_size.items()),
            ),
            others=HalfSquaredError(),
        )


def _binary(values: Any) -> tuple[int, ...]:
    columns = _columns(values)
    if columns is None:
        raise ValueError(
            f"The 'binary' parameter of MixedLoss must be a tuple of column numbers, as in "
            f"binary=(1, 2). Got {values!r} instead."
        )
    return columns


def _categorical(values: Any) -> tuple[tuple[int, ...], ...]:
    listed = _listed(values)
    blocks = None if listed is None else [_columns(block) for block in listed]
    if blocks is not None and all(blocks):
        return tuple(block for block in blocks if block)
    flat = _columns(listed)
    instead = f"categorical=({flat},)" if flat else "categorical=((1, 2, 3), (4, 5))"
    raise ValueError(
        "The 'categorical' parameter of MixedLoss must be a tuple of blocks, each a tuple "
        f"of column numbers: write {instead}. Got {values!r} instead."
    )


def _listed(values: Any) -> list | None:
    """The values as a list, or None where they are no sequence of any kind."""
    if hasattr(values, "tolist"):
        values = values.tolist()
    iterable = isinstance(values, Iterable) and not isinstance(values, str | bytes)
    return list(values) if iterable else None


def _columns(values: Any) -> tuple[int, ...] | None:
    """Column numbers as a tuple of int, or None where they are not that."""
    values = _listed(values)
    if values is None or not all(_is_column(value) for value in values):
        return None
    return tuple(map(int, values))


def _is_column(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)
