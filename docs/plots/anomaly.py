"""Bent data: the p-value of each place, and where the level of 5 % lies."""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.ensemble import IsolationForest

from skautoencoder import AutoencoderDetector

rng = np.random.default_rng(0)
t = rng.uniform(-1, 1, 600)
X = np.column_stack([t, t**2]) + 0.05 * rng.standard_normal((600, 2))
x, y = np.meshgrid(np.linspace(-1.5, 1.5, 120), np.linspace(-0.6, 1.6, 90))
places = np.column_stack([x.ravel(), y.ravel()])
detector = AutoencoderDetector(method="kernel", random_state=0).fit(X)
forest = IsolationForest(contamination=0.05, random_state=0).fit(X)
judged = {
    'AutoencoderDetector(method="kernel")': detector.decision_function(places),
    "IsolationForest(contamination=0.05)": forest.decision_function(places),
}
figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), sharey=True)
for ax, (title, margin) in zip(axes, judged.items(), strict=True):
    margin = margin.reshape(x.shape)
    ax.contourf(x, y, margin >= 0, levels=[-0.5, 0.5, 1.5], colors=["#f6d3c4", "#d6e9f5"])
    ax.contour(x, y, margin, levels=[0], colors="#D55E00", linewidths=1.5)
    ax.plot(*X.T, ".", color="0.35", markersize=2)
    ax.set(title=title, xticks=[], yticks=[])
