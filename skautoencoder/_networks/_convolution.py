"""A convolution that halves an image, and its adjoint, which doubles it, as matrix products.

Written once for NumPy and JAX. XLA's own convolution is no faster on a CPU by itself, and
twenty times slower inside a loop, which training is (``benchmarks/speed/convolution.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from skautoencoder._functions import Array

_TAPS = 3  # width of the kernel

Size: TypeAlias = tuple[int, int]  # height and width of an image
# Takes patches from an image, or adds them up to one; the size is the image's.
Patching: TypeAlias = Callable[[Array, Size], Array]

# Such a pair by array namespace, where one is known that is differentiated faster.
_ADJOINTS: dict[Any, tuple[Patching, Patching]] = {}


def kernel_area(size: Size) -> int:
    """Entries of the kernel for an image of this size; a side of length 1 is left alone."""
    return int(np.prod([_TAPS if side > 1 else 1 for side in size]))


def halved(size: Size) -> Size:
    """What is left of each side of an image; an odd one is rounded up."""
    height, width = size
    return -(-height // 2), -(-width // 2)


def halve(image: Array, matrix: Array) -> Array:
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
    take, _ = _adjoints_for(image)
    return take(image, image.shape[1:3]) @ matrix


def double(image: Array, matrix: Array, size: Size) -> Array:
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
    _, add = _adjoints_for(image)
    return add(image @ matrix.T, size)


def register_adjoints(namespace: Any, take: Patching, add: Patching) -> None:
    """Use this pair, which knows that each is the other's gradient, for arrays of a namespace.

    Parameters
    ----------
    namespace : module
        What ``__array_namespace__`` of the arrays gives.
    take, add : callable
        The same functions as :func:`take_patches` and :func:`add_patches`.
    """
    _ADJOINTS[namespace] = take, add


def _adjoints_for(array: Array) -> tuple[Patching, Patching]:
    return _ADJOINTS.get(array.__array_namespace__(), (take_patches, add_patches))


def take_patches(image: Array, size: Size) -> Array:
    """For every other pixel, what the kernel meets there, in the last axis."""
    for axis, length in ((1, size[0]), (2, size[1])):
        image = _take(image, axis, length) if length > 1 else image
    return image


def add_patches(patches: Array, size: Size) -> Array:
    """The adjoint: every patch put back to its place, overlaps added up."""
    for axis, length in ((2, size[1]), (1, size[0])):
        patches = _add(patches, axis, length) if length > 1 else patches
    return patches


def _take(x: Array, axis: int, length: int) -> Array:
    xp = x.__array_namespace__()
    padded = xp.pad(x, _along(axis, (1, 1 + length % 2)))
    n_kept = -(-length // 2)
    starts = range(_TAPS)
    return xp.concat([padded[_cut(axis, i, i + 2 * n_kept, 2)] for i in starts], axis=-1)


def _add(x: Array, axis: int, length: int) -> Array:
    # Taps 0 and 2 of neighbours meet in the even places of the padded axis, tap 1 has the odd.
    xp, n_channels = x.__array_namespace__(), x.shape[-1] // _TAPS
    first, second, third = (x[..., i * n_channels : (i + 1) * n_channels] for i in range(_TAPS))
    before, after = _along(axis, (1, 0)), _along(axis, (0, 1))
    even, odd = xp.pad(first, after) + xp.pad(third, before), xp.pad(second, after)
    shape = list(even.shape)
    shape[axis] *= 2
    return xp.stack([even, odd], axis=axis + 1).reshape(shape)[_cut(axis, 1, 1 + length)]


def _along(axis: int, widths: tuple[int, int]) -> list[tuple[int, int]]:
    return [widths if i == axis else (0, 0) for i in range(4)]


def _cut(axis: int, *limits: int) -> tuple[slice, ...]:
    return (slice(None),) * axis + (slice(*limits),)
