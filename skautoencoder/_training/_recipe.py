"""Every number and rule by which a fit is never worse than its start on held-out rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from skautoencoder._training._best import BestSoFar, mean_and_error

_EPS = float(np.finfo(np.float32).eps)


def cosine(progress: np.ndarray) -> np.ndarray:
    """The learning rate's fall, from 1 to 0, along half a cosine (Loshchilov & Hutter 2017)."""
    return 0.5 * (1 + np.cos(np.pi * progress))


@dataclass(frozen=True)
class Recipe:
    """The rules of a fit; an ablation is ``dataclasses.replace(Recipe(), ...)``.

    What each is worth is in ``benchmarks/quality/default_recipe.py``.

    Parameters
    ----------
    small_batch, large_batch, large_data : int
        ``batch_size="auto"`` is small below so many rows, and large from there on. Small
        batches let small data learn in few epochs, larger ones keep large data fast. Only two
        sizes, because each is a compilation.
    least_held_out, n_folds : int
        Ten held-out rows mislead. Where a single split would hold fewer rows than this, every
        row is held out once, in so many folds, and the epoch is chosen on all of them together.
    standard_errors, standard_errors_without_best : float
        How sure a gain on held-out rows must be before the start is left, and how sure it must
        still be without the rows that gain most: one alone, far out, gains as much as its
        standard error.
    standard_errors_between_epochs : float
        How sure the gain over the best weights so far must be before those of a later epoch are
        kept instead. The lowest of 200 held-out losses is partly luck: on a few hundred rows,
        weights that were kept by chance were worse than PCA on new rows.
    rounding : float
        What single precision may be wrong by in each entry of a row of spread 1.
    patience_steps, patience_steps_of_second_try : int
        Early stopping waits for at least so many steps: an epoch of small data is a handful,
        too few to get off the start. A second try comes down to PCA's error, and rests there,
        or rises a little, before it finds a way on.
    rises : float
        A first try does not wait where the held-out loss is this share above its lowest. Of 70
        fits to 20 tables one would have been better later, by 3 %, and 40 % of all epochs are
        saved (``benchmarks/quality/when_to_stop.py``). That is of distances. A loss of
        probabilities may rise by a third, while answers are firm and wrong, before it falls to a
        half: so did six of 38 fits, and they are waited for.
    second_try, linear_of_second_try : float
        A held-out loss above this share of the start's is worth a second try, from random
        weights beside a linear path that is this share of the start's. Beside PCA itself a
        network often finds no way down on data folded in a symmetric way.
    schedule : callable
        ``schedule(progress)`` is what the learning rate is multiplied by, where a share
        ``progress`` of the training lies behind.
    averaging_decay, average_every : float, int
        The model is the average of the weights that training passes through (Polyak & Juditsky
        1992), one in which each step's share fades by so much a step: the noise of small
        batches cancels, and on small data the average leaves a good start with care. It costs
        a pass over all weights, so after the first steps only every so many bring it up to date.
    divergence : float
        A loss so many times that of the start, or of rebuilding nothing but the mean where that
        is more, has diverged.
    far_out : float
        A chunk of ``partial_fit`` is left out where the loss after it is so many times that of
        rebuilding nothing but the mean, whatever the loss before.
    start_rows : int
        The loss at the start is measured on at most so many rows.
    steps_into_use : int
        A code that is not in use is warned of after so many steps, not before.
    falls, falls_late : float
        A fit that ends at ``max_iter`` is unfinished where its best held-out loss fell by at least
        these shares in the last half and the last tenth of its epochs. The learning rate ends at 0,
        so that every curve is flat at its end: what tells that twice the epochs would give a better
        model is the half before. Of 103 fits to 17 tables 34 are told, none of them wrongly, and
        so are 28 of the 38 that would gain 10 % (``benchmarks/quality/unfinished_fits.py``).
    starts_to_vary : float
        A column that did not vary in the first chunk of ``partial_fit`` is warned of when its
        spread exceeds this share of ``scale_``.
    """

    small_batch: int = 32
    large_batch: int = 128
    large_data: int = 10_000
    least_held_out: int = 50
    n_folds: int = 5
    standard_errors: float = 2.0
    standard_errors_without_best: float = 1.0
    standard_errors_between_epochs: float = 1.0
    rounding: float = 64 * _EPS
    patience_steps: int = 500
    patience_steps_of_second_try: int = 1_000
    rises: float = 0.02
    second_try: float = 0.95
    linear_of_second_try: float = 0.1
    schedule: Callable[[np.ndarray], np.ndarray] = cosine
    averaging_decay: float = 0.99
    average_every: int = 8
    divergence: float = 100.0
    far_out: float = 1e8
    start_rows: int = 2_000
    steps_into_use: int = 100
    falls: float = 0.05
    falls_late: float = 0.001
    starts_to_vary: float = 0.5

    def rows_a_step(self, batch_size: int | Literal["auto"], n_samples: int) -> int:
        """The batch size for so many rows, as a number."""
        if batch_size == "auto":
            return self.large_batch if n_samples >= self.large_data else self.small_batch
        # At most all rows, up to a power of two: a few rows more would be another program.
        return min(batch_size, 1 << (n_samples - 1).bit_length())

    def patience(
        self, n_iter_no_change: int, steps_an_epoch: int, *, of_distances: bool
    ) -> dict[str, int]:
        """Epochs without progress before training stops, as a :class:`Plan` calls them.

        Parameters
        ----------
        n_iter_no_change, steps_an_epoch : int
        of_distances : bool
            Whether the loss is of distances in the units of the data, and not of probabilities.
        """

        def at_least(steps: int) -> int:
            return max(n_iter_no_change, -(-steps // steps_an_epoch))

        return {
            "patience": at_least(self.patience_steps),
            "patience_of_second_try": at_least(self.patience_steps_of_second_try),
            "patience_rising": n_iter_no_change if of_distances else at_least(self.patience_steps),
        }

    def has_risen(self, best: BestSoFar) -> bool:
        """Whether the held-out loss is well above its lowest by now."""
        return best.curve[-1] - best.level > self.rises * abs(best.level)

    def has_waited(self, best: BestSoFar, patience: float, patience_rising: float) -> bool:
        """Whether patience, of so many epochs, has run out."""
        waits = min(patience, patience_rising) if self.has_risen(best) else patience
        return best.n_without_progress >= waits

    def convinced_by(self, best: BestSoFar, least_gain: float) -> bool:
        """Whether the best weights beat the start by more than chance would explain.

        Measured in standard errors of the mean paired difference over the held-out groups of
        rows. A smaller gain may be luck, and be lost on new rows.

        Parameters
        ----------
        best : BestSoFar
        least_gain : float
            A gain up to here may be an error of rounding.
        """
        gain, weight = best.gains_of_groups()
        mean, error = mean_and_error(gain, weight)
        if not (best.epoch > 0 and mean > max(self.standard_errors * error, least_gain)):
            return False
        if len(gain) == 1:
            return True
        others = np.arange(len(gain)) != gain.argmax()
        mean, error = mean_and_error(gain[others], weight[others])
        return bool(mean > self.standard_errors_without_best * error)

    def tries_again(self, best: BestSoFar) -> bool:
        """Whether so little was gained over the start that a second try is worth its time."""
        return not best.level < self.second_try * best.curve[0]

    def unfinished(self, curve: tuple[float, ...]) -> bool:
        """Whether held-out losses, epoch by epoch from the start, show that more epochs would help.

        Losses below zero have no share to fall by: of them it says nothing.
        """
        best = np.minimum.accumulate(curve)
        end, n_epochs = best[-1], len(curve) - 1
        half, late = best[n_epochs // 2], best[n_epochs - max(1, n_epochs // 10)]
        fell = half - end >= self.falls * half and late - end >= self.falls_late * late
        return bool(end > 0 and fell)

    def average_shares(self, steps: np.ndarray, start_is_good: bool) -> np.ndarray:
        """Each step's share in the average of the weights; ``steps`` count from 1.

        Weights worth keeping enter as if training had long been at them; random ones are
        forgotten as fast as the plain mean over all steps can.
        """
        every = self.average_every
        n_new = np.where(steps <= every, 1, every)
        due = (steps < every) | (steps % every == 0)
        plain_mean = 0 if start_is_good else n_new / steps
        return np.where(due, np.maximum(1 - self.averaging_decay**n_new, plain_mean), 0)
