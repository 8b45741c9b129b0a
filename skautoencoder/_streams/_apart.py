"""Several processes that read a part of one stream each, and learn together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, TypeVar

import numpy as np

from skautoencoder._streams._stream import Stream

_Value = TypeVar("_Value")


def _mine_alone(value: Any) -> list[Any]:
    return [value]


@dataclass(frozen=True)
class Apart:
    """Which process this is, and how it hears of the others.

    Parameters
    ----------
    number, n_processes : int
    gathered : callable
        ``gathered(value)`` gives what each process has for a value, in their order.
    """

    number: int = 0
    n_processes: int = 1
    gathered: Callable[[Any], list[Any]] = _mine_alone

    def part_of(self, stream: Stream) -> Stream:
        """The pieces of a stream that this process reads.

        Raises
        ------
        ValueError
            If there are fewer pieces than processes.
        """
        if self.n_processes == 1:
            return stream
        if stream.n_pieces < self.n_processes:
            raise ValueError(
                f"X is {stream.name}, which can be read in {stream.n_pieces} pieces, and there "
                f"are {self.n_processes} processes: write it into as many files or row groups."
            )
        mine = np.array_split(np.arange(stream.n_pieces), self.n_processes)[self.number]

        def read(piece: int) -> Any:
            return stream._read(int(mine[piece]))

        return replace(stream, n_pieces=len(mine), _read=read)

    def reduced(self, value: _Value, how: Callable[[_Value, _Value], _Value]) -> _Value:
        """The values of all processes made one."""
        return reduce(how, self.gathered(value))


ALONE = Apart()
