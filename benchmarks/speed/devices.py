"""Rows a second of training over a mesh of devices, beside one device without a mesh.

    python benchmarks/speed/devices.py
    python benchmarks/speed/devices.py --devices 1 2 4 8     # on a machine with eight GPUs

784-1000-500-250-30 and back in single precision, in a process of its own. Where JAX finds no other
devices, they are parts of the CPU: these share its cores, so that two are no faster than one, and
what is measured is what a mesh costs.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import os
import subprocess

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.processes import ROOT, module
from benchmarks.lib.results import save


def main():
    parser = command_line(__doc__)
    parser.add_argument("--devices", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--repeats", type=int, default=5)
    args = parse(
        parser, workload="deep", batch_sizes=(512, 2048),
        smoke={"repeats": 1, "workload": "tiny", "batch_sizes": (32,)},
    )  # fmt: skip
    result: dict = {}
    for batch_size in args.batch_sizes:
        rates = rows_a_second(args.workload, batch_size, args.repeats, [0, *args.devices])
        result[f"batch {batch_size}"] = rates
        for name, rate in rates.items():
            print(f"batch {batch_size:5d}  {name:10s} {rate:10,.0f} rows/s", flush=True)
        save("devices", {"rows a second": result}, args.results)  # so far


def rows_a_second(workload, batch_size, repeats, counts):
    """Rates by the number of devices, 0 for none set."""
    flags = (
        f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={max(counts)}"
    )
    done = subprocess.run(
        module("benchmarks.lib.meshes", workload, batch_size, repeats, *counts),
        cwd=ROOT, env=os.environ | {"XLA_FLAGS": flags}, check=True,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    names = [f"{n} device{'s' * (n > 1)}" if n else "no mesh" for n in counts]
    return dict(zip(names, map(float, done.stdout.split()), strict=True))


if __name__ == "__main__":
    main()
