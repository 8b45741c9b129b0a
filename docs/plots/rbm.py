"""What the hidden units of a Boltzmann machine look for in digits, beside PCA's axes."""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from skautoencoder import RBMTransformer

X = load_digits().data / 16
machine = RBMTransformer(24, learning_rate=0.05, n_iter=60, random_state=0).fit(X)
figure, axes = plt.subplots(1, 2, figsize=(8, 2.6))
found = {"PCA(24)": PCA(24).fit(X).components_, "RBMTransformer(24)": machine.components_}
for ax, (title, units) in zip(axes, found.items(), strict=True):
    tiles = np.full((3 * 9 - 1, 8 * 9 - 1), np.nan)
    for i, unit in enumerate(units):
        top, left = 9 * (i // 8), 9 * (i % 8)
        tiles[top : top + 8, left : left + 8] = unit.reshape(8, 8) / np.abs(unit).max()
    ax.imshow(tiles, cmap="RdBu_r", vmin=-1, vmax=1)
    ax.set_title(title)
    ax.axis("off")
