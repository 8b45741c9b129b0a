"""How fast small data are: epochs a second, a cold process, imports and compilation.

    python benchmarks/speed/small_data_speed.py

Digits through 64-32-8 and back, batch 32, single precision, in all tools of `lib/peers.py` that are
installed, in turns. "Cold" is the wall clock of a process that imports, compiles, trains 100
epochs and ends, "programs kept" where `cache_programs` has kept an earlier one's. "Import" is
what `import skautoencoder` takes where scikit-learn and JAX have been imported, and "compile" all
that JAX traces, lowers and compiles in a first fit, beside one bare jitted step of optax's Adam on
the same network.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import subprocess
from functools import partial
from tempfile import TemporaryDirectory

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.peers import Peer, command, installed
from benchmarks.lib.processes import ROOT, printed
from benchmarks.lib.results import save
from benchmarks.lib.timing import medians, timed

IMPORT = """
import time
import sklearn, jax
start = time.perf_counter()
import skautoencoder
print(time.perf_counter() - start)
"""

KEPT = "AutoencoderTransformer, programs kept"
KEEPING = """
import sys
from skautoencoder import cache_programs
from benchmarks.lib import peers
cache_programs(sys.argv.pop(1))
peers.main()
"""

# Seconds of JAX's own events while one fit, or one bare step, runs for the first time.
COMPILE = """
import jax, jax.numpy as jnp, numpy as np, optax
from benchmarks.lib import peers
X, encoder = peers.rows({workload!r}), peers.ENCODERS[{workload!r}]
layers = peers.sizes(encoder, X.shape[1])
seconds = []
jnp.zeros(3).block_until_ready()
jax.monitoring.register_event_duration_secs_listener(
    lambda event, duration, **_: seconds.append(duration) if "/core/compile/" in event else None
)
if {bare}:
    rng = np.random.RandomState(0)
    params = [
        (rng.standard_normal((a, b)).astype(np.float32), np.zeros(b, np.float32))
        for a, b in zip(layers, layers[1:])
    ]
    optimizer = optax.adam(1e-3)
    state = jax.tree.map(np.array, optimizer.init(params))
    seconds.clear()

    def loss(params, x):
        y = x
        for i, (weight, bias) in enumerate(params):
            y = y @ weight + bias
            y = y if i % 2 else jax.nn.gelu(y)
        return ((y - x) ** 2).mean()

    @jax.jit
    def step(params, state, x):
        value, gradient = jax.value_and_grad(loss)(params, x)
        updates, state = optimizer.update(gradient, state)
        return optax.apply_updates(params, updates), state, value

    jax.block_until_ready(step(params, state, X[:32]))
else:
    peers.ours(X, encoder, 32)(1)
print(sum(seconds))
"""


def main():
    parser = command_line(__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    args = parse(
        parser, workload="digits", epochs=(50, 100), tools=None,
        smoke={
            "repeats": 1, "workload": "tiny", "epochs": (2, 2), "tools": ["AutoencoderTransformer"],
        },
    )  # fmt: skip
    tools, (n_epochs, n_cold) = args.tools or installed(), args.epochs
    epochs = epoch_seconds(args.workload, n_epochs, args.repeats, tools)
    cold = cold_seconds(args.workload, n_cold, max(1, args.repeats // 2), tools)
    first = epochs["AutoencoderTransformer"]
    print(f"{'':26s} ms an epoch   ours is faster by   {n_cold} epochs cold, s")
    for name, seconds in epochs.items():
        print(f"{name:26s} {1e3 * seconds:11.1f} {seconds / first:19.1f} {cold[name]:20.1f}")
    own = own_seconds(args.workload, args.repeats)
    print(f"{KEPT:68s} {cold[KEPT]:.1f}")
    for name, seconds in own.items():
        print(f"{name:40s} {seconds:.3f} s")
    save(
        "small_data_speed",
        {"seconds an epoch": epochs, "cold process, seconds": cold, "ours, seconds": own},
        args.results,
    )


def epoch_seconds(workload, n_epochs, repeats, names):
    """Median seconds of an epoch, in turns."""
    peers = {name: Peer(name, workload, 32) for name in names}
    seconds: dict = {name: [] for name in peers}
    for _ in range(repeats):
        for name, peer in peers.items():
            seconds[name].append(peer.epoch(n_epochs))
    for peer in peers.values():
        peer.close()
    return medians(seconds)


def cold_seconds(workload, n_epochs, repeats, names):
    """Median wall clock of a process that trains so many epochs, in turns."""
    runs = {name: command(name, workload, 32, n_epochs) for name in names}
    seconds: dict = {name: [] for name in [*runs, KEPT]}
    with TemporaryDirectory() as folder:
        ours = "AutoencoderTransformer"
        told = [folder, ours, workload, "32", str(n_epochs)]
        runs[KEPT] = [sys.executable, "-c", KEEPING, *told], runs[ours][1]
        for _ in range(1 + repeats):  # the first fills the cache, and the machine's of files
            for name, (argv, environment) in runs.items():
                process = partial(subprocess.run, argv, env=environment, cwd=ROOT, check=True)
                seconds[name].append(timed(partial(process, capture_output=True))[0])
    return medians({name: times[1:] for name, times in seconds.items()})


def own_seconds(workload, repeats):
    """Medians of what our import and our compilation take, and a bare step's compilation."""
    programs = {
        "import, after scikit-learn and JAX": IMPORT,
        "compile, first fit": COMPILE.format(bare=False, workload=workload),
        "compile, bare jitted step": COMPILE.format(bare=True, workload=workload),
    }
    seconds: dict = {name: [] for name in programs}
    for _ in range(repeats):
        for name, program in programs.items():
            seconds[name].extend(printed([sys.executable, "-c", program]))
    return medians(seconds)


if __name__ == "__main__":
    main()
