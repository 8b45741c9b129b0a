"""How fast exported models are: onnxruntime beside our own `transform`, and how large the files.

    python benchmarks/speed/onnx_speed.py

One row and 10,000, in single precision: the default network on digits, with and without gaps in a
tenth of the cells, the deep network of Hinton & Salakhutdinov, a convolutional one on images of
28 x 28, and an imputer. All in turns, medians; each on as many threads as it takes by itself. How
far apart the two are is measured, too, over the largest entry of what `transform` gives.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import time

import numpy as np

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.incomplete import hidden_at_random
from benchmarks.lib.peers import ENCODERS, rows
from benchmarks.lib.results import save
from benchmarks.lib.timing import in_turns, medians
from skautoencoder import (
    AutoencoderImputer,
    AutoencoderTransformer,
    ConvolutionalAutoencoderTransformer,
)

TOGETHER = 256


def main():
    try:
        from onnxruntime import InferenceSession, SessionOptions

        from skautoencoder.onnx import to_onnx
    except ImportError as error:
        print(f"left out: {error}")
        return
    parser = command_line(__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--calls", type=int, default=1_000)
    parser.add_argument("--repeats", type=int, default=7)
    args = parse(
        parser, names=tuple(CASES),
        smoke={"rows": 100, "calls": 3, "repeats": 1, "names": ("digits", "digits with gaps")},
    )  # fmt: skip
    options = SessionOptions()  # whose threads would otherwise be busy waiting in others' turns
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    result = {}
    for name in args.names:
        estimator, X = CASES[name]()
        output = "filled" if name.startswith("imputer") else "code"
        model = to_onnx(estimator, outputs=[output]).SerializeToString()
        start = time.perf_counter()
        session = InferenceSession(model, options)
        result[name] = {
            "file, KiB": len(model) / 1024,
            "file with all outputs, KiB": len(to_onnx(estimator).SerializeToString()) / 1024,
            "opening, ms": 1e3 * (time.perf_counter() - start),
            **measured(estimator.transform, lambda x, s=session: s.run(None, {"X": x})[0], X, args),
        }
        print(name)
        for what, value in result[name].items():
            print(f"    {what:48s} {value:12.4g}")
    save("onnx_speed", result, args.results)


def measured(ours, theirs, X, args):
    """Medians of both ways, for one row and for many, and how far apart they are."""
    one = X[np.isnan(X).any(axis=1)][:1] if np.isnan(X).any() else X[:1]
    X = np.resize(X, (args.rows, X.shape[1]))
    seconds = medians(
        in_turns(
            {"one row, transform": lambda: ours(one), "one row, onnxruntime": lambda: theirs(one)},
            args.calls,
        )
    )
    few = [X[i : i + TOGETHER] for i in range(0, len(X), TOGETHER)]
    seconds |= medians(
        in_turns(
            {
                "many rows, transform": lambda: ours(X),
                "many rows, onnxruntime": lambda: theirs(X),
                f"many rows, onnxruntime, {TOGETHER} at a time": lambda: [theirs(x) for x in few],
            },
            args.repeats,
        )
    )
    expected = ours(X)
    return {
        **{f"{name}, ms": 1e3 * value for name, value in seconds.items()},
        "apart": float(abs(theirs(X) - expected).max() / abs(expected).max()),
    }


def digits(gaps=False):
    X = 16 * rows("digits")
    if gaps:
        X = np.where(hidden_at_random(X, 0.1, 0), np.float32(np.nan), X)
    return AutoencoderTransformer(8, max_iter=2, random_state=0).fit(X), X


def deep():
    X, encoder = rows("deep"), ENCODERS["deep"]
    estimator = AutoencoderTransformer(
        encoder[-1], hidden_layer_sizes=encoder[:-1], max_iter=1, early_stopping=False
    )
    return estimator.fit(X[:2_000]), X


def images():
    X = rows("deep")
    estimator = ConvolutionalAutoencoderTransformer(
        16, image_shape=(28, 28), max_iter=1, early_stopping=False
    )
    return estimator.fit(X[:500]), X


def imputer():
    from sklearn.datasets import load_wine

    X = load_wine().data.astype(np.float32)
    X = np.where(hidden_at_random(X, 0.1, 0), np.float32(np.nan), X)
    return AutoencoderImputer(n_networks=1, random_state=0).fit(X), X


CASES = {
    "digits": digits,
    "digits with gaps": lambda: digits(gaps=True),
    "784-1000-500-250-30": deep,
    "images of 28 x 28": images,
    "imputer, wine": imputer,
}


if __name__ == "__main__":
    main()
