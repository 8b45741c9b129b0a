"""A convolution that halves an image, and its adjoint, which doubles it, as matrix products.

Written once for NumPy and JAX. XLA's own convolution is no faster on a CPU by itself, and
twenty times slower inside a loop, which training is (``benchmarks/speed/convolution.py``).
"""

from __future__ import annotations

from functools import partial

import jax
import numpy as np

_TAPS = 3  # width of the kernel


def kernel_area(size):
    """Entries of the kernel for an image of this size; a side of length 1 is left alone."""
    return int(np.prod([_TAPS if side > 1 else 1 for side in size]))


def halved(size):
    """What is left of each side of an image; an odd one is rounded up."""
    return tuple(-(-side // 2) for side in size)


def halve(image, matrix):
    """Convolve with stride 2, zeros beyond the edge.

    Parameters
    ----------
    image : array of shape (n_images, height, width, n_in)
    matrix : array of shape (kernel_area * n_in, n_out)
        The kernel: for each of its columns, each of its rows, and each input channel.

    Returns
    -------
    array of shape (n_images, ceil(height / 2), ceil(width / 2), n_out)
    """
    take = _take_patches if isinstance(image, np.ndarray) else _patches
    return take(image, image.shape[1:3]) @ matrix


def double(image, matrix, size):
    """The adjoint of :func:`halve`, from a small image to a large one.

    Parameters
    ----------
    image : array of shape (n_images, ceil(height / 2), ceil(width / 2), n_in)
    matrix : array of shape (kernel_area * n_out, n_in)
    size : tuple of int
        Height and width of the result.

    Returns
    -------
    array of shape (n_images, height, width, n_out)
    """
    add = _add_patches if isinstance(image, np.ndarray) else _overlap
    return add(image @ matrix.T, size)


def _take_patches(image, size):
    """For every other pixel, what the kernel meets there, in the last axis."""
    for axis, length in ((1, size[0]), (2, size[1])):
        image = _take(image, axis, length) if length > 1 else image
    return image


def _add_patches(patches, size):
    """The adjoint: every patch put back to its place, overlaps added up."""
    for axis, length in ((2, size[1]), (1, size[0])):
        patches = _add(patches, axis, length) if length > 1 else patches
    return patches


def _take(x, axis, length):
    xp = x.__array_namespace__()
    padded = xp.pad(x, _along(axis, (1, 1 + length % 2)))
    n_kept = -(-length // 2)
    starts = range(_TAPS)
    return xp.concat([padded[_cut(axis, i, i + 2 * n_kept, 2)] for i in starts], axis=-1)


def _add(x, axis, length):
    # Taps 0 and 2 of neighbours meet in the even places of the padded axis, tap 1 has the odd.
    xp, n_channels = x.__array_namespace__(), x.shape[-1] // _TAPS
    first, second, third = (x[..., i * n_channels : (i + 1) * n_channels] for i in range(_TAPS))
    before, after = _along(axis, (1, 0)), _along(axis, (0, 1))
    even, odd = xp.pad(first, after) + xp.pad(third, before), xp.pad(second, after)
    shape = list(even.shape)
    shape[axis] *= 2
    return xp.stack([even, odd], axis=axis + 1).reshape(shape)[_cut(axis, 1, 1 + length)]


def _along(axis, widths):
    return [widths if i == axis else (0, 0) for i in range(4)]


def _cut(axis, *limits):
    return (slice(None),) * axis + (slice(*limits),)


# The two are each other's gradient. JAX would find slower ones.


@partial(jax.custom_vjp, nondiff_argnums=(1,))
def _patches(image, size):
    return _take_patches(image, size)


@partial(jax.custom_vjp, nondiff_argnums=(1,))
def _overlap(patches, size):
    return _add_patches(patches, size)


_patches.defvjp(
    lambda image, size: (_patches(image, size), None),
    lambda size, _, cotangent: (_overlap(cotangent, size),),
)
_overlap.defvjp(
    lambda patches, size: (_overlap(patches, size), None),
    lambda size, _, cotangent: (_patches(cotangent, size),),
)
