"""Many fits in threads of one process: batched into one program or in turns, losers out early.

Each fit runs in a thread of its own and knows nothing of the others, but for two calls: one
trains a block, one says that an epoch has ended. Here the threads meet.
"""

from __future__ import annotations

import threading
import time
from functools import partial

import jax
import numpy as np

from skautoencoder.training._loop import train_block

# A search that is over sooner need not know which way is faster: finding out means compiling.
_RACE_AFTER = 5.0  # seconds


class Alone:
    """What a fit has at its side where nothing else is being trained."""

    train_block = staticmethod(train_block)

    def epoch_ended(self, loss, epoch, max_iter):
        """Whether to stop: never."""
        return False


class Lockstep:
    """Fits at each other's side.

    Parameters
    ----------
    n_fits : int
        How many there will be in all, numbered in the order they are submitted.
    n_together : int
        How many threads work on them.
    n_turns : int
        How many of them may train at the same time, unless they are batched.
    batch : bool or None
        Whether blocks of all threads are trained by one program; None to measure which
        is faster, and to go on with that.
    halving : Halving or None
        Who is to leave early.
    """

    def __init__(self, n_fits, n_together, n_turns, batch, halving):
        self.batched = batch
        self.n_epochs = np.zeros(n_fits, int)
        self.n_together, self.n_fits = n_together, n_fits
        self._race = _Race()
        self._race_from = time.monotonic() + _RACE_AFTER
        self._halving = halving
        self._condition = threading.Condition()
        self._waiting: dict = {}
        self._answers: dict = {}
        self._n_begun = self._n_over = 0
        self._failure: BaseException | None = None
        self._turns = threading.Semaphore(n_turns)
        self._here = threading.local()

    # -- what the pool of threads calls

    def run(self, number, task):
        """Run one fit's task in this thread."""
        with self._condition:
            self._raise_failure()
            self._n_begun += 1
        self._here.number, self._here.has_turn = number, False
        try:
            return task()
        finally:
            del self._here.number
            self._give_turn()
            with self._condition:
                self._n_over += 1
                self._go_on_if_all_wait()
                self._condition.notify_all()

    def cancel(self, error):
        """End all fits, and come back when they have ended."""
        # A thread that is still at work when the process ends makes it abort.
        with self._condition:
            self._failure = error
            self._condition.notify_all()
            self._condition.wait_for(lambda: self._n_over == self._n_begun)

    # -- what a fit calls

    def train_block(self, *arguments):
        """Train a block, alone or together with those of the other fits."""
        if not hasattr(self._here, "number"):  # the refit, when the search is over
            return train_block(*arguments)
        while self._each_for_itself():
            self._raise_failure()
            if self._here.has_turn:
                return train_block(*arguments)
            self._turns.acquire()
            self._here.has_turn = True
        return self._meet(arguments)

    def epoch_ended(self, loss, epoch, max_iter):
        """Whether this fit is to stop, because others do better."""
        number = getattr(self._here, "number", None)
        if number is None:
            return False
        self.n_epochs[number] = epoch
        if self._halving is None:
            return False
        self._halving.note(number, loss)
        return self._halving.at_rung(epoch, max_iter) and self._meet(None)

    # -- the meeting

    def _meet(self, arguments):
        """Wait until all threads do, and get the answer."""
        self._give_turn()
        number = self._here.number
        with self._condition:
            self._waiting[number] = arguments
            self._go_on_if_all_wait()
            self._condition.wait_for(lambda: number in self._answers or self._failure)
            self._raise_failure()
            return self._answers.pop(number)

    def _go_on_if_all_wait(self):
        n_running = min(self.n_together, self.n_fits - self._n_over)
        if self._waiting and len(self._waiting) == n_running:
            try:
                self._answers |= self._resolve()
            except BaseException as error:
                self._failure = error
            self._condition.notify_all()

    def _resolve(self):
        """Train the blocks that wait; where none does, all have come to a rung."""
        blocks = {n: arguments for n, arguments in self._waiting.items() if arguments is not None}
        for number in blocks:
            del self._waiting[number]
        if blocks:
            return self._train(blocks)
        numbers, self._waiting = list(self._waiting), {}
        return self._halving.who_stops(numbers)

    def _train(self, blocks):
        groups: dict = {}
        for number, arguments in sorted(blocks.items()):
            groups.setdefault(_kind(arguments), []).append((number, arguments))
        answers = {}
        for group in groups.values():
            numbers, arguments = zip(*group, strict=True)
            if self.batched is None:
                results, self.batched = self._race.train(arguments)
            else:
                results = train_blocks(arguments) if self.batched else _one_by_one(arguments)
            answers |= dict(zip(numbers, results, strict=True))
        return answers

    def _raise_failure(self):
        if self._failure:
            raise self._failure

    def _each_for_itself(self):
        undecided = self.batched is None and time.monotonic() < self._race_from
        return undecided or self.batched is False

    def _give_turn(self):
        if self._here.has_turn:
            self._turns.release()
            self._here.has_turn = False


class Halving:
    """Successive halving (Jamieson & Talwalkar 2016): at each rung only the best go on.

    Parameters
    ----------
    n_candidates, n_splits : int
        Fit number ``i`` is of candidate ``i // n_splits``.
    factor : int
        One candidate in so many goes on at each rung, and a rung is so many times as many
        epochs from the start as the one before.
    """

    def __init__(self, n_candidates, n_splits, factor):
        self._n_splits, self._factor = n_splits, factor
        self._best = np.full(n_candidates * n_splits, np.inf)
        self._dropped = np.zeros(n_candidates, bool)
        self._n_rungs = int(np.log(n_candidates) / np.log(factor) + 1e-9)

    def note(self, number, loss):
        """Remember the best loss of a fit."""
        self._best[number] = min(self._best[number], loss)

    def at_rung(self, epoch, max_iter):
        """Whether those who train ``max_iter`` epochs are compared after this one."""
        powers = range(2, self._n_rungs + 2)
        return epoch in {-(-max_iter // self._factor**power) for power in powers}

    def who_stops(self, numbers):
        """For each of the fits that have come to a rung, whether it stops there."""
        losses = self._best.reshape(-1, self._n_splits).mean(axis=1)
        losses[self._dropped] = np.inf
        n_kept = -(-np.count_nonzero(~self._dropped) // self._factor)
        kept = np.argsort(losses, kind="stable")[:n_kept]
        self._dropped = ~np.isin(np.arange(len(losses)), kept)
        return {number: bool(self._dropped[number // self._n_splits]) for number in numbers}


class _Race:
    """Two rounds each way, of which the first may compile and the second counts."""

    _ROUNDS = (False, False, True, True)
    # Waiting for each other at every block costs about as much again.
    _WORTHWHILE = 0.5

    def __init__(self):
        self._seconds: list = []

    def train(self, arguments):
        """Results, and whether batching is faster: None while it is not known."""
        if len(arguments) == 1:  # nothing to batch, nothing to learn
            return _one_by_one(arguments), None
        batched = self._ROUNDS[len(self._seconds)]
        start = time.perf_counter()
        results = train_blocks(arguments) if batched else _one_by_one(arguments)
        self._seconds.append((time.perf_counter() - start) / len(arguments))
        if len(self._seconds) < len(self._ROUNDS):
            return results, None
        return results, self._seconds[3] < self._WORTHWHILE * self._seconds[1]


def train_blocks(arguments):
    """Blocks of fits that share one program, trained by one call of it.

    Filled up to a power of two, so that a few programs do for any number of fits.
    """
    n_blocks = len(arguments)
    n_lanes = 1 << (n_blocks - 1).bit_length()
    lanes = [*arguments, *[arguments[-1]] * (n_lanes - n_blocks)]
    optimizer = lanes[0][-1]
    stacked = jax.tree.map(lambda *leaves: np.stack(leaves), *(lane[:-1] for lane in lanes))
    results = jax.device_get(_train_blocks(stacked, optimizer))
    return [jax.tree.map(lambda leaf, i=i: leaf[i], results) for i in range(n_blocks)]


@partial(jax.jit, static_argnames="optimizer")
def _train_blocks(stacked, optimizer):
    return jax.vmap(lambda arguments: train_block(*arguments, optimizer))(stacked)


def _one_by_one(arguments):
    return [jax.block_until_ready(train_block(*some)) for some in arguments]


def _kind(arguments):
    """What blocks must have in common to be trained by one program."""
    *traced, optimizer = arguments
    leaves, structure = jax.tree.flatten(traced)
    return structure, tuple(np.shape(leaf) for leaf in leaves), optimizer
