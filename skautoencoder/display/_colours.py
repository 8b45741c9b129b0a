"""Colours and markers, in the order in which displays use them."""

from __future__ import annotations

# Okabe & Ito (2008), without the yellow: told apart with any colour vision, and on white.
COLOURS = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000",
)  # fmt: skip
MARKERS = "osD^vP*X"
GREY = "0.7"
