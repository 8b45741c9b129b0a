"""Windows of a made series, rebuilt from four numbers each: PCA and convolutions."""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.decomposition import PCA

from skautoencoder import ConvolutionalAutoencoderTransformer

rng = np.random.default_rng(0)
length = 64
place, width = rng.uniform(0.1, 0.9, (2, 1500, 1)) * [[[1.0]], [[0.08]]]
time = np.linspace(0, 1, length)
X = np.exp(-(((time - place) / (0.02 + width)) ** 2)) + 0.03 * rng.standard_normal((1500, length))
train, test = X[:1200], X[1200:]
transformers = {
    "PCA": PCA(4),
    "ConvolutionalAutoencoderTransformer": ConvolutionalAutoencoderTransformer(
        4, image_shape=(length, 1, 1), channels=(8, 16), max_iter=60, random_state=0
    ),
}
figure, axes = plt.subplots(1, 2, figsize=(9, 3), sharey=True)
for ax, (name, transformer) in zip(axes, transformers.items(), strict=True):
    rebuilt = transformer.fit(train).inverse_transform(transformer.transform(test))
    error = ((test - rebuilt) ** 2).sum(axis=1).mean()
    for i, window in enumerate(test[:3]):
        ax.plot(time, window + 1.3 * i, color="0.6", linewidth=1)
        ax.plot(time, rebuilt[i] + 1.3 * i, color="#0072B2", linewidth=2)
    ax.set(title=f"{name}\nheld-out error {error:.2f}", xticks=[], yticks=[])
