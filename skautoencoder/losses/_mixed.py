"""A loss for tables of numbers, yes-or-no columns, one-hot columns and counts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np

from skautoencoder._functions import Array
from skautoencoder._range import check_within
from skautoencoder.losses._by_column import LinkByColumn, LossByColumn, check_named_once
from skautoencoder.losses._column_transformer import blocks_of
from skautoencoder.losses._discrete import (
    CategoricalCrossEntropy,
    CrossEntropy,
    PoissonDeviance,
)
from skautoencoder.losses._loss import Loss
from skautoencoder.losses._real import HalfSquaredError, NumberError


@dataclass(frozen=True)
class MixedLoss(Loss):
    """A sum of losses, by kind of column: for tables of numbers, yes-or-no and one-hot columns.

    Numbers cost ``((x_j - x_hat_j) / scale_)^2 / 2``, yes-or-no columns their binary
    cross-entropy, a block of one-hot columns its categorical cross-entropy, and counts half
    their Poisson deviance: all are nats. `inverse_transform` gives probabilities for
    yes-or-no and one-hot columns, and those of a block add up to 1. Standardise the numbers
    first.

    Parameters
    ----------
    binary : sequence of int, default=()
        Columns that hold 0 or 1, or anything between. Kept as a tuple.
    categorical : sequence of sequences of int, default=()
        Blocks of columns that add up to 1 in each row. All other columns are numbers. Kept
        as a tuple of tuples.
    counts : sequence of int, default=()
        Columns of counts, which are rebuilt by rates. Kept as a tuple.
    number_std : float or None, default=None
        What numbers' errors are divided by, in the units of the data. None is ``scale_``, the
        root of the mean variance of all columns, which is small where many are one-hot: the
        numbers then outweigh all else. 1.0 has a standardised number cost half a nat where
        nothing but its mean is known, whatever stands beside it. With ``Variational`` it is
        that objective's ``noise_std`` which numbers' errors are divided by, in these units.

    Raises
    ------
    ValueError
        If a field is not made of column numbers, or `categorical` not of blocks, or
        `number_std` is not above zero.

    Examples
    --------
    >>> from skautoencoder import AutoencoderTransformer
    >>> from skautoencoder.losses import MixedLoss
    >>> AutoencoderTransformer(loss=MixedLoss(binary=(2,), categorical=((3, 4, 5),)))
    AutoencoderTransformer(loss=MixedLoss(binary=(2,), categorical=((3, 4, 5),),
                                          counts=(), number_std=None))
    """

    binary: Sequence[int] = ()
    categorical: Sequence[Sequence[int]] = ()
    counts: Sequence[int] = ()
    number_std: float | None = None

    def __post_init__(self) -> None:
        # Tuples of Python's own integers, by which equal losses are known to be equal.
        object.__setattr__(self, "binary", _named("binary", self.binary))
        object.__setattr__(self, "counts", _named("counts", self.counts))
        object.__setattr__(self, "categorical", _categorical(self.categorical))
        object.__setattr__(self, "number_std", _std(self.number_std))

    @classmethod
    def from_column_transformer(cls, fitted: Any) -> MixedLoss:
        """The loss for what a fitted ColumnTransformer gives: its blocks are read from it.

        Each feature of a OneHotEncoder is a block, or a yes-or-no column where one of two
        levels is dropped; infrequent levels share a column. What any other transformer
        gives, and what is passed through, are numbers. The last step of a pipeline decides.

        Parameters
        ----------
        fitted : ColumnTransformer
            After `fit`.

        Returns
        -------
        MixedLoss

        Raises
        ------
        ValueError
            If it is not fitted, if a block of more than two levels has one dropped, or if
            columns were put together in a way that cannot be told apart.

        Notes
        -----
        A OneHotEncoder with ``handle_unknown="ignore"`` gives rows of zeros for unknown
        levels, which are no probabilities: the loss refuses these.

        Examples
        --------
        >>> from sklearn.compose import make_column_transformer
        >>> from sklearn.preprocessing import OneHotEncoder, StandardScaler
        >>> from skautoencoder.losses import MixedLoss
        >>> columns = make_column_transformer((StandardScaler(), [0]), (OneHotEncoder(), [1]))
        >>> X = [[3.0, "red"], [1.0, "green"], [2.0, "blue"]]
        >>> import numpy as np
        >>> MixedLoss.from_column_transformer(columns.fit(np.array(X, dtype=object)))
        MixedLoss(binary=(), categorical=((1, 2, 3),), counts=(), number_std=None)
        """
        found = blocks_of(fitted)
        return cls(binary=found.binary, categorical=found.categorical)

    @property
    def bounded_by_range(self) -> bool:
        return bool(self.counts)

    @property
    def balanced(self) -> bool:
        return self.number_std is not None

    @property
    def link(self) -> LinkByColumn:
        return self._by_column.link

    def error(self, target: Array, output: Array) -> Array:
        return self._by_column.error(target, output)

    def nats(self, error: Array, spread: Array | float) -> Array:
        return self._by_column.nats(error, spread)

    def check(self, X: Any) -> None:
        shares = [*self.binary, *(column for block in self.categorical for column in block)]
        check_named_once(self, [*shares, *self.counts], X)
        if self.counts:
            PoissonDeviance().check(X[:, list(self.counts)])
        if shares:
            check_within(
                X[:, shares], 0, 1, f"loss={self!r} needs values in [0, 1] in those columns",
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
                (PoissonDeviance(), tuple(self.counts)),
            ),
            others=HalfSquaredError() if self.number_std is None else NumberError(self.number_std),
        )


def _named(field: str, values: Any) -> tuple[int, ...]:
    columns = _columns(values)
    if columns is None:
        raise ValueError(
            f"The {field!r} parameter of MixedLoss must be a tuple of column numbers, as in "
            f"{field}=(1, 2). Got {values!r} instead."
        )
    return columns


def _std(value: Any) -> float | None:
    if value is None:
        return None
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not is_number or not 0 < value < math.inf:
        raise ValueError(
            "The 'number_std' parameter of MixedLoss must be None or a float in the range "
            f"(0, inf). Got {value!r} instead."
        )
    return float(value)


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
