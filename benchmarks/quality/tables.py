"""Tables of numbers, categories and dates: rebuilt beside PCA of the encoded table, and drawn.

    python benchmarks/quality/tables.py --tables FOLDER

Rebuilding, on held-out rows, of TableAutoencoderTransformer beside PCA of the same encoded rows:

- ``loss``: its loss over that of its start, which is PCA's reconstruction with probabilities
  held to what probabilities may be;
- ``error``: mean squared error of the encoded columns over PCA's, ``numbers`` that of the numbers
  alone;
- ``hits``, ``hits, PCA``: share of categories and yes-or-no columns whose likeliest level is right;
  ``hits, mode`` that of the most frequent levels.

Drawing, of ``sample`` with a variational objective: total variation between one- and two-column
histograms (10 bins with equal shares for numbers) of as many draws as rows held out, and those
rows: ``one`` and ``two``, beside ``independent`` resampling of each training column, and ``rows``,
the training rows themselves, which is what chance alone makes of it.

FOLDER holds .csv files; without it there are tables that scikit-learn ships, their targets as one
more column, and a made census whose columns depend on each other, with gaps.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout: `benchmarks`, `skautoencoder`

import time
import warnings
from itertools import combinations

import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split

from benchmarks.lib.arguments import TINY, command_line, parse
from benchmarks.lib.results import save
from skautoencoder import TableAutoencoderTransformer
from skautoencoder._tables._table import read_table
from skautoencoder.objectives import Variational

REBUILT = ("loss", "error", "numbers", "hits", "hits, PCA", "hits, mode")
DRAWN = ("one", "one, independent", "one, rows", "two", "two, independent", "two, rows")
_N_BINS = 10


def main():
    parser = command_line(__doc__)
    parser.add_argument("--tables", help="folder of .csv files")
    args = parse(
        parser, settings={}, n_rows=4_000, n_components=(2, 4), only=None,
        smoke={"settings": {**TINY, "max_iter": 1}, "n_rows": 200, "n_components": (2,),
               "only": "census"},
    )  # fmt: skip
    data = {
        name: frame
        for name, frame in tables(args.tables, args.n_rows).items()
        if args.only in (None, name)
    }
    found: dict = {"rebuilt": {}, "drawn": {}}
    for part, measure, figures in (
        ("rebuilt", rebuilding, REBUILT),
        ("drawn", drawing, DRAWN),
    ):
        print(f"{part:22s}" + "".join(f"{figure:>17s}" for figure in (*figures, "seconds")))
        for name, frame in data.items():
            for n_components in args.n_components:
                row = measured(measure, frame, n_components, args.settings)
                found[part][f"{name}, {n_components}"] = row
                shown = "".join(f"{row[figure]:17.3f}" for figure in (*figures, "seconds"))
                print(f"{name + ', ' + str(n_components):22s}" + shown, flush=True)
    for figure in ("loss", "error"):
        ratios = [row[figure] for row in found["rebuilt"].values()]
        mean, worst = float(np.exp(np.mean(np.log(ratios)))), max(ratios)
        found[f"{figure}, geometric mean and worst"] = mean, worst
        print(f"{figure}: geometric mean {mean:.3f}, worst {worst:.3f}")
    save("tables", found, args.results)


def measured(measure, frame, n_components, settings):
    train, test = train_test_split(frame, test_size=0.25, random_state=0)
    with warnings.catch_warnings():  # of columns that are set aside, and of codes not in use
        warnings.simplefilter("ignore", UserWarning)
        start = time.perf_counter()
        row = measure(train, test, n_components, settings)
    return {name: float(value) for name, value in row.items()} | {
        "seconds": time.perf_counter() - start
    }


def rebuilding(train, test, n_components, settings):
    ours = TableAutoencoderTransformer(n_components, random_state=0, **settings).fit(train)
    start = TableAutoencoderTransformer(
        n_components, random_state=0, hidden_layer_sizes=(1,), max_iter=1, learning_rate=1e-12
    ).fit(train)
    encoding = ours._encoding
    rows = encoding.encode(read_table(test))[0]
    filled = ours.autoencoder_._model.filling.fill(rows)
    pca = PCA(n_components).fit(
        ours.autoencoder_._model.filling.fill(encoding.encode(read_table(train))[0])
    )
    by_pca = pca.inverse_transform(pca.transform(filled))
    by_us = ours.autoencoder_.inverse_transform(ours.autoencoder_.transform(rows))
    numbers = [part.columns.start for part in of_numbers(encoding)]
    modes = np.tile(np.nanmean(encoding.encode(read_table(train))[0], axis=0), (len(rows), 1))
    return {
        "loss": loss(ours, rows) / loss(start, rows),
        "error": error(rows, by_us) / error(rows, by_pca),
        "numbers": error(rows[:, numbers], by_us[:, numbers])
        / error(rows[:, numbers], by_pca[:, numbers]),
        "hits": hits(encoding, rows, by_us),
        "hits, PCA": hits(encoding, rows, by_pca),
        "hits, mode": hits(encoding, rows, modes),
    }


def of_numbers(encoding):
    return [p for p in encoding.parts if p.encoder.width and p.encoder.part == "numbers"]


def of_levels(encoding):
    return [p for p in encoding.parts if p.encoder.width and p.encoder.part != "numbers"]


def loss(ours, rows):
    """The loss of held-out rows, as validation measures it."""
    autoencoder = ours.autoencoder_

    def of_chunk(model, params, x, _):
        return autoencoder._objective.validation_loss(model, params, x)

    return autoencoder._model._of_rows(of_chunk, rows, np.float64).mean()


def error(rows, rebuilt):
    return np.nanmean((rows - rebuilt) ** 2)


def hits(encoding, rows, rebuilt):
    shares = []
    for part in of_levels(encoding):
        block, ours = rows[:, part.columns], rebuilt[:, part.columns]
        seen = ~np.isnan(block[:, 0])
        if part.encoder.width == 1:
            right = (block[seen, 0] > 0.5) == (ours[seen, 0] > 0.5)
        else:
            right = block[seen].argmax(1) == ours[seen].argmax(1)
        shares.append(right.mean())
    return np.mean(shares) if shares else np.nan


def drawing(train, test, n_components, settings):
    ours = TableAutoencoderTransformer(
        n_components, objective=Variational(), random_state=0, **settings
    ).fit(train)
    rng = np.random.RandomState(0)
    kept = [name for name, kind in ours.kinds_.items() if kind != "drop"]
    tables = {
        "": ours.sample(len(test), random_state=0),
        ", independent": pd.DataFrame(
            {name: rng.choice(train[name].dropna(), len(test)) for name in kept}
        ),
        ", rows": train.sample(len(test), random_state=0)[kept],
    }
    binned = {name: bins(train, frame, ours.kinds_) for name, frame in tables.items()}
    real = bins(train, test, ours.kinds_)
    return {
        f"{which}{name}": np.mean(
            [variation(real, frame, columns) for columns in combinations(kept, n)]
        )
        for which, n in (("one", 1), ("two", 2))
        for name, frame in binned.items()
    }


def bins(train, frame, kinds):
    """Each column as numbers of bins or levels, -1 in gaps."""
    found = {}
    for name, kind in kinds.items():
        if kind in ("number", "integer", "count", "datetime"):
            known = train[name].dropna()
            edges = known.quantile(np.linspace(0, 1, _N_BINS + 1)[1:-1], interpolation="nearest")
            codes = np.searchsorted(edges.drop_duplicates().to_numpy(), frame[name].to_numpy())
            found[name] = np.where(frame[name].isna(), -1, codes)
        elif kind != "drop":
            levels = pd.Index(train[name].dropna().unique())
            found[name] = levels.get_indexer(frame[name])
    return found


def variation(one, other, columns):
    """Total variation of the histograms of some columns, over rows without gaps in them."""
    shares = []
    for frame in (one, other):
        codes = np.stack([frame[name] for name in columns], axis=1)
        codes = codes[(codes >= 0).all(axis=1)]
        shares.append(pd.DataFrame(codes).value_counts(normalize=True))
    return shares[0].sub(shares[1], fill_value=0).abs().sum() / 2


# -- tables


def tables(folder, n_rows):
    if folder is not None:
        return {
            path.stem: pd.read_csv(path).loc[:, lambda f: ~f.columns.str.startswith("Unnamed")]
            for path in sorted(Path(folder).glob("*.csv"))
        }
    found = {"census": census(n_rows)}
    for name in ("iris", "wine", "breast_cancer"):
        bunch = getattr(datasets, f"load_{name}")(as_frame=True)
        names = np.asarray(bunch.target_names)[bunch.target]
        found[name.replace("_", " ")] = bunch.data.assign(target=pd.Categorical(names))
    bunch = datasets.load_diabetes(as_frame=True, scaled=False)
    third = pd.qcut(bunch.target, 3, labels=["low", "middle", "high"])
    found["diabetes"] = bunch.data.assign(progression=third)
    return found


def census(n_rows, seed=0):
    """A made census: eleven columns that age, schooling and means decide, with gaps."""
    rng = np.random.RandomState(seed)
    wealth, school = rng.standard_normal((2, n_rows))
    school += 0.5 * wealth
    age = np.clip(np.rint(38 + 14 * rng.standard_normal(n_rows)), 17, 90)
    steps = ["primary", "secondary", "vocational", "bachelor", "master", "doctorate"]
    level = np.digitize(school + 0.3 * rng.standard_normal(n_rows), [-1.3, -0.2, 0.5, 1.2, 2.0])
    jobs = np.array([f"job {number}" for number in range(14)])
    job = jobs[
        np.clip(np.rint(2 * level + 1.5 * rng.standard_normal(n_rows) + 1), 0, 13).astype(int)
    ]
    married = rng.uniform(size=n_rows) < 1 / (1 + np.exp(-(age - 32) / 6))
    status = np.where(married, "married", np.where(age > 45, "divorced", "single"))
    status = np.where((age > 70) & (rng.uniform(size=n_rows) < 0.5), "widowed", status)
    hours = np.where(rng.uniform(size=n_rows) < 0.5, 40, np.clip(40 + 10 * wealth, 5, 90).round())
    pay = np.exp(9.8 + 0.25 * level + 0.4 * wealth + 0.01 * hours)
    gain = np.where(rng.uniform(size=n_rows) < 0.08, np.exp(8 + wealth), 0).round()
    moved = pd.Timestamp("2024-01-01") - pd.to_timedelta(np.rint(rng.gamma(2.0, 8 * age)), unit="D")
    regions = [f"region {number}" for number in range(60)]
    share = rng.dirichlet(np.full(60, 0.5))
    frame = pd.DataFrame({
        "age": age.astype(int), "schooling": pd.Categorical(np.array(steps)[level], steps, True),
        "job": job, "status": status, "children": rng.poisson(np.where(married, 1.6, 0.3)),
        "hours": hours, "pay": pay, "gain": gain, "owner": (wealth + age / 30 > 1.5),
        "moved": moved, "region": rng.choice(regions, n_rows, p=share),
    })  # fmt: skip
    for name, hidden in (("job", 0.06), ("pay", 0.1), ("moved", 0.05)):
        frame[name] = frame[name].mask(rng.uniform(size=n_rows) < hidden)
    return frame


if __name__ == "__main__":
    main()
