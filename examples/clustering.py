"""Clustering: k-means on pixels, on PCA's codes and on an autoencoder's.

python examples/clustering.py
"""

import numpy as np
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score

from skautoencoder import AutoencoderTransformer

X, y = load_digits(return_X_y=True)
codes = {
    "pixels": X,
    "PCA, 4 components": PCA(4, random_state=0).fit_transform(X),
    "autoencoder, 4": AutoencoderTransformer(4, random_state=0).fit_transform(X),
}
print("adjusted Rand index of 10 clusters with the 10 digits, mean of 5 starts")
for name, code in codes.items():
    scores = [
        adjusted_rand_score(y, KMeans(10, n_init=5, random_state=seed).fit_predict(code))
        for seed in range(5)
    ]
    print(f"{name:18} {np.mean(scores):.2f}")
