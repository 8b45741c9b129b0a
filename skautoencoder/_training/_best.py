"""The best weights so far, by their losses on held-out rows, the start included."""

from __future__ import annotations

from dataclasses import dataclass, replace
from sys import float_info
from typing import Any

import numpy as np

_LARGEST = np.float64(np.finfo(np.float32).max)


@dataclass(frozen=True)
class BestSoFar:
    """The best weights up to some epoch, and the losses they were chosen by.

    Made by :func:`best_at_start`, and brought up to date by :meth:`after`.

    Parameters
    ----------
    params : pytree
        The best weights.
    losses, start_losses : ndarray of shape (n_held_out,)
        Of the best weights, and of those at the start.
    weight : ndarray of shape (n_held_out,)
    group : ndarray of shape (n_held_out,)
        Rows of one group count as one.
    tol : float
        Relative improvement of the mean loss that counts as progress.
    curve : tuple of float
        Mean loss after each epoch, entry 0 at the start.
    epoch : int
        The epoch that the best weights are from.
    level, level_epoch : float, int
        The lowest loss of this try, but for progress too small to count, and when it was reached.
    """

    params: Any
    losses: np.ndarray
    start_losses: np.ndarray
    weight: np.ndarray
    group: np.ndarray
    tol: float
    curve: tuple[float, ...]
    epoch: int
    level: float
    level_epoch: int

    @property
    def loss(self) -> float:
        """Mean held-out loss of the best weights."""
        return self.curve[self.epoch]

    @property
    def n_without_progress(self) -> int:
        """Epochs since the last progress."""
        return len(self.curve) - 1 - self.level_epoch

    def after(self, params: Any, losses: np.ndarray, standard_errors: float = 0.0) -> BestSoFar:
        """The best so far one epoch later, from its weights and their held-out losses.

        They are the best where their mean loss is lower by so many standard errors of the
        difference.
        """
        losses = _numbers(losses)
        loss, now = _mean(losses, self.weight), len(self.curve)
        later = replace(self, curve=(*self.curve, loss))
        if loss < self.loss and self._beaten_by(losses, standard_errors):
            later = replace(later, params=params, losses=losses, epoch=now)
        if loss < self.level - self.tol * abs(self.level):
            later = replace(later, level=loss, level_epoch=now)
        return later

    def of_another_try(self) -> BestSoFar:
        """The same, with progress counted from the next epoch, whatever was reached before."""
        return replace(self, level=float_info.max, level_epoch=len(self.curve) - 1)

    def gains_of_groups(self) -> tuple[np.ndarray, np.ndarray]:
        """Each group's gain over the start, times its weight, and its weight."""
        return self._of_groups(self.start_losses - self.losses)

    def _beaten_by(self, losses: np.ndarray, standard_errors: float) -> bool:
        mean, error = mean_and_error(*self._of_groups(self.losses - losses))
        return bool(mean >= standard_errors * error)

    def _of_groups(self, gain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        weight = np.bincount(self.group, self.weight)
        some = weight > 0  # the others have no say, and none of them is one of few
        return np.bincount(self.group, self.weight * gain)[some], weight[some]


def best_at_start(
    params: Any,
    losses: np.ndarray,
    weight: np.ndarray,
    tol: float,
    group: np.ndarray | None = None,
) -> BestSoFar:
    """The :class:`BestSoFar` before the first epoch; each row is its own group by default."""
    group = np.arange(len(losses)) if group is None else group
    # A row that no number stands for has the largest loss: any other is better.
    losses = _numbers(np.where(np.isnan(losses), _LARGEST, losses))
    loss = _mean(losses, weight)
    return BestSoFar(params, losses, losses, weight, group, tol, (loss,), 0, loss, 0)


def mean_and_error(totals: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """The mean of weighted totals, and its standard error."""
    mean = totals.sum() / weight.sum()
    return mean, np.sqrt(np.sum((totals - weight * mean) ** 2)) / weight.sum()


def _numbers(losses: np.ndarray) -> np.ndarray:
    """Losses of rows too far out for single precision as its largest number.

    The difference of two infinities, a gain of such a row, would be none.
    """
    return np.minimum(losses, _LARGEST)


def _mean(losses: np.ndarray, weight: np.ndarray) -> float:
    return float(np.sum(weight * losses) / weight.sum())
