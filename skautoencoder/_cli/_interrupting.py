"""Ctrl-C between programs, not amid them, and how far fits are meanwhile."""

from __future__ import annotations

import _thread
import signal
import threading

from skautoencoder._cli._progress import Progress
from skautoencoder._training._execution import Alone, beside

INTERRUPTED = 130  # what a shell makes of Ctrl-C

# JAX swallows an interrupt in its callback of garbage collection, and takes one amid its import
# for the end of the process, or crashes when that ends. Of 30 interrupts of `outliers`, two were
# swallowed, and four crashed.
_NOT_AMID = ("jax.", "jaxlib.", "skautoencoder._training.")
_TRAINING = "skautoencoder._training."
_SECONDS = 0.1  # until it is seen whether JAX is done


class Watched(Alone):
    """How a command trains: its progress is told, and Ctrl-C waits for a program to end.

    While entered, this is how every fit trains, and Ctrl-C that comes amid training strikes
    when the program that runs is done (a block of training steps), or when the epoch ends; at
    any other time, or pressed a second time, it strikes at once.

    Attributes
    ----------
    progress : Progress
        Of what the command does at present.
    """

    def __init__(self):
        self.progress = Progress()
        self._asked = self._is_ours = False
        self._again = None

    def __enter__(self):
        self._beside = beside(self)
        self._beside.__enter__()
        self._usual = signal.getsignal(signal.SIGINT)
        # Else somebody wants it otherwise, or may not have it
        self._is_ours = (
            self._usual is signal.default_int_handler
            and threading.current_thread() is threading.main_thread()
        )
        if self._is_ours:
            signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *error):
        if self._again is not None:
            self._again.cancel()
        if self._is_ours:
            signal.signal(signal.SIGINT, self._usual)
        self.progress.close()
        self._beside.__exit__(*error)

    def show(self, progress):
        """Tell of this progress from now on; gives it."""
        self.progress.close()
        self.progress = progress
        return progress

    def train_block(self, program, arguments):
        """What the program gives, unless Ctrl-C was pressed before."""
        self.strike_if_asked()
        return super().train_block(program, arguments)

    def epoch_ended(self, loss, epoch, max_iter):
        """Tell how far the fit is, and interrupt it if that was asked for."""
        self.progress.epoch(epoch, max_iter)
        self.strike_if_asked()
        return False

    def strike_if_asked(self):
        """Raise a KeyboardInterrupt if Ctrl-C was pressed, and has not struck since."""
        if self._asked:
            self._asked = False
            raise KeyboardInterrupt

    def _ask(self, number, frame):
        amid = list(_modules(frame))
        if self._asked or not any(name.startswith(_NOT_AMID) for name in amid):
            self._asked = False
            raise KeyboardInterrupt
        if any(name.startswith(_TRAINING) for name in amid):
            self._asked = True
            self.progress.note("stopping; Ctrl-C again stops at once")
        else:  # JAX's import, or a hook of its own, at whatever time
            self._again = threading.Timer(_SECONDS, _thread.interrupt_main)
            self._again.start()


def _modules(frame):
    """The names of the modules of a frame and of all that called it, each with a dot behind."""
    while frame is not None:
        yield f"{frame.f_globals.get('__name__', '')}."
        frame = frame.f_back


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
