"""What a result was measured on."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import re
from pathlib import Path


def describe():
    """Date, processor, cores and versions, for the head of a result file."""
    packages = ("numpy", "scikit-learn", "jax", "optax")
    return {
        "date": datetime.date.today().isoformat(),
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "python": platform.python_version(),
        **{package: importlib.metadata.version(package) for package in packages},
    }


def processor():
    """The processor's name, as it gives it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def short_name(processor):
    """A processor's name as a file's: "intel_xeon" for "Intel(R) Xeon(R) Processor"."""
    name = re.sub(r"\((r|tm|c)\)|@.*|\d+-core|\b(cpu|processor)\b", " ", processor.lower())
    return "_".join(re.findall(r"[a-z0-9]+", name)) or "unknown"
