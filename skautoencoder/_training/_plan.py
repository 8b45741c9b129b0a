"""What stays as it is during a fit: who learns from which rows, and which rows are held out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from skautoencoder._data._rows import Rows
from skautoencoder._data._source import Index, Source
from skautoencoder._training._folds import split
from skautoencoder._training._learner import Learner
from skautoencoder._training._recipe import Recipe
from skautoencoder._training._seeds import SPLIT, generator


@dataclass(frozen=True, eq=False)
class Lane:
    """One training among those of a fit: a :class:`Learner`, and the rows that it learns from."""

    learner: Learner
    index: Index


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Rows to measure a lane's weights on, which the lane does not learn from."""

    lane: int
    rows: Source
    index: Index
    group: np.ndarray  # numbers of the groups that the rows at ``index`` belong to


@dataclass(frozen=True, eq=False)
class Plan:
    """Lanes, held-out rows and rules of a fit, from its first epoch to its last.

    Parameters
    ----------
    rows : Source
        What all lanes learn from.
    lanes : tuple of Lane
        The first is the one whose weights are kept.
    held_out : tuple of HeldOut
        In the order of their lanes.
        One of the first lane for a plain split; one a fold for cross-validation, whose lanes
        are trained alongside; none to keep the last weights.
    max_iter : int
        Epochs, at most.
    patience, patience_of_second_try : float
        Epochs without progress before training stops; infinite to run them all.
    patience_rising : float
        The same in a first try whose held-out loss has risen well above its best, if that is less.
    tol : float
        Relative improvement of the held-out loss that counts as progress.
    from_pca : bool
        Whether the start is PCA. It is left only for a convincing gain, and tried from once
        more, with random weights beside it, when patience runs out and little was gained. Both
        tries share ``max_iter`` and count as one training.
    begin : callable or None
        ``begin(index, number)`` gives another lane of this fit, on the rows at ``index``.
    seed : int
    recipe : Recipe
    """

    rows: Source
    lanes: tuple[Lane, ...]
    held_out: tuple[HeldOut, ...] = ()
    max_iter: int = 200
    patience: float = np.inf
    patience_of_second_try: float = np.inf
    patience_rising: float = np.inf
    tol: float = 1e-4
    from_pca: bool = False
    begin: Callable[[Index, int], Lane] | None = None
    seed: int = 0
    recipe: Recipe = field(default_factory=Recipe)

    @property
    def leader(self) -> Lane:
        """The lane whose weights are kept."""
        return self.lanes[0]

    @property
    def leader_is_held_out(self) -> bool:
        """Whether the rows held out are from the leader's own training."""
        return any(held_out.lane == 0 for held_out in self.held_out)


def lanes_and_held_out(
    rows: Source,
    begin: Callable[[Index, int], Lane],
    recipe: Recipe,
    seed: int,
    *,
    validation: Rows | None,
    group: Callable[[], np.ndarray],
    validation_fraction: float,
    early_stopping: bool,
    continued: bool,
) -> tuple[tuple[Lane, ...], tuple[HeldOut, ...]]:
    """The lanes of a fit, the one to keep first, and the rows that are held out from them.

    Parameters
    ----------
    rows : Source
    begin : callable
        ``begin(index, number)`` gives the lane of that number, on the rows at ``index``.
    recipe : Recipe
    seed : int
    validation : Rows or None
        Rows to choose the best weights by: the user's own, or those that a stream holds out.
    group : callable
        ``group()`` gives the number of the group that each row with a weight belongs to, of
        ``validation`` where there is one, else of ``rows``.
    validation_fraction : float
    early_stopping : bool
    continued : bool
        Whether the lanes go on from weights that have learnt from all rows, so that no fold is
        held out from them.

    Raises
    ------
    ValueError
        If all rows are of one group and some are to be held out.
    """
    everything = rows.not_held_out
    if validation is not None:
        held_out = HeldOut(0, validation, validation.everything, group())
        return (begin(everything, 0),), (held_out,)
    if not early_stopping:
        return (begin(everything, 0),), ()
    number = group()
    if not number.any():
        raise ValueError(
            "groups leaves all rows in one group, so none can be held out from the others. "
            "Give X_val, or set early_stopping=False."
        )
    folds = split(everything, number, validation_fraction, recipe, generator(seed, SPLIT))
    if len(folds) > 1 and continued:
        return (begin(everything, 0),), ()
    # A lane of all rows goes before those of the folds, to be kept.
    trained = [everything, *(fold.train for fold in folds)] if len(folds) > 1 else [folds[0].train]
    first = len(trained) - len(folds)
    held_out_rows = tuple(
        HeldOut(first + i, rows, fold.held_out, number[np.searchsorted(everything, fold.held_out)])
        for i, fold in enumerate(folds)
    )
    return tuple(begin(index, lane) for lane, index in enumerate(trained)), held_out_rows
