"""Files as people have them: what is read, what is told, what is refused."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from skautoencoder._cli._files import read_table
from skautoencoder._cli._reading import ReadingOptions, _opened
from skautoencoder._cli._table import BadInputError

ROWS = "a,b\n1,2.5\n3,4\n"
TWENTY = "\n".join(f"n{i},{i % 3},{i % 5}" for i in range(20))


def read(tmp_path, content, name="t.csv", **options):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(str(path), options=ReadingOptions(**options))


@pytest.mark.parametrize(
    ("content", "columns", "rows", "told"),
    [
        (ROWS, "a b", [[1, 2.5], [3, 4]], ""),
        ("a,b\r\n1,2.5\r\n3,4\r\n", "a b", [[1, 2.5], [3, 4]], ""),
        ("a,b\r1,2.5\r3,4", "a b", [[1, 2.5], [3, 4]], ""),
        ("\n\n" + ROWS + "\n\n", "a b", [[1, 2.5], [3, 4]], ""),
        ("a;b\n1,5;2,5\n3;4\n", "a b", [[1.5, 2.5], [3, 4]], "by ';'; decimal commas"),
        ("1,5;2,5\n3,5;4\n", "x0 x1", [[1.5, 2.5], [3.5, 4]], "by ';'; decimal commas; no names"),
        ("sep=;\na;b\n1;2\n3;4", "a b", [[1, 2], [3, 4]], "by ';'"),
        ("a\tb\n1\t2\n3\t4\n", "a b", [[1, 2], [3, 4]], "by tab"),
        ("a|b\n1|2\n3|4\n", "a b", [[1, 2], [3, 4]], "by '|'"),
        ("  a    b\n  1    2\n 13  4.5\n", "a b", [[1, 2], [13, 4.5]], "by blanks"),
        ("a, b\n1, 2\n3, 4\n", "a b", [[1, 2], [3, 4]], ""),
        ("'a' 'b'\n1 2\n3 4\n", "a b", [[1, 2], [3, 4]], "by blanks"),
        ("1,2\n5,4\n6,7\n", "x0 x1", [[1, 2], [5, 4], [6, 7]], "no names of columns: the first"),
        ("0,1\n5,4\n6,7\n", "0 1", [[5, 4], [6, 7]], ""),  # as a frame without names is written
        ("2001,2002,2003\n5,4,1\n6,7,2\n", "2001 2002 2003", [[5, 4, 1], [6, 7, 2]], ""),
        ("3,2,u,v\n5,4,1\n6,7,0\n8,9,1\n", "x0 x1 x2", [[5, 4, 1], [6, 7, 0], [8, 9, 1]], "counts"),
        ("# by hand\n" + ROWS, "a b", [[1, 2.5], [3, 4]], ""),
        ("# a,b\n1,2\n5,4\n", "a b", [[1, 2], [5, 4]], "taken from the comment"),
        ("Table 7\nof May\n" + ROWS, "a b", [[1, 2.5], [3, 4]], "2 lines before the table"),
        ("a,b\n1,2,\n3,4,\n", "a b", [[1, 2], [3, 4]], "commas at the ends of rows left out"),
        ("a,b,\n1,2,\n3,4,\n", "a b", [[1, 2], [3, 4]], "'Unnamed: 2' holds nothing, left out"),
        ("a,b\nr1,1,2\nr2,3,4\n", "a b", [[1, 2], [3, 4]], "'Unnamed: 0' names the rows"),
        (",a,b\n0,1,2\n1,3,4\n", "a b", [[1, 2], [3, 4]], "'Unnamed: 0' counts the rows, left out"),
        ("id,a\n7,1\n9,2\n", "a", [[1], [2]], "'id' names the rows, left out"),
        ("no,a\n1,1\n2,5\n", "a", [[1], [5]], "'no' counts the rows, left out"),
        ("yes_no,a\n1,1\n2,5\n", "yes_no a", [[1, 1], [2, 5]], ""),
        ("a,a,b\n1,2,3\n4,5,6\n", "a a.1 b", [[1, 2, 3], [4, 5, 6]], "told apart by numbers: a"),
        ("a\n1\n\n3\n", "a", [[1], [3]], "1 empty line left out"),
        ("a,b\n1,\n,4\n", "a b", [[1, np.nan], [np.nan, 4]], ""),
        ("a,b\n1,?\n5,4\n", "a b", [[1, np.nan], [5, 4]], "b: '?' taken for gaps"),
        ('a,b\n"1,234","2,000.5"\n12,4\n', "a b", [[1234, 2000.5], [12, 4]], ""),
        ("a;b\n1.234,5;1\n12,5;2\n", "a b", [[1234.5, 1], [12.5, 2]], "decimal commas"),
        ("a;b\n1,234;1.5\n2,345;2\n", "a b", [[1234, 1.5], [2345, 2]], "by ';'"),
        (",,\n5,7,2\n9,8,1\n", "Unnamed: 1|Unnamed: 2", [[7, 2], [8, 1]], "'Unnamed: 0' names"),
        ("a,b\n$5.25,12%\n$7,3%\n", "a b", [[5.25, 12], [7, 3]], ""),
        ('"a\nb","c ""d"""\n1,2\n3,4\n', 'a\nb|c "d"', [[1, 2], [3, 4]], ""),
        ("a,b\ntrue,1\nfalse,2\n", "a b", [[1, 1], [0, 2]], ""),
        (codecs.BOM_UTF8 + ROWS.encode(), "a b", [[1, 2.5], [3, 4]], ""),
        (ROWS.encode("utf-16"), "a b", [[1, 2.5], [3, 4]], "text taken as utf-16"),
        (ROWS.encode("utf-16-le"), "a b", [[1, 2.5], [3, 4]], "text taken as utf-16-le"),
        (ROWS.replace("a", "\u00e9").encode("cp1252"), "\u00e9 b", [[1, 2.5], [3, 4]], "as cp1252"),
        ("n,a,b\n" + TWENTY, "a b", [[i % 3, i % 5] for i in range(20)], "'n' names the rows"),
    ],
)  # fmt: skip
def test_a_text_is_read_and_what_was_made_of_it_is_told(content, columns, rows, told, tmp_path):
    table, remarks = read(tmp_path, content)
    assert table.names == columns.split("|" if "|" in columns else " ")
    assert_allclose(table.X.to_numpy(dtype=float), rows)
    assert told in "; ".join(remarks)
    assert bool(told) == bool(remarks)
    assert "\n" not in "; ".join(remarks)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "it is empty"),
        ("\n \n", "it is empty"),
        ("a,b\n", "names of columns, 'a,b', and no rows"),
        ("a,b\n1,2,3\n4,5,6\n", "line 1 names 2 columns, 'a,b', and the rows below have 3 cells"),
        ("a,b,c\n1,2\n4,5\n", "line 1 names 3 columns, 'a,b,c', and the rows below have 2 cells"),
        ("x\n1,5\n2,5\n", "line 1 names 1 column, 'x', and the rows below have 2 cells"),
        (ROWS + "1,2,3\n" + ROWS[4:], "line 4 has 3 cells where 2 are expected"),
        (ROWS + "1\n7\n" + ROWS[4:] * 3, "line 4 has 1 cell where 2 are expected; 2 of 10 rows"),
        ('a,b\n1,"2\n3,4\n5,6\n', "a quote that is not closed?"),
        ("a,b\n1,2\0\n", "zero bytes"),
        (bytes(range(128, 256)) * 9, "no text in UTF-8, UTF-16 or cp1252"),
        ("a;b\n1,234;1\n5,678;2\n", "in column 'a', '1,234' may be a thousand or"),
        ("id,x\n1,\n2,\n", "no columns are left ('x' holds nothing, left out; 'id' counts"),
    ],
)
def test_a_text_that_is_no_table_is_refused_with_the_counts(content, message, tmp_path):
    with pytest.raises(BadInputError, match=r"cannot read|no columns are left") as refused:
        read(tmp_path, content)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("content", "options", "columns", "rows"),
    [
        ("1,2,3\n4,5,6\n", {"header": True}, "1 2 3", [[4, 5, 6]]),
        ("0,1\n4,5\n", {"header": False}, "x0 x1", [[0, 1], [4, 5]]),
        ("a;b\n1,234;1\n", {"decimal": ","}, "a b", [[1.234, 1]]),
        ("a;b\n1,234;1\n", {"decimal": "."}, "a b", [[1234, 1]]),
        ("a;b c\n1;2 3\n", {"sep": " "}, "a;b c", None),
        ("a:b\n1:2\n", {"sep": ":"}, "a b", [[1, 2]]),
        ("a,b,c\n1,2,3\n", {"columns": ("c", "a")}, "c a", [[3, 1]]),
        ("a,b,c\n1,2,3\n", {"drop": ("b",)}, "a c", [[1, 3]]),
        ("id,b\n1,2\n", {"columns": ("id", "b")}, "id b", [[1, 2]]),
        ("a,\u0436\n1,2\n".encode("koi8-r"), {"encoding": "koi8-r"}, "a \u0436", [[1, 2]]),
    ],
)
def test_what_is_said_goes_before_what_is_seen(content, options, columns, rows, tmp_path):
    table, _ = read(tmp_path, content, **options)
    assert table.names == columns.split()
    if rows is not None:
        assert_allclose(table.X.to_numpy(dtype=float), rows)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"drop": ("Aa",)}, "there is no column 'Aa'; there are aa, b. Is it 'aa'?"),
        ({"columns": ("z",)}, "there is no column 'z'; there are aa, b."),
        ({"index": "i"}, "there is no column 'i'"),
        ({"encoding": "utf-99"}, "'utf-99' is no text encoding"),
        ({"encoding": "hex"}, "'hex' is no text encoding"),
        ({"encoding": "utf-16"}, "it is no text in utf-16"),
    ],
)
def test_what_is_said_and_does_not_fit_is_refused(options, message, tmp_path):
    with pytest.raises(BadInputError) as refused:
        read(tmp_path, "aa,b\n1,2\n5,\u00df\n", **options)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["2020-01-02", "2021-02-03"], "M"),
        (["2020/01/02", "2021/02/03"], "M"),
        (["2020-01-02 03:04", ""], "M"),
        (["2020-01-02T03:04:05Z", "2020-01-02T03:04:05+02:00"], "M"),
        (["2020-13-02", "2020-01-02"], "O"),
        (["00501", "10001"], "O"),
        (["1", "x"], "O"),
        (["170000098577200000000000", "1"], "O"),
        (["True", ""], "b"),
        (["1700000985772", "1"], "i"),
    ],
)
def test_kinds_of_columns(cells, kind, tmp_path):
    lines = "\n".join(f"{cell},1" for cell in cells)
    table, _ = read(tmp_path, f"u,v\n{lines}\n")
    assert table.X["u"].dtype.kind == kind


def test_digits_are_read_exactly(tmp_path):
    numbers = np.random.RandomState(0).standard_normal(200) * 10.0 ** np.arange(-100, 100)
    table, _ = read(tmp_path, "a,b\n" + "\n".join(f"{x!r},1" for x in numbers.tolist()))
    assert (table.X["a"].to_numpy() == numbers).all()


def packed_by_arrow(content):
    pyarrow = pytest.importorskip("pyarrow")
    sink = pyarrow.BufferOutputStream()
    with pyarrow.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    return sink.getvalue().to_pybytes()


PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": packed_by_arrow}


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("name", ["T.CSV.{}", "t.csv"])
def test_packed_files_are_unpacked_whatever_their_name(packer, name, tmp_path):
    table, _ = read(tmp_path, PACKERS[packer](ROWS.encode()), name.format(packer.upper()))
    assert_allclose(table.X.to_numpy(), [[1, 2.5], [3, 4]])


@pytest.mark.parametrize("packer", PACKERS)
def test_bombs_and_what_is_cut_off_are_refused(packer, tmp_path, monkeypatch):
    monkeypatch.setattr(_opened, "MOST_UNPACKED", 1 << 20)
    packed = PACKERS[packer](b"1,2\n" * (1 << 19))
    with pytest.raises(BadInputError, match="unpack to more than"):
        read(tmp_path, packed, "t.csv.gz")
    with pytest.raises(BadInputError, match="cannot read"):
        read(tmp_path, PACKERS[packer](ROWS.encode())[:-3], "t.csv")


def test_a_parquet_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(_opened, "MOST_UNPACKED", 1 << 20)
    pytest.importorskip("pyarrow")
    pd.DataFrame({"a": np.zeros(1 << 18)}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(BadInputError, match="unpack to more than 2,097,152"):
        read_table(str(tmp_path / "t.parquet"))


@pytest.mark.parametrize("ending", ["xlsx", "parquet", "feather", "arrow"])
def test_formats_that_know_their_columns(ending, tmp_path):
    frame = pd.DataFrame(
        {"a": [1.5, None, 3], "when": pd.to_datetime(["2020-01-02"] * 3), "kind": ["x", "y", None]}
    )
    path = tmp_path / f"t.{ending.upper()}"
    if ending == "xlsx":
        pytest.importorskip("openpyxl")
        with pd.ExcelWriter(tmp_path / "t.xlsx") as book:
            frame.to_excel(book, sheet_name="one", index=False)
            frame.to_excel(book, sheet_name="two", index=False)
        (tmp_path / "t.xlsx").rename(path)
    else:
        pytest.importorskip("pyarrow")
        frame.to_parquet(path) if ending == "parquet" else frame.to_feather(path)
    table, remarks = read_table(str(path))
    assert table.names == ["a", "when", "kind"]
    assert [table.X[name].dtype.kind for name in table.X] == ["f", "M", "O"]
    assert remarks == (["sheet 'one' read, and not two"] if ending == "xlsx" else [])


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"a": [[1], [2]]}, "column 'a' holds ndarray"),
        ({"a": [1 + 1j, 2]}, "cannot read|holds complex"),
        ({"a": pd.to_timedelta([1, 2])}, "column 'a' holds timedelta64"),
        ({}, "has 0 columns and 0 rows"),
        ({"a": []}, "has 1 columns and 0 rows"),
    ],
)
def test_columns_of_no_use_are_refused(columns, message, tmp_path):
    pa = pytest.importorskip("pyarrow")
    try:
        pd.DataFrame(columns).to_parquet(tmp_path / "t.parquet")
    except pa.ArrowNotImplementedError:
        pytest.skip("pyarrow writes none")
    with pytest.raises(BadInputError, match=message):
        read_table(str(tmp_path / "t.parquet"))


@pytest.mark.parametrize("ending", ["parquet", "feather", "xlsx", "npz", "npy", "csv"])
def test_standard_input_may_be_of_any_format(ending, tmp_path, monkeypatch):
    needed = {"xlsx": "openpyxl", "parquet": "pyarrow", "feather": "pyarrow"}
    pytest.importorskip(needed.get(ending, "pandas"))
    frame, content = pd.DataFrame({"a": [1.5, 2], "b": [3, 4.5]}), io.BytesIO()
    write = {
        "parquet": frame.to_parquet, "feather": frame.to_feather, "npy": save_npy(frame),
        "npz": lambda file: np.savez(file, X=frame.to_numpy()),
        "xlsx": lambda file: frame.to_excel(file, index=False),
        "csv": lambda file: frame.to_csv(file, index=False),
    }[ending]  # fmt: skip
    write(content)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content.getvalue())))
    table, _ = read_table("-")
    assert_allclose(np.asarray(table.X), frame)


def save_npy(frame):
    return lambda file: np.save(file, frame.to_numpy())
