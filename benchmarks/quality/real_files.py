"""Files as people have them: what the command line makes of each table that packages ship.

    python benchmarks/quality/real_files.py
    python benchmarks/quality/real_files.py FOLDER ... --fit

Walks folders (those of the running Python's packages where none is given) for tables of all
formats, each content once, and prints what is made of it: rows, columns, their kinds and what is
told, or why it is refused. With ``--fit`` the whole command is run, with a network of one epoch.
Whether any is silently wrong is for the eye.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import hashlib
import sysconfig
import tempfile
import time
from collections import Counter

import numpy as np
import pandas as pd

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.results import save
from skautoencoder._cli import main as run_command
from skautoencoder._cli._files import read_table
from skautoencoder._cli._prepared import prepared
from skautoencoder._cli._table import BadInputError

ENDINGS = (
    ".csv", ".tsv", ".csv.gz", ".csv.bz2", ".xlsx", ".parquet", ".feather", ".arrow",
    ".npy", ".npz", ".dat", ".data",
)  # fmt: skip
_MOST_BYTES = 1 << 24


def main():
    parser = command_line(__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--fit", action="store_true", help="whether to fit and transform, too")
    args = parse(parser, made=False, smoke={"made": True, "fit": True})
    with tempfile.TemporaryDirectory() as folder:
        folders = args.folders or [Path(sysconfig.get_path("purelib"))]
        if args.made:
            folders = [made(Path(folder))]
        rows = {}
        for shown, path in tables(folders):
            row = of_file(path)
            if args.fit and row["outcome"] == "read":
                row |= whole_command(path, Path(folder))
            print(f"{path.name:34.34} {row['outcome']:8} {row['what']}", flush=True)
            rows[shown] = row
    count = Counter(row["outcome"] for row in rows.values())
    told = sum(row["outcome"] == "read" and row["told"] for row in rows.values())
    slow = [row["seconds"] for row in rows.values()]
    print(f"{len(rows)} files: {dict(count)}, something told of {told} of those read")
    print(f"seconds: {sum(slow):.1f}, most {max(slow):.1f}")
    save("real_files", {"outcomes": count, "told": told, "files": rows}, args.results)


def made(folder):
    """Two files for ``--smoke``: one that is a table, one that is not."""
    frame = pd.DataFrame(np.random.RandomState(0).standard_normal((20, 2)), columns=["a", "b"])
    (folder / "made").mkdir()
    frame.assign(kind=["x", "y"] * 10).to_csv(folder / "made/sound.csv")
    (folder / "made/ragged.csv").write_text("a,b\n1,2,3\n4,5,6\n")
    return folder / "made"


def tables(folders):
    """Paths of tables in folders and below, each content once, after how they are shown."""
    seen = set()
    below = ((folder, path) for folder in folders for path in sorted(folder.rglob("*")))
    for folder, path in below:
        sound = path.name.lower().endswith(ENDINGS) and path.is_file()
        if not sound or path.stat().st_size > _MOST_BYTES:
            continue
        digest = hashlib.sha256(path.read_bytes()).digest()
        if digest not in seen:
            seen.add(digest)
            yield f"{folder.name}/{path.relative_to(folder)}", path


def of_file(path):
    """What is made of a file."""
    start = time.perf_counter()
    try:
        table, remarks = read_table(str(path))
    except BadInputError as error:
        line = str(error).removeprefix(f"cannot read {str(path)!r}: ")
        seconds = time.perf_counter() - start
        return {"outcome": "refused", "what": line, "told": True, "seconds": seconds}
    told = bool(remarks)
    if isinstance(table.X, pd.DataFrame):
        try:
            remarks = [*remarks, *prepared(table.X, {}).remarks]
        except ValueError as error:
            remarks = [*remarks, str(error)]
    what = "; ".join([f"{table.X.shape[0]} x {table.X.shape[1]}", *remarks])
    return {"outcome": "read", "what": what, "told": told, "seconds": time.perf_counter() - start}


def whole_command(path, folder):
    """The exit codes of a fit of one epoch and of a transform of the same file."""
    model, codes = str(folder / "m.safetensors"), str(folder / "codes.csv")
    fit = ["fit", str(path), "--n-components", "1", "--max-iter", "1", "--out", model]
    exits = [run_command(fit)]
    if exits == [0]:
        exits.append(run_command(["transform", model, str(path), "--out", codes]))
    return {"exits": exits}


if __name__ == "__main__":
    main()
