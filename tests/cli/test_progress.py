"""How far a command is: on a terminal a bar with the time left, elsewhere nothing."""

from __future__ import annotations

import os
import re
import sys
import time
from contextlib import contextmanager

import numpy as np
import pytest

from skautoencoder._cli import main
from skautoencoder._cli._progress import Progress

pty = pytest.importorskip("pty")  # not on Windows


class Clock:
    """Gives seconds that tests let pass."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def run(progress, clock, *seconds, epochs=10):
    """A step for each of these durations, its epochs evenly."""
    for duration in seconds:
        progress.begin("fit")
        for epoch in range(1, epochs + 1):
            clock.now += duration / epochs
            progress.epoch(epoch, epochs)


def test_nothing_is_known_before_there_is_something_to_go_by():
    progress = Progress(["a", "b"], clock=Clock())
    assert progress.left() is None
    progress.begin("a")
    progress.epoch(1, 10)  # which compiles
    assert progress.left() is None


def test_a_fit_takes_at_most_all_its_epochs():
    clock = Clock()
    progress = Progress(["fit"], "fitting", clock)
    clock.now = 5.0
    progress.epoch(1, 11)
    clock.now = 6.0
    progress.epoch(2, 11)
    assert progress.left() == (pytest.approx(9.0), "at most")
    assert progress.where == "fitting, epoch 2 of 11"


def test_steps_take_as_long_as_their_like_did():
    clock = Clock()
    progress = Progress(["PCA", "ours"] * 3, clock=clock)
    run(progress, clock, 1.0, 7.0)
    progress.begin("PCA again")
    assert progress.left() == (pytest.approx(16.0), "about")
    clock.now += 0.5
    assert progress.left() == (pytest.approx(15.5), "about")
    assert progress.where == "PCA again"


def test_each_fit_is_a_step_where_it_is_said_so():
    clock = Clock()
    progress = Progress(["part"] * 3, "part {} of {}", clock)
    for number in (1, 2, 3):
        for epoch in (1, 2, 3):
            clock.now += 1.0
            progress.epoch(epoch, 3)
        assert progress.where == f"part {number} of 3, epoch 3 of 3"
    assert progress.left()[0] == pytest.approx(0.0)


def test_where_is_known_after_an_interrupt_alone():
    progress = Progress(["a"])
    with progress:
        progress.begin("a")
    assert progress.where == ""
    progress = Progress(["a"])
    progress.begin("a")
    with pytest.raises(KeyboardInterrupt), progress:
        raise KeyboardInterrupt
    assert progress.where == "a"


def test_it_is_silent_elsewhere(tmp_path, capsys):
    np.save(tmp_path / "x.npy", np.random.RandomState(0).standard_normal((40, 3)))
    few = ["--max-iter", "2", "--set", "hidden_layer_sizes=16"]
    assert (
        main(["fit", str(tmp_path / "x.npy"), *few, "--out", str(tmp_path / "m.safetensors")]) == 0
    )
    assert capsys.readouterr().err == ""


@contextmanager
def terminal(monkeypatch, columns):
    """Has a terminal as standard error; what is written to it, in a list, once that is over."""
    leader, follower = pty.openpty()
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    written: list[str] = []
    with os.fdopen(follower, "w") as screen:
        monkeypatch.setattr(sys, "stderr", screen)
        yield written
    text = b""
    while some := read_or_end(leader):
        text += some
    os.close(leader)
    written.append(text.decode())


def read_or_end(leader):
    try:
        return os.read(leader, 65536)
    except OSError:  # the end, on Linux
        return b""


@pytest.mark.slow
@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("rich", [True, False])
def test_the_bar_fits_the_terminal_and_goes(rich, columns, monkeypatch):
    if not rich:
        monkeypatch.setitem(sys.modules, "rich.console", None)
    with terminal(monkeypatch, columns) as written, Progress(["step"] * 3) as progress:
        for number in range(3):
            progress.begin(
                f"step {number} [of] a name that is longer than the line, by far and far"
            )
            for epoch in (1, 2, 3):
                time.sleep(0.1)
                progress.epoch(epoch, 3)
    lines = re.split(r"\r\x1b\[2?K|[\r\n]+", written[0])
    texts = [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line).rstrip() for line in lines]
    bars = [text for text in texts if "%" in text]
    assert len(bars) >= 3
    assert max(map(len, bars)) <= columns
    assert any(re.search(r"(about|at most) 0:0\d left", text) for text in bars)
    assert columns == 40 or any("step 1 [of] a" in text for text in bars)
    assert rich != any("####" in text for text in bars)
    assert re.search(r"\x1b\[2?K$", written[0].replace("\x1b[?25h", ""))


def test_a_note_stands_until_the_next_step(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setitem(sys.modules, "rich.console", None)
    with Progress(["a"] * 2) as progress:
        progress.begin("first")
        progress.note("stopping")
        progress.begin("second")
    shown = capsys.readouterr().err
    assert re.search("first.*stopping.*second", shown, re.S)
