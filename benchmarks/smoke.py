"""Whether every benchmark still runs: each with ``--smoke``, one after the other.

    python benchmarks/smoke.py             # all, in one process that imports everything once
    python benchmarks/smoke.py mnist       # those whose path holds the word

Ends with the seconds that each took, and with exit status 1 where one failed.
"""

from __future__ import annotations

import argparse
import runpy
import sys
import time
import traceback
from pathlib import Path

ROOMS = ("quality", "speed", "papers")
HERE = Path(__file__).parent


def scripts():
    """Paths of all benchmarks."""
    found = [path for room in ROOMS for path in (HERE / room).glob("*.py")]
    return sorted(path for path in found if path.name != "__init__.py")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", nargs="*", help="run only paths with one of these")
    args = parser.parse_args()
    chosen = [
        path
        for path in scripts()
        if not args.words or any(word in str(path.relative_to(HERE)) for word in args.words)
    ]
    if not chosen:
        parser.error(f"no benchmark's path holds {' or '.join(args.words)}")
    seconds, failed = {}, []
    for path in chosen:
        name = str(path.relative_to(HERE))
        print(f"\n--- {name} --smoke", flush=True)
        start = time.perf_counter()
        if not ends_well(path):
            failed.append(name)
        seconds[name] = time.perf_counter() - start
    print(f"\n{'seconds':>8s}")
    for name, value in seconds.items():
        print(f"{value:8.1f}  {name}{'  FAILED' if name in failed else ''}")
    print(f"{sum(seconds.values()):8.1f}  all of {len(chosen)}, {len(failed)} failed")
    sys.exit(bool(failed))


def ends_well(path):
    """Run a script as if it had been started alone; whether it ended as it should."""
    argv, path_before = sys.argv, list(sys.path)
    sys.argv = [str(path), "--smoke"]
    try:
        runpy.run_path(str(path), run_name="__main__")
    except SystemExit as end:
        return not end.code
    except Exception:
        traceback.print_exc()
        return False
    finally:
        sys.argv, sys.path[:] = argv, path_before
    return True


if __name__ == "__main__":
    main()
