"""Draws the guide's pictures: python docs/draw.py [NAME ...], each from docs/plots/NAME.py.

They are kept in docs/pictures/, so that the documentation builds in a minute; draw them anew where
what they show has changed.
"""

import runpy
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # after the choice of what draws
from PIL import Image

HERE = Path(__file__).parent


def main(names):
    """Draw the pictures of these names, or all."""
    for name in names or sorted(path.stem for path in (HERE / "plots").glob("*.py")):
        runpy.run_path(str(HERE / "plots" / f"{name}.py"))
        figure = plt.gcf()
        figure.set_layout_engine("constrained")
        place = HERE / "pictures" / f"{name}.png"
        figure.savefig(place, dpi=100)
        with Image.open(place) as drawn:  # 64 colors are enough, in a third of the space
            drawn.convert("RGB").quantize(64).save(place, optimize=True)
        plt.close(figure)
        print(f"{place.relative_to(HERE.parent)}: {place.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main(sys.argv[1:])
