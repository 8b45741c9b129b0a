"""What tables are made of kept results, one function each: a result in, header and rows out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

Table = tuple[list[str], list[list[str]]]
Result = dict[str, Any]


class Layout(NamedTuple):
    """The kept result that a table is of, the script that made it, and how it is laid out."""

    benchmark: str
    script: str
    table: Callable[[Result], Table]


def mean(numbers: Iterable[float]) -> float:
    """Of one number or more."""
    numbers = list(numbers)
    return sum(numbers) / len(numbers)


def geometric_mean(numbers: Iterable[float]) -> float:
    """Of numbers above zero."""
    return math.exp(mean(math.log(number) for number in numbers))


def digits(number: float | None, places: int = 2) -> str:
    """A number as tables have it; a gap where there is none."""
    return "" if number is None else f"{number:,.{places}f}"


def percent(share: float | None) -> str:
    """A share in hundredths."""
    return "" if share is None else f"{share:.0%}".replace("%", " %")


def default_recipe(result: Result) -> Table:
    """Error over PCA's on each table, and over all."""
    ratios = result["ratio to PCA"]["default"]
    rows = [
        [name, digits(mean(splits)), digits(max(splits)), str(len(splits))]
        for name, splits in ratios.items()
    ]
    means = [mean(splits) for splits in ratios.values()]
    worst = max(max(splits) for splits in ratios.values())
    rows.append(["**geometric mean of the means**", f"**{geometric_mean(means):.2f}**", "", ""])
    rows.append(["**worst of all**", f"**{max(means):.3f}**", f"**{worst:.3f}**", ""])
    return ["data", "mean over PCA's", "worst split", "splits"], rows


def candidates(result: Result) -> Table:
    """What one change in the default does to the error, over all tables."""
    rows = []
    for name, ratios in result["ratio to PCA"].items():
        means = {table: mean(splits) for table, splits in ratios.items()}
        worst = max(ratios, key=lambda table: max(ratios[table]))
        rows.append(
            [
                name,
                f"{max(ratios[worst]):.3f} ({worst})",
                digits(max(means.values()), 3),
                digits(geometric_mean(means.values()), 3),
            ]
        )
    return ["candidate", "worst split", "worst mean", "geometric mean"], rows


_OF_OBJECTIVES = {
    "error": "error over PCA's",
    "linear": "linear classifier",
    "kNN": "5 neighbors",
    "activity": "rows that use a component",
    "moved": "moved by noise",
    "denoised": "error of noisy rows",
    "half": "error with half the code",
}


def objectives(data: str) -> Callable[[Result], Table]:
    """What each objective does to the code of one data set."""

    def table(result: Result) -> Table:
        figures = [name for name in _OF_OBJECTIVES if name in result[data]["PCA"]]
        rows = [
            [f"`{name}`", *(digits(found.get(figure)) for figure in figures)]
            for name, found in result[data].items()
        ]
        return ["objective", *(_OF_OBJECTIVES[figure] for figure in figures)], rows

    return table


def few_labels(result: Result) -> Table:
    """Accuracy of a linear classifier by the number of labels."""
    rows = [
        [data, features, *(digits(accuracy) for accuracy, _ in by_number.values())]
        for data, found in result.items()
        for features, by_number in found["labels"].items()
    ]
    numbers = next(iter(result.values()))["labels"]["PCA"]
    return ["data", "features", *(f"{number} labels" for number in numbers)], rows


def curse(result: Result) -> Table:
    """How fast a regression's error falls with the number of examples."""
    names = {"20 columns": "all 20 columns", "PCA, 2": "2 components of PCA"}
    names["autoencoder, 2"] = "2 components of an autoencoder"
    rows = [
        [names.get(name, name), f"m^{found[0]:.2f}", digits(found[2]), digits(found[3])]
        for name, found in result["surface"].items()
    ]
    few, many = min(result["sizes"]), max(result["sizes"])
    return ["features", "error falls as", f"with {few:,} examples", f"with {many:,}"], rows


def paper_of_2006(data: str) -> Callable[[Result], Table]:
    """The table of Hinton and Salakhutdinov, on one data set."""

    def table(result: Result) -> Table:
        rows = [
            [
                name.removesuffix(", best"),
                str(found["epochs"] or ""),
                digits(found["test error"]),
                digits(found["training error"]),
            ]
            for name, found in result[data].items()
        ]
        return ["", "epochs", "test", "training"], rows

    return table


def beyond_2006(data: str) -> Callable[[Result], Table]:
    """What was tried for lower errors than the paper's, best first."""

    def table(result: Result) -> Table:
        found = result[data]
        pca = found["PCA"]
        names = sorted(found.keys() - {"PCA"}, key=lambda name: found[name]["test error"])
        lines = [
            [
                name.removeprefix("long: "),
                str(found[name]["epochs"]),
                digits(found[name]["test error"], 3),
                digits(found[name]["training error"], 3),
                digits(found[name]["test error"] / pca, 3),
            ]
            for name in names
        ]
        lines.append(["PCA", "", digits(pca, 3), "", "1"])
        return ["", "epochs", "test", "training", "test over PCA's"], lines

    return table


def outliers(share: str) -> Callable[[Result], Table]:
    """Detectors by the mean area under the ROC curve, with or without bad training rows."""

    def table(result: Result) -> Table:
        found = result["summary"][share]
        ours = {"blend", "network", "kernel", "kernel, not told"}
        rows = []
        for name in sorted(found, key=lambda name: -found[name]["auroc"][0]):
            middle, *_ = found[name]["auroc"]
            shown = f'`method="{name}"`' if name in ours else name
            shown = shown.replace(', not told"', '"`, contamination not said').rstrip("`")
            shown += "`" if shown.count("`") % 2 else ""
            flagged = found[name].get("flagged")
            rows.append(
                [
                    shown,
                    f"**{middle:.3f}**" if name in ours else digits(middle, 3),
                    "" if flagged is None else f"{flagged:.1%}".replace("%", " %"),
                    digits(found[name]["seconds"], 0),
                ]
            )
        return ["detector", "area", "normal rows flagged at 5 %", "seconds, all tables"], rows

    return table


def outlier_images(result: Result) -> Table:
    """Detectors on images, signals and many columns."""
    judges = list(result["means"]["mnist"])
    rows = []
    for data, found in result["means"].items():
        areas = [found[judge][0] if judge in found else None for judge in judges]
        best = max(area for area in areas if area is not None)
        texts = [digits(area, 3) for area in areas]
        rows.append(
            [data] + [f"**{t}**" if a == best else t for a, t in zip(areas, texts, strict=True)]
        )
    return ["data", *judges], rows


def outlier_reasons(result: Result) -> Table:
    """How often the column that was spoilt is named."""
    found = result["means"]
    names = ["kernel", "blend", "network", "residuals", "standardized residuals", "by chance"]
    rows = [[change, *(digits(found[change][name]) for name in names)] for change in found]
    return ["one value", *names], rows


def imputation(result: Result) -> Table:
    """Errors in hidden cells over those of other imputers."""
    rows = []
    for pair in ("ours / BayesianRidge", "ours / ExtraTrees", "ours / GAIN", "ours / SoftImpute",
                 "ours, linear / BayesianRidge"):  # fmt: skip
        for where, found in result["over others"].get(pair, {}).items():
            ours, other = pair.split(" / ")
            rows.append(
                [
                    other + (", linear answers alone" if "linear" in ours else ""),
                    where,
                    digits(found["geometric mean"]),
                    digits(found["worst"]),
                    digits(found["seconds, all"]),
                ]
            )
    header = ["error over that of", "cells hidden", "geometric mean", "worst", "time over theirs"]
    return header, rows


def gaps(result: Result) -> Table:
    """What gaps do to PCA's axes and to codes."""
    names = {
        "hidden": "error in hidden cells, over that of `IterativeImputer`",
        "axes": "PCA's error, over that of the complete rows",
        "axes, means": "the same, gaps filled with means",
        "code": "distance of codes from those of complete rows, over that with means",
        "seconds over theirs": "seconds, over those of `IterativeImputer`",
    }
    rows = [
        [names[name], digits(middle), digits(worst)]
        for name, (middle, worst) in result["geometric mean and worst"].items()
    ]
    return ["figure", "geometric mean", "worst"], rows


def tables(result: Result) -> Table:
    """Tables rebuilt from their codes, beside PCA of the encoded table."""
    keys = ("loss", "error", "hits", "hits, PCA", "hits, mode")
    rows = [
        [name, *(digits(found[key]) for key in keys)] for name, found in result["rebuilt"].items()
    ]
    for figure in ("loss", "error"):
        middle, worst = result[f"{figure}, geometric mean and worst"]
        rows.append(
            [f"**{figure}: geometric mean {middle:.2f}, worst {worst:.2f}**", "", "", "", "", ""]
        )
    header = ["table, components", "loss over PCA's", "error over PCA's", "levels right"]
    return [*header, "by PCA", "by the mode"], rows


def drawn_tables(result: Result) -> Table:
    """Pairs of columns of drawn tables, beside held-out rows."""
    rows = [
        [name, *(digits(found[key]) for key in ("two", "two, rows", "two, independent"))]
        for name, found in result["drawn"].items()
    ]
    return ["table, components", "`sample`", "training rows", "columns drawn one by one"], rows


def convolutional_fashion(result: Result) -> Table:
    """Convolutions beside dense layers."""
    rows = [["PCA", "", digits(result["PCA"]), "1.00", ""]]
    for name, found in result.items():
        if isinstance(found, dict):
            rows.append(
                [
                    name.replace("[", "").replace("]", ""),
                    f"{found['parameters']:,}",
                    digits(found["squared error"]),
                    digits(found["over PCA's"]),
                    digits(found["seconds an epoch"], 1),
                ]
            )
    return ["network", "parameters", "squared error", "over PCA's", "seconds an epoch"], rows


def training_speed(result: Result) -> Table:
    """Shares of the rate that NumPy's products alone reach."""
    small, large = result["batch 128"], result["batch 512"]
    names = sorted(small, key=lambda name: -small[name]["of the limit"])
    rows = [
        [name, percent(small[name]["of the limit"]), percent(large[name]["of the limit"])]
        for name in names
    ]
    return ["", "batch 128", "batch 512"], rows


def small_data_speed(result: Result) -> Table:
    """Digits: an epoch, and a whole process."""
    epoch, cold = result["seconds an epoch"], result["cold process, seconds"]
    rows = [
        [
            name,
            "" if name not in epoch else digits(1000 * epoch[name], 1),
            digits(cold.get(name), 1),
        ]
        for name in sorted({**epoch, **cold}, key=lambda name: epoch.get(name, 0))
    ]
    return ["", "an epoch, ms", "a process with 100 epochs, s"], rows


def small_fits(result: Result) -> Table:
    """A default fit of each small table beside scikit-learn's network."""
    rows = [
        [name.replace("_", " ")]
        + [digits(fit[which][what]) for which in ("ours", "MLP") for what in ("seconds", "error")]
        for name, fit in result["fits"].items()
    ]
    head = ["AutoencoderTransformer: seconds", "error", "MLPRegressor: seconds", "error"]
    return ["", *head], rows


def search_speed(result: Result) -> Table:
    """A grid of 12 candidates on 5 folds."""
    skipped = ("programs compiled", "cold over", "faster by")
    rows = [
        [name.replace("cold GridSearchCV", "GridSearchCV, compilation included"), digits(value, 1)]
        for name, value in result["12 candidates"].items()
        if not any(word in name for word in skipped)
    ]
    return ["12 candidates on 5 folds", "seconds"], rows


def halving(result: Result) -> Table:
    """Successive halving beside the whole grid."""
    rows = [
        [
            name,
            digits(found["GridSearchCV, seconds"], 1),
            digits(found["halving, seconds"], 1),
            digits(found["faster by"], 1),
            digits(found["score of GridSearchCV's model"], 3),
            digits(found["score of halving's model"], 3),
        ]
        for name, found in result["24 candidates, halving"].items()
    ]
    header = ["24 candidates", "`GridSearchCV`, s", "halving, s", "faster by"]
    return [*header, "score", "score, halving"], rows


def engines(result: Result) -> Table:
    """What joblib's engines cost a small search."""
    columns = {
        "start, seconds": ("start, s", 1),
        "first search, seconds": ("search, s", 1),
        "second search, seconds": ("again", 1),
        "wide network, seconds": ("wide", 1),
        "milliseconds a task": ("a task, ms", 1),
        "programs a worker compiled": ("programs a worker compiled", 0),
        "workers in two searches": ("workers in two searches", 0),
    }
    rows = [
        [name, *(digits(found[key], places) for key, (_, places) in columns.items())]
        for name, found in result.items()
    ]
    return ["", *(header for header, _ in columns.values())], rows


def time_to_error(result: Result) -> Table:
    """Until half of PCA's error on MNIST."""
    rows = [
        [
            name,
            str(found["epochs to half of PCA's error"]),
            digits(found["seconds to it"], 1),
            digits(found["best error, over PCA's"], 3),
        ]
        for name, found in result.items()
        if isinstance(found, dict)
    ]
    return ["", "epochs", "seconds", "best error over PCA's"], rows


def transform_speed(result: Result) -> Table:
    """The latency of one row, and the rate of many."""
    one, many = result["one row"], result["many rows"]
    rows = [[name, digits(value)] for name, value in one.items() if "over PCA" in name]
    rows += [[name, percent(value)] for name, value in many.items() if "share" in name]
    return ["", "figure"], rows


def onnx_speed(result: Result) -> Table:
    """Exported models in onnxruntime."""
    columns = {
        "one row, transform, ms": "one row, `transform`",
        "one row, onnxruntime, ms": "onnxruntime",
        "many rows, transform, ms": "10,000 rows, `transform`",
        "many rows, onnxruntime, 256 at a time, ms": "onnxruntime, 256 at a time",
    }
    rows = [
        [name, *(digits(found[key], 2 if "one" in key else 0) for key in columns)]
        for name, found in result.items()
    ]
    return ["milliseconds", *columns.values()], rows


def cold_serving(result: Result) -> Table:
    """A new process that loads a model and answers for one row."""
    rows = [
        [name, digits(found["seconds, median"]), digits(found["over PCA, median of turns"])]
        for name, found in result.items()
    ]
    return ["a new process", "seconds", "over PCA's"], rows


def large_data(result: Result) -> Table:
    """Seconds by the number of rows."""
    rows = [
        [f"{int(number):,}", digits(seconds, 2), digits(1e6 * seconds / int(number), 1)]
        for number, seconds in result["growth"].items()
    ]
    return ["rows", "seconds", "microseconds a row"], rows


def devices(result: Result) -> Table:
    """Rows a second by batch size and number of devices."""
    rates = result["rows a second"]
    rows = [
        [batch, *(f"{rate:,.0f}" for rate in by_number.values())]
        for batch, by_number in rates.items()
    ]
    return ["rows a second", *next(iter(rates.values()))], rows


def in_passes(result: Result) -> Table:
    """What files larger than memory take."""
    names = {
        "rows": "rows",
        "MiB of resident set above the start": "memory above what the process had, MiB",
        "rows a second, file": "rows a second of an epoch, file",
        "rows a second, array in memory": "rows a second of an epoch, array in memory",
        "s a million rows before the first epoch, file": "seconds a million rows before, file",
        "s a million rows before the first epoch, array in memory": (
            "seconds a million rows before, array in memory"
        ),
    }
    parts = [result["memory"], result["parquet"]]
    rows = [
        [name, *(f"{part[key]:,.{1 if 'seconds' in name else 0}f}" for part in parts)]
        for key, name in names.items()
    ]
    return ["", "memory map, 784 columns", "Parquet, 20 columns"], rows


def sparse_rows(result: Result) -> Table:
    """What a wide sparse matrix takes."""
    found = result["sparse"]
    rows = [[name, f"{value:,.0f}"] for name, value in found.items()]
    return ["50,000 columns, one entry in a thousand", ""], rows


def rbm_speed(result: Result) -> Table:
    """RBMTransformer beside BernoulliRBM."""
    rows = [
        [
            batch.removeprefix("batch "),
            digits(found["BernoulliRBM"]),
            digits(found["RBMTransformer"]),
            digits(found["ratio"], 1),
            digits(found["pseudo-likelihood"]["BernoulliRBM"], 1),
            digits(found["pseudo-likelihood"]["RBMTransformer"], 1),
        ]
        for batch, found in result.items()
        if batch.startswith("batch ")
    ]
    header = ["batch", "`BernoulliRBM`, s an epoch", "`RBMTransformer`", "faster by"]
    return [*header, "pseudo-likelihood", "ours"], rows


def convolution(result: Result) -> Table:
    """A step's convolutions, three ways."""
    rows = [
        [name, *(digits(value, 0) for value in found.values())]
        for name, found in result["milliseconds a step"].items()
    ]
    return ["milliseconds a step", "alone", "in a loop"], rows


LAYOUTS = {
    "default recipe": Layout("default_recipe", "quality/default_recipe.py", default_recipe),
    "candidates": Layout("default_recipe_candidates", "quality/default_recipe.py", candidates),
    "objectives, digits": Layout("objectives", "quality/objectives.py", objectives("digits")),
    "objectives, fashion": Layout(
        "objectives", "quality/objectives.py", objectives("fashion-mnist")
    ),
    "few labels": Layout("few_labels", "quality/few_labels.py", few_labels),
    "curse": Layout("curse_of_dimensionality", "papers/curse_of_dimensionality.py", curse),
    "2006, MNIST": Layout(
        "hinton_salakhutdinov_2006", "papers/hinton_salakhutdinov_2006.py", paper_of_2006("mnist")
    ),
    "2006, curves": Layout(
        "hinton_salakhutdinov_2006", "papers/hinton_salakhutdinov_2006.py", paper_of_2006("curves")
    ),
    "beyond 2006, MNIST": Layout("beyond_2006", "papers/beyond_2006.py", beyond_2006("mnist")),
    "beyond 2006, curves": Layout("beyond_2006", "papers/beyond_2006.py", beyond_2006("curves")),
    "outliers": Layout("outliers", "quality/outliers.py", outliers("clean")),
    "outliers, bad rows": Layout("outliers", "quality/outliers.py", outliers("contaminated")),
    "outlier images": Layout("outlier_images", "quality/outlier_images.py", outlier_images),
    "outlier reasons": Layout("outlier_reasons", "quality/outlier_reasons.py", outlier_reasons),
    "imputation": Layout("imputation", "quality/imputation.py", imputation),
    "gaps": Layout("gaps", "quality/gaps.py", gaps),
    "tables": Layout("tables", "quality/tables.py", tables),
    "drawn tables": Layout("tables", "quality/tables.py", drawn_tables),
    "convolutional": Layout(
        "convolutional_fashion", "quality/convolutional_fashion.py", convolutional_fashion
    ),
    "training speed": Layout("training_speed", "speed/training_speed.py", training_speed),
    "small data speed": Layout("small_data_speed", "speed/small_data_speed.py", small_data_speed),
    "small fits": Layout("small_fits", "speed/small_fits.py", small_fits),
    "search speed": Layout("search_speed", "speed/search_speed.py", search_speed),
    "halving": Layout("search_speed", "speed/search_speed.py", halving),
    "engines": Layout("engines", "speed/engines.py", engines),
    "time to error": Layout("time_to_error", "speed/time_to_error.py", time_to_error),
    "transform speed": Layout("transform_speed", "speed/transform_speed.py", transform_speed),
    "onnx speed": Layout("onnx_speed", "speed/onnx_speed.py", onnx_speed),
    "cold serving": Layout("cold_serving", "speed/cold_serving.py", cold_serving),
    "large data": Layout("large_data", "speed/large_data.py", large_data),
    "devices": Layout("devices", "speed/devices.py", devices),
    "wide sparse rows": Layout("large_data", "speed/large_data.py", sparse_rows),
    "files read in passes": Layout("large_data", "speed/large_data.py", in_passes),
    "rbm speed": Layout("rbm_speed", "speed/rbm_speed.py", rbm_speed),
    "convolution": Layout("convolution", "speed/convolution.py", convolution),
}
