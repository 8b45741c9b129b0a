"""Held-out error by the size of the code, PCA and ours, on digits."""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split

from skautoencoder import AutoencoderTransformer

X, _ = load_digits(return_X_y=True)
X_train, X_test = train_test_split(X, random_state=0)
sizes = (1, 2, 4, 8, 16, 32)
figure, ax = plt.subplots(figsize=(6, 3.4))
for make, marker in ((PCA, "o"), (AutoencoderTransformer, "s")):
    errors = []
    for size in sizes:
        transformer = make(size, random_state=0).fit(X_train)
        rebuilt = transformer.inverse_transform(transformer.transform(X_test))
        errors.append(((X_test - rebuilt) ** 2).sum(axis=1).mean())
    ax.loglog(sizes, errors, marker=marker, label=make.__name__)
ax.set_xticks(sizes, [str(size) for size in sizes])
ax.minorticks_off()
ax.set(xlabel="n_components", ylabel="held-out squared error")
ax.legend(frameon=False)
