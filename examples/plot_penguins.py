"""
Penguins: a table with categories and gaps
==========================================

344 penguins of three species, measured on islands near Palmer Station, Antarctica: two columns of
text, four of numbers, and gaps in most of them. PCA takes none of this as it is. One imputes,
scales, makes categories one-hot, and what comes back are shares of a one-hot column.

``TableAutoencoderTransformer`` takes the table and gives the table back. It starts at PCA of the
encoded table.
"""

# %%
# The species is left out: it is what we look for. So is the year.

import pandas as pd
from matplotlib import pyplot as plt
from palmerpenguins import load_penguins
from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skautoencoder import TableAutoencoderTransformer
from skautoencoder.display import CodeDisplay

penguins = load_penguins()
species = penguins.pop("species")
table = penguins.drop(columns="year")
train, test = train_test_split(table, random_state=0, stratify=species)
train.head()

# %%
# Two numbers a penguin. Codes of rows that were held out, and what is rebuilt of them:

autoencoder = TableAutoencoderTransformer(2, random_state=0).fit(train)
codes = autoencoder.transform(test)
rebuilt = autoencoder.inverse_transform(codes).set_index(test.index)
print(autoencoder.kinds_)
pd.concat({"measured": test, "rebuilt": rebuilt}, axis=1).head(8).transpose()

# %%
# The same with PCA, by hand. To read categories from what it rebuilds, the largest share counts.

numbers = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
words = ["island", "sex"]
encoder = make_column_transformer(
    (make_pipeline(SimpleImputer(), StandardScaler()), numbers),
    (make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()), words),
    sparse_threshold=0,
)
pca = PCA(2).fit(encoder.fit_transform(train))
codes_of_pca = pca.transform(encoder.transform(test))
shares = pca.inverse_transform(codes_of_pca)
scaler, one_hot = (encoder.transformers_[i][1][-1] for i in range(2))
rebuilt_by_pca = pd.DataFrame(
    scaler.inverse_transform(shares[:, :4]), columns=numbers, index=test.index
)
rebuilt_by_pca[words] = one_hot.inverse_transform(shares[:, 4:])


def judged(rebuilt):
    """Share of right categories, and of the variance of each number that is explained."""
    seen = test.notna()
    found = {c: (rebuilt[c] == test[c])[seen[c]].mean() for c in words}
    for c in numbers:
        error = (rebuilt[c] - test[c])[seen[c]] ** 2
        found[c] = 1 - error.mean() / ((test[c] - train[c].mean()) ** 2).mean()
    return found


pd.DataFrame({"PCA": judged(rebuilt_by_pca), "autoencoder": judged(rebuilt)}).round(2)

# %%
# Both maps find clusters. PCA's are those of species and sex; where islands differ within a species
# (Adelie penguins live on all three) it has no room left. The autoencoder keeps the island of
# nearly every penguin in the same two numbers: categories are points, and points find room where a
# plane has none. Where it does not win: a neighbor's species is as easily told on PCA's map.

figure, panels = plt.subplots(1, 2, figsize=(12, 4.8), layout="constrained")
island = table["island"]
where = species.str.split().str[0] + ", " + island
maps = {
    "PCA of the encoded table": pca.transform(encoder.transform(table)),
    "TableAutoencoderTransformer": autoencoder.transform(table),
}
for panel, (name, places) in zip(panels, maps.items(), strict=True):
    CodeDisplay(places, y=where).plot(panel)
    panel.set_title(name)
panels[0].get_legend().remove()
plt.show()
