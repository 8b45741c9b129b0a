"""One component of bent data: what width and activation do to the curve that it decodes to."""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.decomposition import PCA

from skautoencoder import AutoencoderTransformer

rng = np.random.default_rng(0)
t = rng.uniform(-1, 1, 600)
X = np.column_stack([t, 0.6 * np.sin(4 * t)]) + 0.06 * rng.standard_normal((600, 2))
choices = {
    "PCA": PCA(1),
    "(4,), gelu": {"hidden_layer_sizes": (4,)},
    "(256, 128), gelu (default)": {},
    "(256, 128), relu": {"activation": "relu"},
}
figure, axes = plt.subplots(1, 4, figsize=(10, 2.8), sharex=True, sharey=True)
for ax, (title, choice) in zip(axes, choices.items(), strict=True):
    if isinstance(choice, dict):
        choice = AutoencoderTransformer(1, learning_rate=3e-3, random_state=0, **choice)
    codes = choice.fit_transform(X)
    along = np.linspace(codes.min(), codes.max(), 200)[:, None]
    ax.plot(*X.T, ".", color="0.75", markersize=3)
    ax.plot(*choice.inverse_transform(along).T, color="#D55E00", linewidth=2.5)
    ax.set(title=title, xticks=[], yticks=[])
