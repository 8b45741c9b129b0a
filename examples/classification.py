"""Classification: how few numbers still say which digit it is.

python examples/classification.py
"""

from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from skautoencoder import AutoencoderTransformer

X, y = load_digits(return_X_y=True)
print("accuracy of 5 nearest neighbours on codes, 3 folds")
print("components    PCA   autoencoder")
for n_components in (2, 3, 4):
    accuracies = [
        cross_val_score(make_pipeline(transformer, KNeighborsClassifier()), X, y, cv=3).mean()
        for transformer in (PCA(n_components), AutoencoderTransformer(n_components, random_state=0))
    ]
    print(f"{n_components:10} {accuracies[0]:6.2f} {accuracies[1]:13.2f}")
