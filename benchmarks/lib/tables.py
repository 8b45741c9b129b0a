"""Data sets for comparing recipes: small and large, real and made, straight and curved."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from sklearn import datasets

from benchmarks.lib.images import as_rows, idx_path, read_idx


class Table(NamedTuple):
    """Rows, the number of components to squeeze them into, and the rows to learn from.

    Made data come with 5,000 rows to spare, so that their held-out error is hardly a
    matter of luck; of real data a quarter is held out.
    """

    X: np.ndarray
    n_components: int
    n_train: int


_SPARE = 5000


def tables(image_folder=None):
    """All data sets by name; images only where a folder with the idx files is given."""
    made = {
        "linear": _made(linear_factors, 4, 750, n_features=20, n_factors=4, noise=0.5),
        "linear, 60 rows": _made(linear_factors, 4, 60, n_features=20, n_factors=4, noise=0.5),
        "linear, 80 x 200": _made(linear_factors, 5, 80, n_features=200, n_factors=5, noise=1.0),
        "pure noise": _made(pure_noise, 3, 375),
        "heavy tails": _made(heavy_tails, 4, 750),
        "curved factors": _made(curved_factors, 4, 1500, n_features=20, n_factors=4),
        "curved, 100 rows": _made(curved_factors, 2, 100, n_features=20, n_factors=2),
        "products": _made(products, 4, 5000),
        "binary answers": _made(binary_answers, 3, 1200),
        "topic counts": _made(topic_counts, 5, 1200),
        "swiss roll": _made(swiss_roll, 2, 1200),
        "S-curve": _made(s_curve, 2, 1200),
        "moving bumps": _made(moving_bumps, 2, 1500),
        "waves": _made(waves, 3, 1500),
    }
    real = {
        "iris": _real(_standardised(datasets.load_iris().data), 2),
        "wine": _real(_standardised(datasets.load_wine().data), 3),
        "breast cancer": _real(_standardised(datasets.load_breast_cancer().data), 5),
        "diabetes": _real(_standardised(datasets.load_diabetes().data), 3),
        "linnerud, 20 rows": _real(_standardised(datasets.load_linnerud().data), 1),
        "digits": _real(datasets.load_digits().data, 8),
        "digits, 200 rows": _real(datasets.load_digits().data[:200], 8),
        "photo patches": _real(photo_patches(4000), 8),
    }
    if image_folder is not None:
        for name in ("mnist", "fashion-mnist"):
            images = read_idx(idx_path(image_folder, name, "train-images-idx3"))
            real[f"{name}, 3000 rows"] = _real(as_rows(images[:4000]) / 255.0, 16)
    return real | made


def _made(generate, n_components, n_train, **settings):
    return Table(generate(n_train + _SPARE, **settings), n_components, n_train)


def _real(X, n_components):
    return Table(X, n_components, int(0.75 * len(X)))


def linear_factors(n_samples, n_features, n_factors, noise, seed=0):
    """Gaussian factors, mixed linearly, with noise: the truth is PCA's."""
    rng = np.random.RandomState(seed)
    factors = rng.standard_normal((n_samples, n_factors)) * np.linspace(3, 1, n_factors)
    mixing = rng.standard_normal((n_factors, n_features)) / np.sqrt(n_factors)
    return factors @ mixing + noise * rng.standard_normal((n_samples, n_features))


def pure_noise(n_samples, seed=3):
    """Ten columns of Gaussian noise."""
    return np.random.RandomState(seed).standard_normal((n_samples, 10))


def swiss_roll(n_samples, seed=0):
    return datasets.make_swiss_roll(n_samples, noise=0.1, random_state=seed)[0]


def s_curve(n_samples, seed=0):
    return datasets.make_s_curve(n_samples, noise=0.05, random_state=seed)[0]


def heavy_tails(n_samples, seed=0):
    """Linear factors, each row stretched by a Student t with 3 degrees of freedom."""
    stretch = np.random.RandomState(seed + 1).standard_t(3, size=(n_samples, 1))
    return linear_factors(n_samples, 20, 4, 0.3, seed) * stretch


def curved_factors(n_samples, n_features, n_factors, seed=0):
    """Uniform factors through one random hidden layer of tanh units."""
    rng = np.random.RandomState(seed)
    factors = rng.uniform(-1, 1, (n_samples, n_factors))
    n_hidden = 3 * n_features
    slopes, shifts = rng.standard_normal((n_factors, n_hidden)), rng.standard_normal(n_hidden)
    hidden = np.tanh(1.5 * factors @ slopes + 0.5 * shifts)
    mixing = rng.standard_normal((n_hidden, n_features)) / np.sqrt(n_hidden)
    return hidden @ mixing + 0.05 * rng.standard_normal((n_samples, n_features))


def products(n_samples, seed=0):
    """A table of 15 columns: four factors, their products, squares, signs and waves."""
    rng = np.random.RandomState(seed)
    z = rng.standard_normal((n_samples, 4))
    a, b, c, d = z.T
    columns = [
        a, b, c, d, a * b, b * c, c**2 - 1, d**2 - 1, np.sin(2 * a), np.abs(b) - 0.8,
        a * d, np.exp(c / 2) - 1.1, np.sign(d), np.cos(3 * b), c * d,
    ]  # fmt: skip
    return np.stack(columns, axis=1) + 0.1 * rng.standard_normal((n_samples, 15))


def binary_answers(n_samples, seed=0):
    """Forty yes-or-no questions about three traits."""
    rng = np.random.RandomState(seed)
    traits = rng.standard_normal((n_samples, 3))
    leaning = traits @ rng.standard_normal((3, 40)) + 0.5 * rng.standard_normal(40)
    return (leaning + 0.3 * rng.standard_normal((n_samples, 40)) > 0).astype(float)


def topic_counts(n_samples, seed=0):
    """Square roots of word counts from six topics."""
    rng = np.random.RandomState(seed)
    shares = rng.dirichlet(np.full(6, 0.3), n_samples)
    words = rng.dirichlet(np.full(60, 0.2), 6)
    return np.sqrt(rng.poisson(100 * shares @ words))


def moving_bumps(n_samples, seed=0):
    """A soft spot on a 16 x 16 image, anywhere."""
    rng = np.random.RandomState(seed)
    centre = rng.uniform(3, 13, (n_samples, 2, 1, 1))
    rows, columns = np.mgrid[:16, :16]
    distance = (rows - centre[:, 0]) ** 2 + (columns - centre[:, 1]) ** 2
    images = np.exp(-distance / 6).reshape(n_samples, -1)
    return images + 0.02 * rng.standard_normal(images.shape)


def waves(n_samples, seed=0):
    """Sine profiles of any phase and a range of frequencies, 50 points each."""
    rng = np.random.RandomState(seed)
    time = np.linspace(0, 1, 50)
    frequency = rng.uniform(1, 3, (n_samples, 1))
    phase = rng.uniform(0, 2 * np.pi, (n_samples, 1))
    profiles = np.sin(2 * np.pi * frequency * time + phase)
    return profiles + 0.1 * rng.standard_normal(profiles.shape)


def photo_patches(n_samples, seed=0):
    """Grey patches of 8 x 8 pixels from a photograph of a Chinese temple."""
    photo = datasets.load_sample_images().images[0].mean(axis=2) / 255
    rng = np.random.RandomState(seed)
    tops = rng.randint(0, photo.shape[0] - 8, n_samples)
    lefts = rng.randint(0, photo.shape[1] - 8, n_samples)
    patches = [photo[i : i + 8, j : j + 8] for i, j in zip(tops, lefts, strict=True)]
    return np.reshape(patches, (n_samples, -1))


def _standardised(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)
