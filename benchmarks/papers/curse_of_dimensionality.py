"""The curse of dimensionality, and what a code does about it.

    python benchmarks/papers/curse_of_dimensionality.py

No method that learns a function of d variables with p derivatives from m examples errs by
less than about m^(-p / (2p + d)) (Stone 1982, Annals of Statistics 10(4)). First part:
nearest neighbours, their number chosen by cross-validation, on uniform points in d
dimensions; the slope of log error against log m beside Stone's, for p = 1 and p = 2.

Second part: points on a curved surface of 2 dimensions in 20, with noise in all 20. The same
regression on all 20 columns, on PCA's 2 components and on the autoencoder's 2, both fitted
to 5,000 rows without labels. The error is the root mean squared distance to the noiseless
function on 2,000 new points; slopes are least squares over m, their errors over seeds.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`


import numpy as np
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsRegressor
from sklearn.preprocessing import StandardScaler

from benchmarks.lib.arguments import TINY, command_line, parse
from benchmarks.lib.results import save
from skautoencoder import AutoencoderTransformer

NEIGHBORS = (1, 2, 4, 7, 12, 20, 35, 60)
N_TEST, NOISE = 2_000, 0.3


def main():
    parser = command_line(__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    args = parse(
        parser, sizes=(100, 200, 400, 800, 1600, 3200), spare=5_000, settings={},
        smoke={
            "seeds": 2, "sizes": (10, 20), "spare": 100, "settings": {**TINY, "max_iter": 1},
        },
    )  # fmt: skip
    seeds = range(args.seeds)

    print("uniform points              slope         Stone, p = 1 to 2")
    plain = {}
    for d in (1, 2, 4, 8):
        curves = [error_curve(uniform(d, seed, args.sizes), seed, args.sizes) for seed in seeds]
        plain[d] = slope(curves, args.sizes)
        low, high = -1 / (2 + d), -2 / (4 + d)
        print(
            f"{d:2d} dimensions      {plain[d][0]:9.3f} ± {plain[d][1]:.3f}  {low:9.3f} {high:7.3f}"
        )

    print("a surface of 2 in 20        slope         error at m = 100 and 3,200")
    surface = {}
    for name, transformer in {
        "20 columns": None,
        "PCA, 2": PCA(2),
        "autoencoder, 2": AutoencoderTransformer(2, random_state=0, **args.settings),
    }.items():
        curves = [
            error_curve(
                codes_of_surface(transformer, seed, args.sizes, args.spare), seed, args.sizes
            )
            for seed in seeds
        ]
        first, last = np.mean(curves, axis=0)[[0, -1]]
        surface[name] = [*slope(curves, args.sizes), first, last]
        print(
            f"{name:16s} {surface[name][0]:9.3f} ± {surface[name][1]:.3f}  {first:9.3f} {last:7.3f}"
        )
    print(f"Stone, 2 dimensions: {-1 / 4:.3f} to {-2 / 6:.3f}; 20: {-1 / 22:.3f} to {-2 / 24:.3f}")
    result = {"sizes": args.sizes, "uniform": plain, "surface": surface}
    save("curse_of_dimensionality", result, args.results)


def truth(position):
    """A smooth function of the first coordinates, of unit variance or so."""
    return np.sqrt(2) * np.sin(3 * position).sum(axis=1) / np.sqrt(position.shape[1])


def uniform(d, seed, sizes):
    """Points, noiseless values."""
    points = np.random.RandomState(seed).uniform(-1, 1, (max(sizes) + N_TEST, d))
    return points, truth(points)


def codes_of_surface(transformer, seed, sizes, n_spare):
    """Codes of points on the surface, learnt from others, and the function of their place on it."""
    rng = np.random.RandomState(100 + seed)
    place = rng.uniform(-1, 1, (max(sizes) + N_TEST + n_spare, 2))
    bend = np.random.RandomState(7)
    waves = np.sin(2.5 * place @ bend.standard_normal((2, 20)) + bend.uniform(0, 6, 20))
    X = waves + 0.1 * rng.standard_normal(waves.shape)
    labelled, unlabelled = X[:-n_spare], X[-n_spare:]
    if transformer is not None:
        labelled = transformer.fit(unlabelled).transform(labelled)
        labelled = StandardScaler().fit_transform(labelled)
    return labelled, truth(place[:-n_spare])


def error_curve(function, seed, sizes):
    """Errors on new points after learning from so many noisy ones, for all sizes."""
    points, values = function
    noisy = values + NOISE * np.random.RandomState(200 + seed).standard_normal(len(values))
    test = slice(len(points) - N_TEST, None)
    errors = []
    for m in sizes:
        search = GridSearchCV(
            KNeighborsRegressor(), {"n_neighbors": [n for n in NEIGHBORS if n <= 0.8 * m]}, cv=5,
            scoring="neg_mean_squared_error",
        )  # fmt: skip
        search.fit(points[:m], noisy[:m])
        errors.append(np.sqrt(np.mean((search.predict(points[test]) - values[test]) ** 2)))
    return errors


def slope(curves, sizes):
    """Mean and standard error, over the seeds, of the slope of log error against log m."""
    slopes = [np.polyfit(np.log(sizes), np.log(curve), 1)[0] for curve in curves]
    return float(np.mean(slopes)), float(np.std(slopes, ddof=1) / np.sqrt(len(slopes)))


if __name__ == "__main__":
    main()
