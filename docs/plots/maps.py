"""Digits on two components: PCA's map beside ours."""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from skautoencoder import AutoencoderTransformer

X, y = load_digits(return_X_y=True)
figure, axes = plt.subplots(1, 2, figsize=(9, 4.2))
for ax, transformer in zip(axes, (PCA(2), AutoencoderTransformer(2, random_state=0)), strict=True):
    codes = transformer.fit_transform(X)
    for digit in range(10):
        some = codes[y == digit]
        ax.scatter(*some.T, s=5, alpha=0.7, color=f"C{digit}", linewidths=0)
        middle = sorted(map(tuple, some))[len(some) // 2]
        ax.text(*middle, str(digit), fontsize=13, fontweight="bold", ha="center", va="center")
    ax.set(title=type(transformer).__name__, xticks=[], yticks=[])
