"""Digits: what each objective does to a map, and the error of codes that are cut short."""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from skautoencoder import AutoencoderTransformer
from skautoencoder.objectives import Contractive, Denoising, Sparse, Variational

X, y = load_digits(return_X_y=True)
settings = {"hidden_layer_sizes": (64,), "max_iter": 60, "random_state": 0}
objectives = {
    "Reconstruction()": "reconstruction",
    "Denoising(noise_std=0.5)": Denoising(noise_std=0.5),
    "Sparse(strength=0.3)": Sparse(strength=0.3),
    "Contractive(strength=3)": Contractive(strength=3.0),
    "Variational()": Variational(),
}
figure, axes = plt.subplots(2, 3, figsize=(9, 5.6))
for ax, (title, objective) in zip(axes.flat, objectives.items(), strict=False):
    ours = AutoencoderTransformer(2, objective=objective, whiten=True, **settings)
    ax.scatter(*ours.fit_transform(X).T, s=3, c=y, cmap="tab10", linewidths=0)
    ax.set(title=title, xticks=[], yticks=[])

ax = axes[-1, -1]
kept = np.arange(1, 9)
for title, objective in (("Reconstruction()", "reconstruction"), ("Ordered()", "ordered")):
    ours = AutoencoderTransformer(8, objective=objective, **settings).fit(X)
    codes = ours.transform(X)
    cut = [ours.inverse_transform(np.where(np.arange(8) < k, codes, 0)) for k in kept]
    ax.plot(kept, [((X - some) ** 2).sum(axis=1).mean() for some in cut], "o-", label=title)
ax.set(title="Ordered(): codes cut short", xlabel="components kept", ylabel="squared error")
ax.legend(frameon=False)
