"""Where results are kept: ``results/<benchmark>/<machine>.json``."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.lib.machine import describe, processor, short_name

RESULTS = Path(__file__).parents[1] / "results"


def place(name, folder=RESULTS):
    """The file of a benchmark's result on this machine."""
    return folder / name / f"{short_name(processor())}.json"


def stored(name, folder=RESULTS):
    """What was kept for this machine, or an empty dict."""
    path = place(name, folder)
    return json.loads(path.read_text()) if path.exists() else {}


def save(name, result, folder=RESULTS):
    """Keep a benchmark's result, with date and machine, whole or not at all."""
    path = place(name, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    result = {"machine": None} | result | {"machine": describe()}  # of now, in what was stored too
    draft.write_text(json.dumps(result, indent=1) + "\n")
    draft.replace(path)
    return path
