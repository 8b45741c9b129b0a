"""Held-out rows: which they are, and which epoch's weights they speak for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

# Ten held-out rows mislead. Where a single split would hold fewer rows than this, every
# row is held out once, in turn, and the epoch is chosen on all of them together.
MIN_ROWS = 50
_N_FOLDS = 5

# How sure a gain must be before the start is left for good, and how sure it must still be
# without the rows that gain most: one alone, far out, gains as much as its standard error.
STANDARD_ERRORS, WITHOUT_THE_BEST = 1.0, 0.5


class Fold(NamedTuple):
    """Row numbers to learn from and to be judged by."""

    train: np.ndarray
    validation: np.ndarray


def split(index, group, validation_fraction, rng):
    """One fold where the fraction holds enough rows, five of cross-validation elsewhere.

    Parameters
    ----------
    index : ndarray of shape (n,)
        Row numbers to deal out.
    group : ndarray of shape (n,)
        Rows of one group fall on one side, and count as one. Numbered from 0 on; at least two.
    validation_fraction : float
    rng : numpy.random.RandomState

    Returns
    -------
    list of Fold
    """
    size = np.bincount(group)
    n_groups, order = len(size), rng.permutation(len(size))
    shuffled = index[np.argsort(np.argsort(order)[group], kind="stable")]
    ends = np.cumsum(size[order])  # of the groups in their new order, among the shuffled rows
    n_validation = int(np.ceil(validation_fraction * n_groups))
    if MIN_ROWS <= n_validation < n_groups:
        validation, train = np.split(shuffled, ends[[n_validation - 1]])
        return [Fold(train, validation)]
    last = [part[-1] for part in np.array_split(np.arange(n_groups), min(_N_FOLDS, n_groups))]
    parts = np.split(shuffled, ends[last[:-1]])
    return [Fold(np.concatenate(parts[:i] + parts[i + 1 :]), part) for i, part in enumerate(parts)]


@dataclass
class Selection:
    """The best weights so far, the start included.

    Parameters
    ----------
    params : pytree
        The weights at the start.
    losses : ndarray of shape (n_validation_rows,)
        Their losses on the held-out rows.
    weight : ndarray of shape (n_validation_rows,)
    patience : float
        Epochs without progress before training should stop.
    tol : float
        Relative improvement of the mean loss that counts as progress.
    group : ndarray of shape (n_validation_rows,), default=None
        Rows of one group count as one. Each row is its own by default.
    rounding : float, default=0.0
        A gain up to here may be an error of rounding.
    """

    params: Any
    losses: np.ndarray
    weight: np.ndarray
    patience: float
    tol: float
    group: np.ndarray | None = None
    rounding: float = 0.0
    epoch: int = 0
    curve: list = field(default_factory=list)

    def __post_init__(self):
        self.start_losses = self.losses
        self.curve.append(self.mean(self.losses))
        self._progress = (self.loss, 0)

    def mean(self, losses):
        return float(np.sum(self.weight * losses) / self.weight.sum())

    @property
    def loss(self):
        """Mean validation loss of the best weights."""
        return self.curve[self.epoch]

    def be_patient_again(self):
        """Count the epochs without progress from here."""
        self._progress = (self._progress[0], len(self.curve) - 1)

    def update(self, params, losses):
        """Take note of one more epoch."""
        loss = self.mean(losses)
        self.curve.append(loss)
        if loss < self.loss:
            self.params, self.losses, self.epoch = params, losses, len(self.curve) - 1
        level, _ = self._progress
        if loss < level - self.tol * abs(level):
            self._progress = (loss, len(self.curve) - 1)

    @property
    def exhausted(self):
        """Whether patience has run out."""
        return len(self.curve) - 1 - self._progress[1] >= self.patience

    @property
    def convincing(self):
        """Whether the best weights beat the start by more than chance would explain.

        Measured in standard errors of the mean paired difference over the held-out
        groups of rows. A smaller gain may be luck, and be lost on new rows.
        """
        group = np.arange(len(self.losses)) if self.group is None else self.group
        weight = np.bincount(group, self.weight)
        gain = np.bincount(group, self.weight * (self.start_losses - self.losses))
        mean, error = _mean_and_error(gain, weight)
        if not (self.epoch > 0 and mean > max(STANDARD_ERRORS * error, self.rounding)):
            return False
        if len(gain) == 1:
            return True
        others = np.arange(len(gain)) != gain.argmax()
        mean, error = _mean_and_error(gain[others], weight[others])
        return mean > WITHOUT_THE_BEST * error


def _mean_and_error(totals, weight):
    """The mean of weighted totals, and its standard error."""
    mean = totals.sum() / weight.sum()
    return mean, np.sqrt(np.sum((totals - weight * mean) ** 2)) / weight.sum()
