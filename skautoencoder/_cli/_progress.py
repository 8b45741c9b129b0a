"""How far a command is, on a terminal: a bar with the time that is left; elsewhere nothing."""

from __future__ import annotations

import shutil
import sys
import time
from collections import defaultdict

_BAR_WIDTH = 20


class Progress:
    """Steps that are done, one by one, and the epochs of the fits in them.

    Parameters
    ----------
    kinds : list of str
        What the steps do, in turn: those of one kind take about as long. None shows nothing.
    of_each_fit : str, default=None
        The text of steps that are a fit each, and begin when its first epoch ends; else `begin`
        says so.
    clock : callable
        Gives seconds.
    """

    def __init__(self, kinds=(), of_each_fit=None, clock=time.monotonic):
        self._kinds, self._of_each_fit, self._clock = list(kinds), of_each_fit, clock
        self._seconds = defaultdict(list)  # that steps took, by kind
        self._n_begun, self._text, self._bar = 0, "", None
        self._start, self._epochs = clock(), None

    def __enter__(self):
        return self

    def __exit__(self, kind, *error):
        self.close()
        self._kinds = []  # nothing more is shown
        if kind is None:
            self._text, self._epochs = "", None

    @property
    def where(self):
        """What is done at present, in words; "" before there is anything."""
        if self._epochs is None:
            return self._text
        epoch, max_iter, _, _ = self._epochs
        return f"{self._text}, epoch {epoch} of {max_iter}".removeprefix(", ")

    def begin(self, text):
        """The next step begins."""
        now = self._clock()
        if self._n_begun:
            self._seconds[self._kinds[self._n_begun - 1]].append(now - self._start)
            self._start = now
        self._n_begun += 1
        self._text, self._epochs = text, None
        self._show()

    def epoch(self, epoch, max_iter):
        """An epoch of a fit has ended, numbered from 1."""
        now = self._clock()
        if epoch == 1 and self._of_each_fit and self._n_begun < len(self._kinds):
            self.begin(self._of_each_fit.format(self._n_begun + 1, len(self._kinds)))
        first = now if epoch == 1 or self._epochs is None else self._epochs[-1]
        self._epochs = epoch, max_iter, now, first
        self._show()

    def note(self, text):
        """Show another text until the next step or epoch."""
        self._show(text)

    def close(self):
        """Take the bar from the screen."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def left(self):
        """Seconds that are left at about, or at most, and which of the two; None if unknown."""
        this, *later = self._kinds[max(self._n_begun - 1, 0) :] or [None]
        guesses = [s for s in (self._known(this), self._whole_step()) if s is not None]
        if not guesses:
            return None
        this_step = min(guesses)
        seconds = max(this_step - (self._clock() - self._start), 0.0)
        for kind in later:
            known = self._known(kind)
            seconds += this_step if known is None else known
        unsure = any(kind not in self._seconds for kind in (this, *later))
        return seconds, "at most" if unsure else "about"

    def _known(self, kind):
        seconds = self._seconds.get(kind)
        return sum(seconds) / len(seconds) if seconds else None

    def _whole_step(self):
        """Seconds of this step if all epochs are run, by those after the first, which compiles."""
        if self._epochs is None or self._epochs[0] < 2:
            return None
        epoch, max_iter, now, first = self._epochs
        return first - self._start + (now - first) / (epoch - 1) * (max_iter - 1)

    def _share(self):
        within = self._epochs[0] / self._epochs[1] if self._epochs else 0.0
        return (max(self._n_begun - 1, 0) + within) / len(self._kinds)

    def _show(self, text=None):
        if not self._kinds or not sys.stderr.isatty():
            return
        self._bar = self._bar or _new_bar()
        found = self.left()
        left = f"{found[1]} {_clock_time(found[0])} left" if found else ""
        self._bar.show(min(self._share(), 1.0), left, text or self.where)


def erase_line():
    """What takes a bar from the line that the terminal is at; nothing elsewhere."""
    return "\r\x1b[K" if sys.stderr.isatty() else ""


def _clock_time(seconds):
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _new_bar():
    try:
        return _RichBar()
    except ImportError:
        return _PlainBar()


class _RichBar:
    """A bar that rich draws."""

    def __init__(self):
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn
        from rich.table import Column

        text = Column(no_wrap=True, overflow="ellipsis", ratio=1)
        self._progress = Progress(
            BarColumn(_BAR_WIDTH),
            TextColumn("{task.percentage:>3.0f}%", style="", markup=False),
            TextColumn("{task.fields[left]}", style="", markup=False),
            TextColumn("{task.description}", table_column=text, style="", markup=False),
            console=Console(stderr=True), transient=True, expand=True, refresh_per_second=4,
        )  # fmt: skip
        self._task = self._progress.add_task("", total=1.0, left="")
        self._progress.start()

    def show(self, share, left, text):
        """Draw it."""
        self._progress.update(self._task, completed=share, description=text, left=left)

    def close(self):
        """Take it from the screen."""
        self._progress.stop()


class _PlainBar:
    """A line of text, drawn again and again."""

    def show(self, share, left, text):
        """Draw it."""
        columns = shutil.get_terminal_size().columns
        width = min(_BAR_WIDTH, columns // 4)
        filled = "#" * int(width * share)
        line = f"[{filled:.<{width}}] {share:4.0%}  {left + '  ' if left else ''}{text}"
        print(f"{erase_line()}{line[: columns - 1]}", end="", file=sys.stderr, flush=True)

    def close(self):
        """Take it from the screen."""
        print(erase_line(), end="", file=sys.stderr, flush=True)
