"""Columns of a frame that are no rows to learn from: weights, and labels of groups."""

from __future__ import annotations

from typing import Any, NamedTuple

import narwhals.stable.v2 as nw

from skautoencoder._streams._stream import Batch


class SetApart(NamedTuple):
    """Names of the columns that hold each row's weight and the label of its group, if any."""

    sample_weight: str | None = None
    groups: str | None = None

    @property
    def names(self) -> list[str]:
        """Those that are."""
        return [name for name in self if name is not None]

    def named(self) -> list[tuple[list[str], str]]:
        """Each with its parameter's own name."""
        sides = self._asdict().items()
        return [([name], parameter) for parameter, name in sides if name is not None]

    def of(self, X: Any) -> Batch:
        """The batch of a frame, these columns apart from the others.

        Raises
        ------
        ValueError
            If X has no such columns.
        """
        if not self.names:
            return Batch(X)
        frame = nw.from_native(X, eager_only=True, pass_through=True)
        names = getattr(frame, "columns", [])
        for (name,), parameter in self.named():
            if name not in names:
                raise ValueError(
                    f"{parameter}={name!r} must be a column of each batch. Got one with the "
                    f"columns {list(names)}."
                )
        sides = [None if name is None else frame[name].to_numpy() for name in self]
        return Batch(frame.drop(self.names).to_native(), *sides)
