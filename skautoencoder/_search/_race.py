"""Whether blocks of many fits are trained faster by one program, or one by one."""

from __future__ import annotations

import time

from skautoencoder._training._together import train_blocks, train_one_by_one


class Race:
    """Two rounds each way, of which the first may compile and the second counts."""

    _ROUNDS = (False, False, True, True)
    # Waiting for each other at every block costs about as much again.
    _WORTHWHILE = 0.5

    def __init__(self):
        self._seconds: list = []

    def train(self, blocks):
        """Results, and whether batching is faster: None while it is not known."""
        if len(blocks) == 1:  # nothing to batch, nothing to learn
            return train_one_by_one(blocks), None
        batched = self._ROUNDS[len(self._seconds)]
        start = time.perf_counter()
        results = train_blocks(blocks) if batched else train_one_by_one(blocks)
        self._seconds.append((time.perf_counter() - start) / len(blocks))
        if len(self._seconds) < len(self._ROUNDS):
            return results, None
        return results, self._seconds[3] < self._WORTHWHILE * self._seconds[1]
