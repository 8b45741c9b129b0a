"""Callbacks of a fit: Ctrl-C between two epochs, not amid the compiled program; its beginning."""

from __future__ import annotations

import signal

INTERRUPTED = 130  # what a shell makes of Ctrl-C


class InterruptBetweenEpochs:
    """While entered, holds Ctrl-C back until an epoch begins or ends; a second one strikes at once.

    A callback of the fit that it guards. JAX's own hooks into Python may swallow an
    interrupt that comes amid them, or crash.
    """

    def __init__(self):
        self._asked = False

    def __enter__(self):
        self._usual = signal.getsignal(signal.SIGINT)
        if self._usual is signal.default_int_handler:  # else somebody wants it otherwise
            signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *error):
        if self._usual is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._usual)

    def _ask(self, number, frame):
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True

    def setup(self, estimator, context):
        """Nothing to set up."""

    def teardown(self, estimator, context):
        """Nothing to tear down."""

    def on_fit_task_begin(self, estimator, context):
        """Interrupt the fit if that was asked for."""
        if self._asked:
            raise KeyboardInterrupt

    def on_fit_task_end(self, estimator, context):
        """Interrupt the fit if that was asked for."""
        if self._asked and context.task_name == "epoch":
            raise KeyboardInterrupt


class WhenTrainingBegins:
    """Calls a function once all is found sound and training begins: a callback of a fit."""

    def __init__(self, begin):
        self._begin = begin

    def setup(self, estimator, context):
        """Call the function."""
        self._begin()

    def teardown(self, estimator, context):
        """Nothing to tear down."""

    def on_fit_task_begin(self, estimator, context):
        """Nothing to do."""

    def on_fit_task_end(self, estimator, context):
        """Nothing to do."""
