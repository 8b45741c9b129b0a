"""How much memory this process holds, on Linux."""

from __future__ import annotations

import threading
from pathlib import Path


def own_mib():
    """MiB of resident set that are the process's own, without pages of mapped files."""
    lines = Path("/proc/self/status").read_text().splitlines()
    found = [line for line in lines if line.startswith(("RssAnon", "RssShmem"))]
    if not found:
        raise OSError("/proc/self/status says nothing of RssAnon")
    return sum(int(line.split()[1]) for line in found) / 1024


def peak_mib(work):
    """The highest `own_mib` while a function runs, looked at 200 times a second."""
    highest, done = [own_mib()], threading.Event()

    def watch():
        while not done.wait(0.005):
            highest[0] = max(highest[0], own_mib())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        work()
    finally:
        done.set()
        watcher.join()
    return highest[0]
