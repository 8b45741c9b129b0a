"""The same autoencoder in the tools a user would pick instead, each in a process of its own.

    python -m benchmarks.lib.peers "PyTorch, eager" digits 32 100

trains one of them for so many epochs and ends: that is what a script pays. The other
benchmarks start these processes with :class:`Peer` and let them train in turns. A tool that
is not installed is left out (``pip install ".[peers]"``, with a CPU build of PyTorch).

Squared error, Adam at 1e-3, GELU in its tanh form (MLPRegressor has ReLU), single precision,
rows shuffled each epoch, nothing held out. Two more train with products in bfloat16, PyTorch
under its ``autocast``.
"""

from __future__ import annotations

import importlib.util
import os
import shlex
import subprocess
import sys
import time
import warnings
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.lib.processes import ROOT, module
from benchmarks.lib.timing import timed

# Hidden layers and code; the decoder mirrors them.
ENCODERS = {"deep": (1000, 500, 250, 30), "digits": (32, 8), "tiny": (4, 2)}
ENCODERS["large"] = ENCODERS["deep"]


def rows(workload):
    """What a workload trains on."""
    made = {"deep": (10_240, 784), "large": (131_072, 784), "tiny": (256, 12)}
    if workload in made:
        return np.random.RandomState(0).uniform(size=made[workload]).astype(np.float32)
    from sklearn.datasets import load_digits

    return load_digits().data.astype(np.float32) / 16


def sizes(encoder, n_features):
    """All layers, input and output included."""
    return (n_features, *encoder, *encoder[-2::-1], n_features)


def ours(X, encoder, batch_size, precision="float32"):
    from skautoencoder import AutoencoderTransformer

    def fit(n_epochs):
        AutoencoderTransformer(
            encoder[-1], hidden_layer_sizes=encoder[:-1], batch_size=batch_size,
            max_iter=n_epochs, early_stopping=False, init="glorot", precision=precision,
            optimizer="adam", learning_rate=1e-3, random_state=0,
        ).fit(X)  # fmt: skip

    return fit


def mlp(X, encoder, batch_size):
    from sklearn.neural_network import MLPRegressor

    def fit(n_epochs):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            MLPRegressor(
                hidden_layer_sizes=sizes(encoder, X.shape[1])[1:-1], batch_size=batch_size,
                max_iter=n_epochs, n_iter_no_change=10**6, tol=0, random_state=0,
            ).fit(X, X)  # fmt: skip

    return fit


def torch_module(layers):
    import torch

    parts = []
    for n_in, n_out in pairwise(layers):
        parts += [torch.nn.Linear(n_in, n_out), torch.nn.GELU(approximate="tanh")]
    half = len(layers) // 2
    del parts[2 * half - 1]  # the code is linear
    return torch.nn.Sequential(*parts[:-1])  # and so is the output


def torch_loop(X, encoder, batch_size, compiled=False, bfloat16=False, **adam):
    import torch

    # On the GPU, if there is one, as JAX is.
    device = "cuda" if torch.cuda.is_available() else "cpu"
    module = torch_module(sizes(encoder, X.shape[1])).to(device)
    optimizer = torch.optim.Adam(module.parameters(), lr=1e-3, **adam)
    data = torch.from_numpy(X).to(device)

    def step(batch):
        with torch.autocast(device, torch.bfloat16, enabled=bfloat16):
            loss = ((module(batch) - batch) ** 2).mean()
        loss.backward()
        return loss

    step = torch.compile(step) if compiled else step

    def fit(n_epochs):
        for _ in range(n_epochs):
            for batch in data[torch.randperm(len(data), device=device)].split(batch_size):
                optimizer.zero_grad()
                step(batch)
                optimizer.step()
        if device == "cuda":
            torch.cuda.synchronize()

    return fit


def skorch_net(X, encoder, batch_size):
    import torch
    from skorch import NeuralNetRegressor

    def fit(n_epochs):
        NeuralNetRegressor(
            torch_module(sizes(encoder, X.shape[1])), optimizer=torch.optim.Adam, lr=1e-3,
            max_epochs=n_epochs, batch_size=batch_size, iterator_train__shuffle=True,
            train_split=None, verbose=0,
        ).fit(X, X)  # fmt: skip

    return fit


def keras_model(X, encoder, batch_size):
    import keras

    layers = sizes(encoder, X.shape[1])
    activations = ["gelu"] * (len(layers) - 1)
    activations[len(encoder) - 1] = activations[-1] = "linear"
    model = keras.Sequential(
        [keras.layers.Dense(n, a) for n, a in zip(layers[1:], activations, strict=True)]
    )
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mse")
    return lambda n_epochs: model.fit(X, X, batch_size=batch_size, epochs=n_epochs, verbose=0)


PEERS: dict[str, Any] = {
    "AutoencoderTransformer": (ours, (), {}),
    "AutoencoderTransformer, bfloat16": (partial(ours, precision="bfloat16"), (), {}),
    "MLPRegressor": (mlp, (), {}),
    "PyTorch, eager": (torch_loop, ("torch",), {}),
    "PyTorch, fused Adam": (partial(torch_loop, fused=True), ("torch",), {}),
    "PyTorch, torch.compile": (
        partial(torch_loop, compiled=True, fused=True), ("torch",), {},
    ),
    "PyTorch, fused Adam, bfloat16": (
        partial(torch_loop, bfloat16=True, fused=True), ("torch",), {},
    ),
    "skorch": (skorch_net, ("skorch", "torch"), {}),
    "Keras on JAX": (keras_model, ("keras",), {"KERAS_BACKEND": "jax"}),
    "Keras on PyTorch": (keras_model, ("keras", "torch"), {"KERAS_BACKEND": "torch"}),
}  # fmt: skip


def installed():
    """Names of the peers that can run here; a line for each that cannot."""
    return [name for name, (_, needs, _) in PEERS.items() if can_run(name, *needs)]


def can_run(name, *packages):
    """Whether all packages that something needs are installed; a line where they are not."""
    missing = [package for package in packages if not importlib.util.find_spec(package)]
    if missing:
        print(f"{name}: left out, {' and '.join(missing)} not installed", flush=True)
    return not missing


def command(name, workload, batch_size, *n_epochs):
    """What to start in the checkout's root, and in which environment."""
    argv = module("benchmarks.lib.peers", name, workload, batch_size, *n_epochs)
    return argv, os.environ | PEERS[name][2]


class Peer:
    """A process that trains when asked to, and says how long it took."""

    def __init__(self, name, workload, batch_size):
        self._argv, environment = command(name, workload, batch_size)
        start = time.perf_counter()
        self._process = process = subprocess.Popen(
            self._argv, env=environment, cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._to: Any = process.stdin
        self._from: Any = process.stdout
        self.train(1)
        self.first_epoch = time.perf_counter() - start  # import and compilation included

    def train(self, n_epochs):
        """Seconds of a fit."""
        self._to.write(f"{n_epochs}\n")
        self._to.flush()
        seconds = self._from.readline()
        if not seconds:
            raise RuntimeError(f"It ended; to see why, run: {shlex.join(self._argv)}")
        return float(seconds)

    def epoch(self, n_epochs):
        """Seconds of one epoch: what a fit takes longer for so many more."""
        return (self.train(1 + n_epochs) - self.train(1)) / n_epochs

    def close(self):
        """End the process."""
        self._to.close()
        self._process.wait()


def main():
    name, workload, batch_size, *n_epochs = sys.argv[1:]
    fit = PEERS[name][0](rows(workload), ENCODERS[workload], int(batch_size))
    if n_epochs:
        fit(int(n_epochs[0]))
        return
    for line in sys.stdin:
        n = int(line)
        print(timed(lambda: fit(n))[0], flush=True)  # noqa: B023


if __name__ == "__main__":
    main()
