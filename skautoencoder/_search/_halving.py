"""Successive halving: at each rung only the best candidates go on."""

from __future__ import annotations

import numpy as np


class Halving:
    """Successive halving (Jamieson & Talwalkar 2016): at each rung only the best go on.

    Those who are at a rung are compared there. Who has been trained to the end before, or fails,
    or has nothing to train, is no part of it.

    Parameters
    ----------
    n_candidates, n_splits : int
        Fit number ``i`` is of candidate ``i // n_splits``.
    factor : int
        One candidate in so many goes on at each rung, and a rung is so many times as many
        epochs from the start as the one before.

    Attributes
    ----------
    rungs : ndarray of shape (n_candidates,)
        The rung each candidate was dropped at, from 1; 0 for those that were not.
    """

    def __init__(self, n_candidates, n_splits, factor):
        self._n_splits, self._factor = n_splits, factor
        self._best = np.full(n_candidates * n_splits, np.inf)
        self.rungs = np.zeros(n_candidates, int)
        self._n_meetings = 0
        self._n_rungs = int(np.log(max(1, n_candidates)) / np.log(factor) + 1e-9)

    def begin(self, number):
        """Forget what a fit has trained before: it is compared by what it trains now."""
        self._best[number] = np.inf

    def note(self, number, loss):
        """Remember the best loss of a fit."""
        self._best[number] = min(self._best[number], loss)

    def has_dropped(self, number):
        """Whether the fit's candidate is out."""
        return bool(self.rungs[number // self._n_splits])

    def at_rung(self, epoch, max_iter):
        """Whether those who train ``max_iter`` epochs are compared after this one."""
        powers = range(2, self._n_rungs + 2)
        return epoch in {-(-max_iter // self._factor**power) for power in powers}

    def who_stops(self, numbers):
        """For each of the fits that have come to a rung, whether it stops there."""
        here = np.unique(np.array(numbers) // self._n_splits)
        losses = self._best.reshape(-1, self._n_splits)[here].mean(axis=1)
        n_kept = -(-len(here) // self._factor)
        self._n_meetings += 1
        # Equals go on together: they may differ in what is yet to be trained.
        self.rungs[here[losses > np.sort(losses)[n_kept - 1]]] = self._n_meetings
        return {number: self.has_dropped(number) for number in numbers}
