"""Ctrl-C on the command line: when it strikes, and what it leaves."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from types import ModuleType

import numpy as np
import pytest
from sklearn.decomposition import PCA

import skautoencoder.__main__ as program
from skautoencoder import compare_transformers
from skautoencoder._cli import main
from skautoencoder._cli._interrupting import Watched


@pytest.fixture(autouse=True)
def _pythons_own_handler():
    """A shell starts what runs in its background with Ctrl-C ignored."""
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, usual)


def press():
    os.kill(os.getpid(), signal.SIGINT)


def within(module, call):
    """Call a function from code of a module of that name."""
    names = {"__name__": module, "call": call}
    exec("def run():\n    call()\n    return True", names)
    return names["run"]()


def test_it_strikes_at_once_outside_of_training():
    with Watched(), pytest.raises(KeyboardInterrupt):
        press()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_it_waits_for_the_epoch_amid_training():
    with Watched() as watched:
        assert within("skautoencoder._training._fit", press)
        with pytest.raises(KeyboardInterrupt):
            watched.epoch_ended(1.0, 1, 9)
        assert not watched.epoch_ended(1.0, 2, 9)
        assert within("skautoencoder._training._fit", press)
        with pytest.raises(KeyboardInterrupt):
            watched.train_block(None, ())


def test_a_second_one_strikes_at_once():
    with Watched() as watched:
        within("skautoencoder._training._fit", press)
        with pytest.raises(KeyboardInterrupt):
            within("skautoencoder._training._fit", press)
        watched.strike_if_asked()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("module", ["jax._src.lib", "jax", "jaxlib.xla_client"])
def test_it_strikes_once_jax_is_done(module):
    """JAX swallows what comes amid its callbacks, and does not bear it amid its import."""
    began = []

    def strike():
        assert within(module, press)
        began.append(True)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            time.sleep(0.01)

    with Watched(), pytest.raises(KeyboardInterrupt):
        strike()
    assert began


def test_one_that_jax_holds_back_does_not_outlive_the_command():
    with Watched():
        within("jax", press)
    time.sleep(0.3)


def test_a_handler_of_somebody_else_stays():
    def own(*_): ...

    signal.signal(signal.SIGINT, own)
    with Watched():
        assert signal.getsignal(signal.SIGINT) is own


@pytest.fixture
def data(tmp_path, monkeypatch):
    """The path of an array, of which only PCA is compared."""

    def compare(_, *data, **settings):
        return compare_transformers([PCA()], *data, **settings)

    monkeypatch.setattr("skautoencoder.comparison.compare_transformers", compare)
    np.save(tmp_path / "x.npy", np.random.RandomState(0).standard_normal((60, 4)))
    return str(tmp_path / "x.npy")


def press_when_said(monkeypatch, pattern):
    """Have Ctrl-C pressed when a step begins."""

    def show(self, progress):
        begin = progress.begin

        def beginning(text, short):
            begin(text, short)
            if re.search(pattern, text):
                press()

        progress.begin = beginning
        self.progress = progress
        return progress

    monkeypatch.setattr(Watched, "show", show)


@pytest.mark.parametrize(
    ("pattern", "sizes", "where"),
    [
        ("fold 3/3: PCA, 2", ["1", "2"], "fold 3/3: PCA, 2 components"),
        ("fold 1/3: PCA, 2", ["1"], "fold 1/3: PCA, 2 components"),
    ],
)
def test_compare_shows_what_was_measured(pattern, sizes, where, data, monkeypatch, capsys):
    press_when_said(monkeypatch, pattern)
    report = os.path.join(os.path.dirname(data), "r.html")
    assert main(["compare", data, "--n-components", "1", "2", "--out", report]) == 130
    seen = capsys.readouterr()
    assert re.findall(r"^ *(\d) +PCA ", seen.out, re.M) == sizes
    assert "Nothing was compared" not in seen.out  # no verdict on a part
    assert seen.err == (
        f"skautoencoder: interrupted ({where}); the table has what was measured by then; no file "
        "was written\n"
    )
    assert not os.path.exists(report)


def test_compare_before_there_is_anything(data, monkeypatch, capsys):
    press_when_said(monkeypatch, "fold 1/3: PCA, 1")
    assert main(["compare", data, "--n-components", "1"]) == 130
    seen = capsys.readouterr()
    assert seen.out == ""
    said = "skautoencoder: interrupted (fold 1/3: PCA, 1 components); no file was written\n"
    assert seen.err == said


def test_ctrl_c_amid_the_imports_is_one_line(monkeypatch, capsys):
    class Interrupted(ModuleType):
        def __getattr__(self, name):
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "skautoencoder._cli", Interrupted("skautoencoder._cli"))
    assert program.main() == 130
    assert capsys.readouterr().err == "skautoencoder: interrupted; no file was written\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ["compare", "digits", "--rows", "200", "--n-components", "2"],
        ["outliers", "digits", "--out", "o.csv"],
    ],
)
def test_a_process_that_trains_ends_with_130(arguments, tmp_path):
    pty = pytest.importorskip("pty")
    leader, follower = pty.openpty()
    # A shell may have told what it runs in the background to ignore Ctrl-C, and so its children
    program = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from skautoencoder.__main__ import main; sys.exit(main())"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=follower,
        stderr=follower,
        cwd=tmp_path,
    )
    os.close(follower)
    written, pressed = b"", False
    while True:
        try:
            written += os.read(leader, 65536)
        except OSError:
            break
        if not pressed and b", epoch " in written:
            process.send_signal(signal.SIGINT)
            pressed = True
    os.close(leader)
    assert process.wait() == 130, written
    assert b"interrupted (" in written
    assert b"Traceback" not in written
    assert list(tmp_path.iterdir()) == []
