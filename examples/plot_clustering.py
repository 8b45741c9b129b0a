"""
Clustering: k-means on pixels and on codes
==========================================

k-means looks for round clouds of one size. Handwritten digits are no such clouds: a slanted 1 is
far from an upright one, and near a 7. On a code that follows the bends of the data the clouds are
rounder.
"""

# %%
# Ten clusters against the ten digits, by the adjusted Rand index: 1 where they are the same, 0
# where they have nothing to do with each other. Five starts of k-means each.

import numpy as np
from matplotlib import pyplot as plt
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score, confusion_matrix

from skautoencoder import AutoencoderTransformer

X, y = load_digits(return_X_y=True)
codes = {
    "pixels": X,
    "PCA, 4 components": PCA(4, random_state=0).fit_transform(X),
    "autoencoder, 4": AutoencoderTransformer(4, random_state=0).fit_transform(X),
}
clusters, indices = {}, {}
print("adjusted Rand index of 10 clusters with the 10 digits, mean of 5 starts")
for name, code in codes.items():
    found = [KMeans(10, n_init=5, random_state=seed).fit_predict(code) for seed in range(5)]
    clusters[name], indices[name] = found[0], np.mean([adjusted_rand_score(y, c) for c in found])
    print(f"{name:18} {indices[name]:.2f}")

# %%
# Which digits fall into which cluster, and each cluster's mean image above it. Four components of
# PCA are too few: k-means does worse on them than on the pixels. On four of the autoencoder it does
# better than on all pixels. Clusters are in the order of the digit that most of their rows are.

figure, panels = plt.subplots(
    2, 3, figsize=(12, 5.2), layout="constrained", height_ratios=(1, 8), sharex="col"
)
for (above, below), (name, cluster) in zip(panels.T, clusters.items(), strict=True):
    counts = confusion_matrix(y, cluster)
    order = np.argsort(counts.argmax(axis=0), kind="stable")
    images = [np.pad(X[cluster == k].mean(axis=0).reshape(8, 8), 1) for k in order]
    above.imshow(np.hstack(images), cmap="gray_r", extent=(-0.5, 9.5, -0.5, 0.5), aspect="auto")
    below.imshow(counts[:, order], cmap="Blues", aspect="auto", vmin=0, vmax=180)
    above.set(title=f"{name}: adjusted Rand index {indices[name]:.2f}", yticks=[])
    below.set(xlabel="cluster", xticks=[], yticks=range(10))
panels[1, 0].set_ylabel("digit")
plt.show()
