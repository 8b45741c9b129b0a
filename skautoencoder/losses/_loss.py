"""What a loss is: a link, an error for each entry, and the values that it can rebuild."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

from skautoencoder._functions import Array
from skautoencoder._range import check_within
from skautoencoder.losses._links import Link


class Interval(NamedTuple):
    """Allowed values of the data, and what to say of others."""

    low: float
    high: float
    needs: str
    remedy: str


@runtime_checkable
class Loss(Protocol):
    """What the model is to rebuild, and how far it is from that, entry by entry.

    Written for NumPy and JAX alike. The model sums the errors of a row. Errors are in standard
    units, whatever the data's: `power` says which power of the scale makes errors in the units
    of the data of them, and no program need hold that number.

    Attributes
    ----------
    link : Link
        From the two parts of a decoded row to an output, and from that to a reconstruction.
    interval : Interval or None
        Allowed values; None where all are.
    power : int
    visible_units : str or None
        Which visible units of a Boltzmann machine have that output, if any do.
    isotropic : bool
        Whether the error of a row is that of the row turned, where both rows are.
    bounded_by_range : bool
        Whether the link is to know the largest value of each column in training.
    balanced : bool
        Whether columns count alike, whatever their variances.
    """

    interval: ClassVar[Interval | None] = None
    power: ClassVar[int] = 0
    isotropic: ClassVar[bool] = False
    visible_units: ClassVar[str | None] = None

    @property
    def link(self) -> Link:  # a property, so that columns may decide
        raise NotImplementedError

    @property
    def bounded_by_range(self) -> bool:
        return False

    @property
    def balanced(self) -> bool:
        return False

    def error(self, target: Array, output: Array) -> Array:
        """The error of each entry.

        Parameters
        ----------
        target : array of shape (n_rows, n_features)
            What the link makes of the rows.
        output : array of shape (n_rows, n_features)
            What it makes of the decoded ones.
        """
        raise NotImplementedError

    def check(self, X: Any) -> None:
        """Raise a ValueError where X holds values that the loss cannot rebuild."""
        if self.interval is not None:
            check_within(X, *self.interval)


@runtime_checkable
class Likelihood(Protocol):
    """A loss that is minus the logarithm of a density or a probability, but for constants."""

    def nats(self, error: Array, spread: Array | float) -> Array:
        """Minus each entry's log-likelihood under noise of this spread, in standard units."""
        ...
