"""Python processes of their own, which import the same checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def module(name, *arguments):
    """The command line that runs a module of this checkout; to be started in ``ROOT``."""
    return [sys.executable, "-m", name, *map(str, arguments)]


def printed(argv):
    """The numbers that a Python process prints, started in the checkout's root."""
    done = subprocess.run(argv, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return list(map(float, done.stdout.split()))
