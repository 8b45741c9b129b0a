"""Whether a change made anything slower: the ratios that matter, beside the stored ones.

    python benchmarks/speed/regressions.py            # compares, in about two minutes
    python benchmarks/speed/regressions.py --store    # keeps what it finds as the new ones

Each figure is a ratio of two things measured in turns in this run, so that it means the same on
another machine of the kind. A ratio more than a fifth below the stored one is marked; the exit
status is then 1. Run it again before believing it: shared machines are noisy.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`


from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.results import save, stored
from benchmarks.speed.small_data_speed import KEPT, cold_seconds, epoch_seconds, own_seconds
from benchmarks.speed.training_speed import measure
from benchmarks.speed.transform_speed import many_rows, one_row

# A ratio may fall to this share of the stored one before it is marked.
_TOLERATED = 0.8


def main():
    parser = command_line(__doc__)
    parser.add_argument("--store", action="store_true", help="keep the ratios as the new ones")
    args = parse(
        parser, deep="deep", digits="digits", repeats=3, calls=2_000, rows=20_000,
        batch_sizes=(128, 512), cold_epochs=100,
        smoke={
            "deep": "tiny", "digits": "tiny", "repeats": 1, "calls": 3, "rows": 600,
            "batch_sizes": (32,), "cold_epochs": 2,
        },
    )  # fmt: skip
    found = ratios(args)
    before = stored("regressions", args.results).get("ratios", {})
    worse = [name for name, ratio in found.items() if ratio < _TOLERATED * before.get(name, 0)]
    print(f"{'larger is better':58s} {'now':>8s} {'stored':>8s}")
    for name, ratio in found.items():
        mark = "  slower" if name in worse else ""
        print(f"{name:58s} {ratio:8.2f} {before.get(name, float('nan')):8.2f}{mark}")
    if args.store:
        save("regressions", {"ratios": found}, args.results)
    sys.exit(bool(worse))


def ratios(args):
    """Each larger where we are faster."""
    ours, mlp = "AutoencoderTransformer", "MLPRegressor"
    rounded = f"{ours}, bfloat16"
    found = {}
    for batch_size in args.batch_sizes:
        rates = measure(args.deep, batch_size, args.repeats, [ours, rounded])
        share, faster = (rates[name]["of the limit"] for name in (ours, rounded))
        found[f"deep network, batch {batch_size}: share of the products' rate"] = share
        found[f"deep network, batch {batch_size}: bfloat16 over float32"] = faster / share
    seconds = epoch_seconds(args.digits, 50, args.repeats, [ours, mlp])
    found["digits: epochs a second over MLPRegressor's"] = seconds[mlp] / seconds[ours]
    cold = cold_seconds(args.digits, args.cold_epochs, 1, [ours, mlp])
    found["digits, a cold process: MLPRegressor's over ours"] = cold[mlp] / cold[ours]
    found["the same, programs kept"] = cold[mlp] / cold[KEPT]
    own = own_seconds(args.digits, args.repeats)
    first, bare = own["compile, first fit"], own["compile, bare jitted step"]
    found["compilation: a bare step's over ours"] = bare / first
    found["transform of one row: PCA's latency over ours"] = (
        1 / one_row(args.calls)["64-32-8, over PCA"]
    )
    shares = many_rows(args.deep, args.rows, args.repeats)
    for way in ("transform", "inverse_transform"):
        found[f"{way} of many rows: share of the rate"] = shares[f"{way}, share of the limit"]
    return found


if __name__ == "__main__":
    main()
