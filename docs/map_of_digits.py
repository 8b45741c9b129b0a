"""Draw the README's picture: digits on two components, PCA's map beside ours.

    python docs/map_of_digits.py

Both are fitted to 1,257 digits and place 540 others, which are what is drawn.
"""

from pathlib import Path

from matplotlib.figure import Figure
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier

from skautoencoder import AutoencoderTransformer

X_train, X_test, y_train, y_test = train_test_split(
    *load_digits(return_X_y=True), test_size=0.3, random_state=0
)
figure = Figure(figsize=(10, 4.4), dpi=100, layout="constrained")
for panel, transformer in zip(
    figure.subplots(1, 2),
    [PCA(2), AutoencoderTransformer(2, random_state=0)],
    strict=True,
):
    neighbors = KNeighborsClassifier().fit(transformer.fit_transform(X_train), y_train)
    codes = transformer.transform(X_test)
    error = ((X_test - transformer.inverse_transform(codes)) ** 2).sum() / (
        (X_test - X_train.mean(0)) ** 2
    ).sum()
    for digit in range(10):
        of_it = codes[y_test == digit]
        panel.scatter(*of_it.T, s=12, alpha=0.35, linewidths=0, color=f"C{digit}")
        for place in of_it[::4]:
            panel.text(*place, str(digit), color=f"C{digit}", fontsize=9, ha="center", va="center")
    name = type(transformer).__name__
    panel.set_title(
        f"{name}: {1 - error:.0%} of the variance rebuilt,\n"
        f"{neighbors.score(codes, y_test):.0%} of digits told by their neighbors on the map",
        fontsize=10,
    )
    panel.set(xticks=[], yticks=[])
figure.savefig(Path(__file__).with_suffix(".png"), pil_kwargs={"optimize": True})
