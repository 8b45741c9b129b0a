"""The first pass over a stream: how much there is, what is held out, and some rows to look at."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from skautoencoder._data._groups import row_hashes
from skautoencoder._data._rows import has_gaps
from skautoencoder._streams._ahead import ahead
from skautoencoder._streams._smallest import LARGEST_KEY, Kept, Smallest, stacked
from skautoencoder._streams._stream import Stream

# Streams of up to so many values are read into memory: what follows is the fit of an array.
IN_MEMORY_VALUES = 8_388_608
# Rows held out from a longer one, and those drawn from it, stay in memory: up to so many values.
_HELD_OUT_VALUES, _DRAWN_VALUES = 4_194_304, 2_097_152
_FEWEST_HELD_OUT, _FEWEST_DRAWN, _MOST_DRAWN = 500, 500, 20_000


class Checked(NamedTuple):
    """A batch that is sound: rows as numbers, and what goes with each."""

    x: Any  # array or CSR matrix
    weight: np.ndarray
    label: np.ndarray | None


class Survey(NamedTuple):
    """What one pass tells of a stream."""

    n_rows: int
    n_features: int
    dtype: np.dtype
    weight: float  # of all rows together
    has_gaps: bool
    fingerprint: str
    drawn: Kept  # some rows at random
    held_out: Kept | None
    limit: int  # rows whose keys are below are held out
    whole: Checked | None  # all rows, if they are few

    @property
    def weight_unit(self) -> float:
        """What weights are divided by, so that they are 1 in the mean."""
        return self.weight / self.n_rows


def survey(
    stream: Stream,
    check: Callable[[Any, bool], Any],
    fraction: float,
    seed: int,
    number: int = 0,
) -> Survey:
    """The :class:`Survey` of a stream.

    Parameters
    ----------
    stream : Stream
    check : callable
        ``check(X, first)`` gives a batch as an array or a CSR matrix of numbers, and raises a
        ValueError where it is not sound, or, but for the first, unlike those before.
    fraction : float
        Share of the rows, or of groups where there are labels, to hold out.
    seed : int
    number : int
        Of the process, where several read parts of one stream.

    Raises
    ------
    ValueError
        If there is no row, or a batch is not sound; it says which.
    """
    pass_by: _PassBy | None = None
    for batch in ahead(checked(stream, np.arange(stream.n_pieces), check, first=True)):
        if pass_by is None:
            pass_by = _PassBy(
                batch.x.shape[1], fraction, seed, number, labeled=batch.label is not None
            )
        pass_by.add(batch)
    if pass_by is None:
        raise ValueError(f"X is {stream.name}, which yields no rows that have a weight.")
    return pass_by.found()


def checked(
    stream: Stream,
    pieces: np.ndarray,
    check: Callable[[Any, bool], Any],
    first: bool = False,
) -> Iterator[Checked]:
    """Yield the batches of some pieces as numbers, less the rows that have no weight."""
    start = 0
    for number, batch in enumerate(stream._batches(pieces)):
        try:
            x = check(batch.X, first and number == 0)
            weight = _weight(batch.sample_weight, x.shape[0])
        except (ValueError, TypeError) as error:
            kind = TypeError if isinstance(error, TypeError) else ValueError
            where = f"batch {number} of {stream.name}, from row {start} on"
            raise kind(f"In {where}: {error}") from error
        start += x.shape[0]
        label = None if batch.groups is None else np.asarray(batch.groups)
        if not weight.all():
            some = np.flatnonzero(weight)
            x, weight, label = x[some], weight[some], None if label is None else label[some]
        if len(weight):
            yield Checked(x, weight, label)


def keys_of(batch: Checked, seed: int) -> np.ndarray:
    """A number for each row, the same for copies, or for rows of one label where there are such."""
    found = row_hashes(batch.x) if batch.label is None else _label_hashes(batch.label)
    return _mixed(found, seed)


def most_held_out(n_features: int) -> int:
    """How many rows are held out at most."""
    return max(_FEWEST_HELD_OUT, _HELD_OUT_VALUES // n_features)


def most_drawn(n_features: int) -> int:
    """How many rows are drawn to look at."""
    return min(_MOST_DRAWN, max(_FEWEST_DRAWN, _DRAWN_VALUES // n_features))


class _PassBy:
    """What is noted while batches pass by."""

    def __init__(
        self, n_features: int, fraction: float, seed: int, number: int, *, labeled: bool
    ) -> None:
        limit = int(fraction * LARGEST_KEY)
        self._held_out = Smallest(most_held_out(n_features), limit, as_one=not labeled)
        self._drawn = Smallest(most_drawn(n_features))
        self._seed, self._rng = seed, np.random.default_rng([seed, number])
        self._digest = hashlib.sha256()
        self._all: list[Checked] | None = []
        self._n_rows, self._weight, self._has_gaps = 0, 0.0, False
        self._n_features, self._dtype = n_features, np.dtype(bool)

    def add(self, batch: Checked) -> None:
        """A batch passes by."""
        key = keys_of(batch, self._seed)
        n_rows = len(key)
        number = self._n_rows + np.arange(n_rows)
        label = key if batch.label is None else batch.label
        some = Kept(key, number, batch.x, batch.weight, label, np.ones(n_rows, np.int64))
        self._held_out.add(some)
        at_random = self._rng.integers(0, 2**64, n_rows, np.uint64)
        self._drawn.add(some._replace(key=at_random))
        self._digest.update(key.tobytes() + batch.weight.tobytes())
        self._n_rows += n_rows
        self._weight += float(batch.weight.sum())
        self._has_gaps = self._has_gaps or has_gaps(batch.x)
        self._dtype = np.result_type(self._dtype, batch.x.dtype)
        if self._all is not None:
            self._all.append(batch)
            if self._n_rows * self._n_features > IN_MEMORY_VALUES:
                self._all = None

    def found(self) -> Survey:
        """What was noted."""
        drawn, held_out = self._drawn.kept(), self._held_out.kept()
        assert drawn is not None, "some rows have passed by"
        return Survey(
            self._n_rows,
            self._n_features,
            self._dtype,
            self._weight,
            self._has_gaps,
            f"{self._n_rows} x {self._n_features}, {self._digest.hexdigest()}",
            drawn,
            held_out,
            self._held_out.limit,
            None if self._all is None else joined(self._all),
        )


def _weight(sample_weight: Any, n_rows: int) -> np.ndarray:
    if sample_weight is None:
        return np.ones(n_rows)
    weight = np.asarray(sample_weight, float)
    if not (np.isfinite(weight).all() and (weight >= 0).all()):
        raise ValueError("sample_weight must be finite and not negative.")
    return weight


def _label_hashes(labels: np.ndarray) -> np.ndarray:
    """A number for each label, of whatever type."""
    distinct, number = np.unique(labels.astype(str), return_inverse=True)
    sums = (hashlib.blake2b(label.encode(), digest_size=8).digest() for label in distinct)
    return np.frombuffer(b"".join(sums), np.uint64)[number]


def _mixed(keys: np.ndarray, seed: int) -> np.ndarray:
    """The same numbers scattered over all of 64 bits, by another rule for each seed.

    The last steps of splitmix64 (Steele, Lea & Flood 2014).
    """
    step = 0x9E3779B97F4A7C15 * (seed % 2**31 + 1) % 2**64
    found = keys + np.uint64(step)
    found = (found ^ (found >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    found = (found ^ (found >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return found ^ (found >> np.uint64(31))


def joined(batches: list[Checked]) -> Checked:
    """Batches, one after the other."""
    x, weight, label = zip(*batches, strict=True)
    return Checked(
        stacked(list(x)),
        np.concatenate(weight),
        None if label[0] is None else np.concatenate(label),
    )
