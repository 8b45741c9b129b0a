"""Visualisation: digits on two components, PCA's beside the autoencoder's.

python examples/visualisation.py [PICTURE.png]
"""

import sys

from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from skautoencoder import AutoencoderTransformer
from skautoencoder.display import CodeDisplay

X, y = load_digits(return_X_y=True)
maps = {}
for transformer in (PCA(2, random_state=0), AutoencoderTransformer(2, random_state=0)):
    name = type(transformer).__name__
    maps[name] = transformer.fit_transform(X)
    kept = trustworthiness(X, maps[name], n_neighbors=5)
    accuracy = cross_val_score(KNeighborsClassifier(), maps[name], y, cv=3).mean()
    print(f"{name:22} trustworthiness {kept:.2f}, accuracy of neighbours on the map {accuracy:.2f}")

if len(sys.argv) > 1:
    from matplotlib import pyplot as plt

    figure, panels = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
    for panel, (name, codes) in zip(panels, maps.items(), strict=True):
        CodeDisplay(codes, y=y).plot(panel)
        panel.set_title(name)
    figure.savefig(sys.argv[1], dpi=110)
