"""
Generation: new digits from a variational autoencoder
=====================================================

A decoder makes a row of any code. To make *new* rows one has to know which codes are likely. PCA's
codes and those of a plain autoencoder have no shape that anybody asked for; a Gaussian around them
is a guess. The variational autoencoder is trained so that its codes are Gaussian, and ``sample``
draws from it.
"""

# %%
# Draws are judged by how far they are from the nearest real image that no model has seen.

import numpy as np
from matplotlib import pyplot as plt
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.metrics import pairwise_distances_argmin_min
from sklearn.model_selection import train_test_split

from skautoencoder import AutoencoderTransformer
from skautoencoder.objectives import Variational

X, _ = load_digits(return_X_y=True)
train, test = train_test_split(X, random_state=0)


def draws_around_codes(transformer):
    codes = transformer.fit_transform(train)
    rng = np.random.RandomState(0)
    drawn = rng.multivariate_normal(codes.mean(axis=0), np.cov(codes.T), 500)
    return transformer.inverse_transform(drawn)


variational = AutoencoderTransformer(8, objective=Variational(noise_std=0.5), random_state=0)
samples = {
    "PCA": draws_around_codes(PCA(8, random_state=0)),
    "plain autoencoder": draws_around_codes(AutoencoderTransformer(8, random_state=0)),
    "variational": variational.fit(train).sample(500, random_state=0),
}
distances = {
    name: pairwise_distances_argmin_min(rows, test)[1].mean() for name, rows in samples.items()
}
print(f"distance of a draw to the nearest of {len(test)} real images")
for name, distance in distances.items():
    print(f"{name:18} {distance:.1f}")
among = pairwise_distances_argmin_min(test, train)[1].mean()
print(f"{'a real image':18} {among:.1f}, to the nearest of {len(train):,}")

# %%
# The plain autoencoder is the worst of the three, however well it rebuilds: most codes of the
# Gaussian are none that it has seen. The variational one is best, though not as near as real images
# are to each other: its draws are smoother than handwriting.

figure, panels = plt.subplots(3, 1, figsize=(7, 4.2), layout="constrained")
for panel, (name, rows) in zip(panels, samples.items(), strict=True):
    images = np.pad(rows[:32].reshape(32, 8, 8), ((0, 0), (1, 1), (1, 1)))
    sheet = images.reshape(2, 16, 10, 10).transpose(0, 2, 1, 3).reshape(20, 160)
    panel.imshow(sheet, cmap="gray_r", vmin=0, vmax=16)
    panel.set(title=f"{name}: {distances[name]:.1f} from real images", xticks=[], yticks=[])
plt.show()
