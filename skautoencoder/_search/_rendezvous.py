"""Many fits in threads of one process: batched into one program or in turns, losers out early.

Each fit runs in a thread of its own and knows nothing of the others, but for two calls: one
trains a block, one says that an epoch has ended. Here the threads meet. A fit that makes neither
meets nobody, and one that is over is waited for no more.
"""

from __future__ import annotations

import threading
import time

import numpy as np

from skautoencoder._search._race import Race
from skautoencoder._training._execution import beside
from skautoencoder._training._mesh import mesh_set, within
from skautoencoder._training._together import kind_of, train_blocks, train_one_by_one

# A search that is over sooner need not know which way is faster: finding out means compiling.
_RACE_AFTER = 5.0  # seconds


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
        self.halving = halving
        self._mesh = mesh_set()  # JAX knows it in this thread alone
        self.turns = threading.Semaphore(n_turns)
        self._race = Race()
        self._race_from = time.monotonic() + _RACE_AFTER
        self._condition = threading.Condition()
        self._waiting: dict = {}
        self._answers: dict = {}
        self._n_begun = self._n_over = 0
        self._failure: BaseException | None = None

    # -- what the pool of threads calls

    def run(self, number, task):
        """Run one fit's task in this thread."""
        with self._condition:
            self.raise_failure()
            self._n_begun += 1
        fit = _Fit(self, number)
        try:
            with beside(fit), within(self._mesh):
                return task()
        finally:
            fit.give_turn()
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

    def each_for_itself(self):
        """Whether blocks are trained in turns, so far at least."""
        undecided = self.batched is None and time.monotonic() < self._race_from
        return undecided or self.batched is False

    def raise_failure(self):
        """End the fit that calls, where another one has failed."""
        if self._failure:
            raise self._failure

    def meet(self, number, block):
        """Wait until all threads do, and get the answer."""
        with self._condition:
            self._waiting[number] = block
            self._go_on_if_all_wait()
            self._condition.wait_for(lambda: number in self._answers or self._failure)
            self.raise_failure()
            return self._answers.pop(number)

    # -- the meeting

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
        blocks = {n: block for n, block in self._waiting.items() if block is not None}
        for number in blocks:
            del self._waiting[number]
        if blocks:
            return self._train(blocks)
        numbers, self._waiting = list(self._waiting), {}
        return self.halving.who_stops(numbers)

    def _train(self, blocks):
        groups: dict = {}
        for number, block in sorted(blocks.items(), key=lambda item: item[0]):
            groups.setdefault(kind_of(*block), []).append((number, block))
        answers: dict = {}
        for group in groups.values():
            numbers, group_blocks = zip(*group, strict=True)
            if self.batched is None:
                results, self.batched = self._race.train(group_blocks)
            else:
                train = train_blocks if self.batched else train_one_by_one
                results = train(group_blocks)
            answers |= dict(zip(numbers, results, strict=True))
        return answers


class _Fit:
    """One of the fits: what its training has at its side."""

    n_threads = 1  # the fits have the threads

    def __init__(self, lockstep, number):
        self._lockstep, self._number = lockstep, number
        self._has_turn = False

    def train_block(self, program, arguments):
        """What a program gives for a block, alone or together with those of the other fits."""
        while self._lockstep.each_for_itself():
            self._lockstep.raise_failure()
            if self._has_turn:
                return program.one(*arguments)
            self._lockstep.turns.acquire()
            self._has_turn = True
        return self._meet((program, arguments))

    def epoch_ended(self, loss, epoch, max_iter):
        """Whether this fit is to stop, because others do better."""
        self._lockstep.n_epochs[self._number] += 1
        halving = self._lockstep.halving
        if halving is None:
            return False
        if epoch == 1:
            halving.begin(self._number)
        halving.note(self._number, loss)
        # One that is out already trains something else, after what it was dropped for.
        out = halving.has_dropped(self._number)
        return out or (halving.at_rung(epoch, max_iter) and self._meet(None))

    def may_stop(self, epoch, max_iter):
        """Whether fits are compared after that epoch."""
        halving = self._lockstep.halving
        return halving is not None and halving.at_rung(epoch, max_iter)

    def give_turn(self):
        """Let another fit train."""
        if self._has_turn:
            self._lockstep.turns.release()
            self._has_turn = False

    def _meet(self, block):
        self.give_turn()
        return self._lockstep.meet(self._number, block)
