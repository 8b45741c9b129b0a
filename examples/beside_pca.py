"""AutoencoderTransformer beside PCA: held-out error on digits, at several code sizes.

python examples/beside_pca.py
"""

from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split

from skautoencoder import AutoencoderTransformer

X, _ = load_digits(return_X_y=True)
X_train, X_test = train_test_split(X, random_state=0)


def held_out_error(transformer):
    transformer.fit(X_train)
    rebuilt = transformer.inverse_transform(transformer.transform(X_test))
    return ((X_test - rebuilt) ** 2).sum(axis=1).mean()


print("held-out squared error of a digit (8 x 8 pixels from 0 to 16)\n")
print("components     PCA  autoencoder  ratio")
for n_components in (2, 4, 8, 16):
    pca = held_out_error(PCA(n_components))
    ours = held_out_error(AutoencoderTransformer(n_components, random_state=0))
    print(f"{n_components:10d} {pca:7.1f} {ours:12.1f} {ours / pca:6.2f}")
