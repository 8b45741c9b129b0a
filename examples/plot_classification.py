"""
Classification: how few numbers still say which digit it is
===========================================================

A code is a good feature if what matters is still in it. Nearest neighbors are a strict judge: they
use distances as they are, and cannot bend what the transformer left straight.

The transformer stands in a pipeline where PCA would stand, and sees no labels.
"""

# %%
# Three folds; each time the transformer is fitted to the training rows alone.

from matplotlib import pyplot as plt
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from skautoencoder import AutoencoderTransformer
from skautoencoder.display import COLOURS

X, y = load_digits(return_X_y=True)
sizes = (2, 3, 4)


def accuracy(*steps):
    return cross_val_score(make_pipeline(*steps, KNeighborsClassifier()), X, y, cv=3).mean()


pixels = accuracy()
of_pca = [accuracy(PCA(k)) for k in (*sizes, 6, 8, 12)]
of_ours = [accuracy(AutoencoderTransformer(k, random_state=0)) for k in sizes]
print("components    PCA   autoencoder")
for k, *found in zip(sizes, of_pca, of_ours, strict=False):
    print(f"{k:10} {found[0]:6.2f} {found[1]:13.2f}")
print(f"all 64 pixels {pixels:.2f}")

# %%
# Four numbers of the autoencoder serve neighbors as well as six of PCA. With enough numbers there
# is nothing to gain: twelve components of PCA are as good as all pixels.

figure, ax = plt.subplots(figsize=(6.4, 4), layout="constrained")
ax.axhline(pixels, color="0.5", ls=":", label="all 64 pixels")
ax.plot((*sizes, 6, 8, 12), of_pca, "o-", color=COLOURS[0], label="PCA")
ax.plot(sizes, of_ours, "s-", color=COLOURS[1], label="autoencoder")
ax.set(xlabel="components", ylabel="accuracy of 5 nearest neighbors", ylim=(0.5, 1))
ax.legend(loc="lower right")
plt.show()
