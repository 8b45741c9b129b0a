"""Damaged files of every format: each is read, or refused in one line with exit code 2."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma

import numpy as np
import pandas as pd
import pytest

import skautoencoder
from skautoencoder._cli import main
from skautoencoder._cli._table import BadInputError
from tests.cli.test_reading import packed_by_arrow

pytest.importorskip("pyarrow")
pytest.importorskip("openpyxl")

_RNG = np.random.RandomState(0)
FRAME = pd.DataFrame(
    {
        "a": _RNG.standard_normal(24),
        "b": _RNG.randint(0, 9, 24),
        "kind": _RNG.choice(["x, y", 'z "q"', "\u00e9\n"], 24),
        "when": pd.date_range("2024-01-01", periods=24),
        "some": [None, 1.5, *_RNG.standard_normal(22)],
    }
)
X = _RNG.standard_normal((24, 3))
PIXELS = bytes(_RNG.randint(0, 256, 24 * 4, dtype=np.uint8))
IDX = b"\0\0\x08\x03" + np.array([24, 2, 2], ">u4").tobytes() + PIXELS


def written(write, *given, **options):
    """What a function writes to a binary file."""
    file = io.BytesIO()
    write(file, *given, **options)
    return file.getvalue()


def csv(**options):
    return FRAME.to_csv(index=False, **options)


SOUND = {
    "plain.csv": csv().encode(),
    "index.tsv": FRAME.to_csv(sep="\t").encode(),
    "german.csv": csv(sep=";", decimal=",").encode("cp1252"),
    "unicode.txt": csv(sep="|").encode("utf-16"),
    "blanks.txt": FRAME[["a", "b", "some"]].to_csv(sep=" ", index=False, na_rep="NA").encode(),
    "packed.csv.gz": gzip.compress(csv().encode(), mtime=0),
    "packed.csv.bz2": bz2.compress(csv().encode()),
    "packed.csv.xz": lzma.compress(csv().encode()),
    "packed.csv.zst": packed_by_arrow(csv().encode()),
    "book.xlsx": written(FRAME.to_excel, index=False),
    "table.parquet": written(FRAME.to_parquet),
    "table.feather": written(FRAME.to_feather),
    "rows.npy": written(np.save, X),
    "rows.npz": written(np.savez, X=X, y=np.arange(24)),
    "packed.npz": written(np.savez_compressed, X=X),
    "images-idx3-ubyte": IDX,
    "images-idx3-ubyte.gz": gzip.compress(IDX, mtime=0),
}
_WORDS = (
    b"\0", b'"', b"\n", b",", b";", b"\r", b"\xff\xfe", b"1e999", b"NaN", b"inf", b"-", b"#", b"'",
    b"99999999999999999999", b"2024-13-45", b"\n\n", b",,", b"\x80", b"\t", b"True", b"0" * 40,
)  # fmt: skip


def flipped(c, i, j, rng):
    return c[:i] + bytes([byte ^ (1 << rng.randint(8)) for byte in c[i : i + 1]]) + c[i + 1 :]


def doubled(c, i, j, rng):
    return c[: min(j, i + rng.randint(1, 64))] + c[i:]


def inserted(c, i, j, rng):
    return c[:i] + _WORDS[rng.randint(len(_WORDS))] + c[i:]


def replaced(c, i, j, rng):
    word = _WORDS[rng.randint(len(_WORDS))]
    return c[:i] + word + c[i + len(word) :]


DAMAGES = (
    flipped,
    doubled,
    inserted,
    replaced,
    lambda c, i, j, rng: c[:i],
    lambda c, i, j, rng: c[:i] + c[j:],
    lambda c, i, j, rng: c[:i] + rng.bytes(2) + c[i + 2 :],
    lambda c, i, j, rng: c[j:] + c[:j],
)


def damaged(content, seed):
    """Bytes with one to three damages, the same for the same seed."""
    rng = np.random.RandomState(seed)
    for _ in range(rng.randint(1, 4)):
        start, stop = np.sort(rng.randint(0, len(content) + 1, 2))
        content = DAMAGES[rng.randint(len(DAMAGES))](content, start, stop, rng)
    return content


class FitsNothing:
    """An estimator whose fit is as far as a test of reading goes."""

    def __init__(self, *_, **__):
        pass

    def set_callbacks(self, *_):
        return self

    def _validate_params(self):
        pass

    def fit(self, rows):
        raise BadInputError("far enough")


QUICK = {"plain.csv", "packed.csv.gz", "book.xlsx", "table.parquet", "rows.npz"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of sound files, and of a model of each once it is asked for."""
    folder = tmp_path_factory.mktemp("sound")
    for name, content in SOUND.items():
        (folder / name).write_bytes(content)
    return folder


def model_of(name, folder):
    model, settings = folder / f"{name}.safetensors", {"max_iter": 1, "random_state": 0}
    with pytest.MonkeyPatch.context() as patched:
        for kind in ("AutoencoderTransformer", "TableAutoencoderTransformer"):
            small = getattr(skautoencoder, kind)(hidden_layer_sizes=(4,), **settings)
            patched.setattr(f"skautoencoder._cli._fit.{kind}", lambda small=small, **_: small)
        if not model.exists():
            assert main(["fit", str(folder / name), "--out", str(model)]) == 0, name
    return model


def check(command, capsys, what):
    """Run a command; it ends well, or with exit code 2 and one line."""
    code = main(command)
    told = capsys.readouterr().err
    assert code in (0, 2), what
    assert told.count("\n") == 1 if code else told.count("\n") <= 1, (what, told)
    assert "far enough" in told or code == 0 or told.startswith("skautoencoder: "), (what, told)


def check_damaged(name, seeds, folder, tmp_path, capsys, monkeypatch):
    model = str(model_of(name, folder))
    capsys.readouterr()
    for estimator in ("AutoencoderTransformer", "TableAutoencoderTransformer"):
        monkeypatch.setattr(f"skautoencoder._cli._fit.{estimator}", FitsNothing)
    path, out = tmp_path / name, str(tmp_path / "out.csv")
    for seed in seeds:
        path.write_bytes(damaged(SOUND[name], seed))
        command = [
            ["transform", model, str(path), "--out", out],
            ["impute", model, str(path), "--out", out],
            ["fit", str(path), "--out", str(tmp_path / "m.safetensors")],
        ][seed % 3]
        check(command, capsys, f"{name}, seed {seed}")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name not in QUICK)) for name in SOUND]
)
def test_damaged_files(name, folder, tmp_path, capsys, monkeypatch):
    check_damaged(name, range(24), folder, tmp_path, capsys, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("name", SOUND)
def test_many_damaged_files(name, folder, tmp_path, capsys, monkeypatch):
    check_damaged(name, range(24, 324), folder, tmp_path, capsys, monkeypatch)


def test_damaged_models(folder, tmp_path, capsys):
    data, out = str(folder / "plain.csv"), str(tmp_path / "out.csv")
    content = model_of("plain.csv", folder).read_bytes()
    capsys.readouterr()
    for seed in range(50):
        (tmp_path / "m.safetensors").write_bytes(damaged(content, seed))
        check(["transform", str(tmp_path / "m.safetensors"), data, "--out", out], capsys, seed)
