"""How to convolve on a CPU: products of matrices over patches, or XLA's own convolution.

Gradients of the four convolutions of ``ConvolutionalAutoencoderTransformer(channels=(32,
64))`` on 128 images of 28 x 28, on their own and inside a loop, where training runs them.
Candidates side by side, medians over interleaved repetitions.

    python benchmarks/speed/convolution.py
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.lib.arguments import command_line, parse
from benchmarks.lib.results import save
from benchmarks.lib.timing import in_turns, medians
from skautoencoder._networks._convolution import double, halve

N_LOOPS = 3


def xla(layout):
    """XLA's convolution and its transposed one, for images of the layout asked for."""
    kernel_layout = {"NHWC": "HWIO", "NCHW": "OIHW"}[layout]
    dimensions = (layout, kernel_layout, layout)

    def as_kernel(matrix, swap):
        kernel = matrix.reshape(3, 3, -1, matrix.shape[1]).transpose(1, 0, 2, 3)
        kernel = kernel.swapaxes(2, 3) if swap else kernel
        return kernel if layout == "NHWC" else kernel.transpose(3, 2, 0, 1)

    def in_layout(function, image):
        if layout == "NHWC":
            return function(image)
        return function(image.transpose(0, 3, 1, 2)).transpose(0, 2, 3, 1)

    def down(image, matrix):
        return in_layout(
            lambda x: jax.lax.conv_general_dilated(
                x, as_kernel(matrix, False), (2, 2), ((1, 1), (1, 1)), dimension_numbers=dimensions
            ),
            image,
        )

    def up(image, matrix, size):
        # (1, 2): the padding of the adjoint of a convolution that halves an even side
        kernel = as_kernel(matrix, True)
        flipped = kernel[::-1, ::-1] if layout == "NHWC" else kernel[..., ::-1, ::-1]
        return in_layout(
            lambda x: jax.lax.conv_general_dilated(
                x, flipped, (1, 1), ((1, 2), (1, 2)), (2, 2), dimension_numbers=dimensions
            ),
            image,
        )

    return down, up


CANDIDATES = {
    "matrices over patches": (halve, double),
    "XLA, NHWC": xla("NHWC"),
    "XLA, NCHW": xla("NCHW"),
}


def forward(candidate, matrices, image):
    down, up = candidate
    first, second, third, fourth = matrices
    image = jax.nn.gelu(down(jax.nn.gelu(down(image, first)), second))
    return up(jax.nn.gelu(up(image, third, (14, 14))), fourth, (28, 28))


def gradients(candidate):
    def total(matrices, images):
        return jnp.mean((forward(candidate, matrices, images) - images) ** 2)

    gradient = jax.grad(total)

    @jax.jit
    def in_a_loop(matrices, images, n_loops):
        def step(_, matrices):
            return jax.tree.map(lambda m, g: m - 1e-3 * g, matrices, gradient(matrices, images))

        return jax.lax.fori_loop(0, n_loops, step, matrices)

    return {"alone": jax.jit(gradient), "in a loop": lambda *args: in_a_loop(*args, N_LOOPS)}


def ready(program, *arguments):
    return jax.block_until_ready(program(*arguments))


def main():
    parser = command_line(__doc__)
    args = parse(parser, n_images=128, repeats=7, smoke={"n_images": 2, "repeats": 1})
    rng = np.random.RandomState(0)
    images = jnp.asarray(rng.standard_normal((args.n_images, 28, 28, 1)), jnp.float32)
    shapes = ((9, 32), (288, 64), (288, 64), (9, 32))
    matrices = [jnp.asarray(0.1 * rng.standard_normal(s), jnp.float32) for s in shapes]
    expected = forward(CANDIDATES["matrices over patches"], matrices, images)
    programs = {}
    for name, candidate in CANDIDATES.items():
        np.testing.assert_allclose(forward(candidate, matrices, images), expected, atol=1e-2)
        for where, program in gradients(candidate).items():
            programs[name, where] = run = partial(ready, program, matrices, images)
            run()  # compiles
    seconds = medians(in_turns(programs, args.repeats))
    print(f"{'milliseconds a step':24s} {'alone':>10s} {'in a loop':>10s}")
    milliseconds = {
        name: {
            "alone": 1000 * seconds[name, "alone"],
            "in a loop": 1000 * seconds[name, "in a loop"] / N_LOOPS,
        }
        for name in CANDIDATES
    }
    for name, row in milliseconds.items():
        print(f"{name:24s} {row['alone']:10.1f} {row['in a loop']:10.1f}")
    save("convolution", {"milliseconds a step": milliseconds}, args.results)


if __name__ == "__main__":
    main()
