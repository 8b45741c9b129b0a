"""Rows as images: which shape they have, and many of them as one picture."""

from __future__ import annotations

import numpy as np

from skautoencoder.display._display import styled


def checked_shape(image_shape, n_features, needed=False):
    """``image_shape`` as a tuple, or None where it is None and need not be given.

    Raises
    ------
    ValueError
        If it is not the shape of a row of so many features.
    """
    if image_shape is None and not needed:
        return None
    shape = tuple(image_shape or ())
    if len(shape) not in (2, 3) or np.prod(shape) != n_features:
        raise ValueError(
            "image_shape must be (height, width) or (height, width, channels), with a product "
            f"of {n_features}, the number of columns. Got {image_shape!r} instead."
        )
    return shape


def limits_of(rows):
    """The lowest and the highest number in rows with gaps (NaN); 0 and 1 where all are gaps."""
    known = rows[~np.isnan(rows)]
    return (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)


def draw_images(ax, rows, image_shape, n_across, limits, **kwargs):
    """The rows as one picture of many images, a pixel apart; ``kwargs`` go to `imshow`."""
    from matplotlib.image import AxesImage

    height, width, *channels = image_shape
    low, high = limits
    n_down = -(-len(rows) // n_across)
    sheet = np.full((n_down * (height + 1), n_across * (width + 1), *channels), np.nan)
    for i, row in enumerate(rows):
        down, across = divmod(i, n_across)
        top, left = down * (height + 1), across * (width + 1)
        sheet[top : top + height, left : left + width] = row.reshape(image_shape)
    if channels:
        sheet = np.nan_to_num(((sheet - low) / ((high - low) or 1.0)).clip(0, 1), nan=1.0)
    style = styled(
        AxesImage, kwargs, cmap="gray_r", vmin=low, vmax=high, interpolation="nearest",
        extent=(0, sheet.shape[1], sheet.shape[0], 0),
    )  # fmt: skip
    ax.imshow(sheet, **style)
    ax.set_frame_on(False)
    ax.tick_params(length=0)
