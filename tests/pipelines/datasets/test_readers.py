from __future__ import annotations

import gzip
import io
import zipfile

import numpy as np
import pandas as pd
import pytest

from pipelines.datasets import ReadOptions, preview, read, sheets, sniff
from pipelines.datasets.sniff import unclear_commas
from pipelines.errors import DatasetFileError
from pipelines.settings import settings


def dtypes(frame: pd.DataFrame) -> dict[str, str]:
    return {name: str(dtype) for name, dtype in frame.dtypes.items()}


def test_each_column_gets_the_type_that_all_its_cells_have(write):
    path = write(
        "whole,gap,real,yes,maybe,word,day,moment,nothing\n"
        "1,1,1.5,true,True,a,2024-01-31,2024-01-31T10:00:00Z,\n"
        "-2,,2e3,false,,b,2024-02-29,2024-01-31 12:00:00+02:00,\n"
        "+3,3,.5,true,False,,2024-12-01,,\n"
    )
    frame = read(path)
    assert dtypes(frame) == {
        "whole": "int64", "gap": "float64", "real": "float64", "yes": "bool", "maybe": "boolean", "word": "str",
        "day": "datetime64[us]", "moment": "datetime64[us]", "nothing": "float64",
    }  # fmt: skip
    assert frame["whole"].tolist() == [1, -2, 3]
    assert frame["moment"].tolist()[:2] == [pd.Timestamp("2024-01-31 10:00")] * 2
    assert frame.isna().sum().to_dict() == {
        "whole": 0, "gap": 1, "real": 0, "yes": 0, "maybe": 1, "word": 1, "day": 0, "moment": 1, "nothing": 3,
    }  # fmt: skip


def test_a_word_that_looks_missing_stays_a_word_among_words_and_is_missing_among_numbers(write):
    frame = read(write("grade,size,age\nNA,NA,-\nNone,1,30\nnull,2,NaN\n-,,41\n,3,null\n"))
    assert frame["grade"].tolist()[:4] == ["NA", "None", "null", "-"]
    assert frame["grade"].isna().tolist() == [False] * 4 + [True]
    assert frame["size"].isna().tolist() == [True, False, False, True, False]
    assert frame["age"].isna().tolist() == [True, False, True, False, True]
    assert dtypes(frame) == {"grade": "str", "size": "float64", "age": "float64"}


def test_a_question_mark_is_proposed_as_missing_wherever_it_is(write):
    path = write("make,doors\naudi,two\n?,four\n")
    assert sniff(path).missing == ("?",)
    assert read(path)["make"].isna().tolist() == [False, True]
    late = write("make,doors\n" + "audi,two\n" * 300_000 + '"?",four\n')
    assert sniff(late).missing == ("?",)
    assert sniff(write("make,doors\naudi?,two\n")).missing == ()


def test_missing_marks_can_be_corrected(write):
    path = write("make,price\nNA,-9\naudi,5\n")
    corrected = sniff(path).model_copy(update={"missing": ("NA", "-9")})
    assert read(path, corrected).isna().to_numpy().tolist() == [[True, True], [False, False]]
    kept = sniff(path).model_copy(update={"missing_in_numbers": ()})
    assert dtypes(read(write("a\nNA\n1\n"), kept)) == {"a": "str"}


def test_an_empty_cell_can_be_empty_text(write):
    frame = read(write("word,n\n,1\nb,\n"), ReadOptions(empty_text=True))
    assert frame["word"].tolist() == ["", "b"]
    assert frame["n"].isna().tolist() == [False, True]


@pytest.mark.parametrize("cell", ["00123", "12345678901234567890", "1,234", "0x1A", "1_000", "2024-02-30", "12:30"])
def test_what_a_number_or_date_would_spoil_stays_text(write, cell):
    assert read(write(f'id,n\n"{cell}",1\n"{cell}",2\n'))["id"].tolist() == [cell, cell]


def test_an_integer_too_large_for_a_float_is_not_rounded_by_a_gap(write):
    frame = read(write("full,gap\n9007199254740993,9007199254740993\n1,\n"))
    assert frame["full"].tolist() == [9007199254740993, 1]
    assert frame["gap"].tolist()[0] == "9007199254740993"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(write, delimiter):
    path = write("name,price\nx,1.5\ny,2.5\n".replace(",", delimiter))
    assert sniff(path).delimiter == delimiter
    assert dtypes(read(path)) == {"name": "str", "price": "float64"}


def test_a_decimal_comma_is_found(write):
    path = write("name;price\nx;1,5\ny;-2,25\n")
    assert (sniff(path).delimiter, sniff(path).decimal) == (";", ",")
    assert read(path)["price"].tolist() == [1.5, -2.25]


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("a;b\nx;1.234,5\ny;-12,25\nz;\n", ",", [1234.5, -12.25, None]),
        ("a;b\nx;1'234'567.5\ny;8\n", ".", [1234567.5, 8.0]),
        ('a,b\nx,"1,234"\ny,"1,234,567"\n', ".", [1234, 1234567]),
        ("a;b\nx;1\u202f234,5\ny;8,25\n", ",", [1234.5, 8.25]),
        ("a;b;c\nx;1.23.45;1,5\ny;12;2,5\n", ",", ["1.23.45", "12"]),
        ("a;b;c\nx;12.34;1,5\ny;12;2,5\n", ",", ["12.34", "12"]),
        ("a,b\nx,030 123 456\ny,221 123 456\n", ".", ["030 123 456", "221 123 456"]),
    ],
)
def test_thousands_may_be_grouped_but_only_in_threes(write, text, decimal, expected):
    path = write(text)
    assert sniff(path).decimal == decimal
    found = read(path)["b"]
    assert [None if pd.isna(v) else v for v in found] == expected


@pytest.mark.parametrize(
    ("text", "decimal", "expected", "unclear"),
    [
        ("a;b\nx;30,072\ny;950\n", ",", [30.072, 950.0], ["b"]),
        ("a\tb\nx\t30,072\ny\t950\n", ".", [30072, 950], ["b"]),
        ("a;b;c\nx;30,072;1.5\ny;950;2.25\n", ".", [30072, 950], []),
        ("a;b;c\nx;30,072;1,204,000\ny;950;7\n", ".", [30072, 950], []),
        ("a;b;c\nx;30,072;1,5\ny;950;2,25\n", ",", [30.072, 950.0], []),
        ("a;b\nx;0,072\ny;1,204\n", ",", [0.072, 1.204], []),
    ],
)
def test_a_comma_before_three_digits_goes_by_the_other_numbers(write, text, decimal, expected, unclear):
    path = write(text)
    assert sniff(path).decimal == decimal
    assert read(path)["b"].tolist() == expected
    assert unclear_commas(path, sniff(path)) == unclear


def test_a_chosen_point_reads_commas_as_thousands(write):
    path = write("a;b\nx;30,072\ny;950\n")
    assert read(path, sniff(path).model_copy(update={"decimal": "."}))["b"].tolist() == [30072, 950]


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ('a,b\nx,"$1,234.50"\ny,-$5\nz,n/a\n', ".", [1234.5, -5.0, None]),
        ('a,b\nx,"£1,234"\ny,0\n', ".", [1234, 0]),
        ("a,b\nx,0\ny,£70.5\n", ".", [0.0, 70.5]),
        ("a;b\nx;1.234,50 €\ny;5 €\n", ",", [1234.5, 5.0]),
        ("a,b\nx,$5\ny,£6\n", ".", ["$5", "£6"]),
        ("a,b\nx,$5\ny,free\n", ".", ["$5", "free"]),
        ("a,b\nx,$007\ny,$008\n", ".", ["$007", "$008"]),
    ],
)
def test_amounts_of_one_currency_are_numbers(write, text, decimal, expected):
    path = write(text)
    assert sniff(path).decimal == decimal
    assert [None if pd.isna(v) else v for v in read(path)["b"]] == expected


def test_spaces_after_the_delimiter_are_dropped(write):
    path = write("age, work\n39, State-gov\n50, ?\n")
    assert read(path).columns.tolist() == ["age", "work"]
    assert read(path)["work"].tolist()[0] == "State-gov"
    assert read(path)["work"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("name,price\nx,1\n", True),
        ("1,2\n3,4\n", False),
        ("red,1.5\nblue,2.5\nred,3\n", False),
        ("a,b\nx,y\n", True),
        ("country,continent\nJapan,Asia\nFrance,Europe\n", True),
        ("country,2019,2020\nJapan,1,2\nFrance,3,4\n", True),
    ],
)
def test_the_header_is_found(write, text, header):
    path = write(text)
    assert sniff(path).header is header
    frame = read(path)
    assert len(frame) == text.count("\n") - header
    if not header:
        assert frame.columns.tolist() == ["column_1", "column_2"]


def test_quoted_cells_keep_delimiters_line_ends_and_marks(write):
    frame = read(write('a,"b\nc"\r\n1,"x, ""y""\nz"\r\n2,5" disk\r\n'))
    assert frame.columns.tolist() == ["a", "b c"]
    assert frame["b c"].tolist() == ['x, "y"\nz', '5" disk']


def test_names_are_stripped_and_made_where_there_are_none(write):
    assert read(write(" a ,,b,column_4\n1,2,3,4\n")).columns.tolist() == ["a", "column_2", "b", "column_4"]
    assert read(write("a,,column_2\n1,2,3\n")).columns.tolist() == ["a", "column_2_", "column_2"]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "shift_jis", "euc_jp", "cp932"]
)
def test_japanese_tables_are_read_in_their_encoding(write, encoding):
    path = write("値段,都市,ﾒﾓ\n100,東京,あいう\n200,大阪市中央区,カタカナ\n", encoding=encoding)
    frame = read(path)
    assert frame.columns.tolist() == ["値段", "都市", "ﾒﾓ"]
    assert frame["都市"].tolist() == ["東京", "大阪市中央区"]
    assert preview(path).equals(frame)


@pytest.mark.parametrize(
    "text", ["ville,prix\nMontréal,5 €\nNîmes,6\n", "name,ort\nJürgen,Köln\nGroß,Übersee\n", "a,b\nit’s,x–y\n"]
)
def test_western_tables_are_read_as_cp1252(write, text):
    path = write(text, encoding="cp1252")
    assert sniff(path).encoding == "cp1252"
    assert read(path).iloc[0, 0] in ("Montréal", "Jürgen", "it’s")


def test_single_characters_of_japanese_are_enough(write):
    path = write("id,性別\n" + "1,男\n2,女\n" * 50, encoding="shift_jis")
    assert read(path)["性別"].tolist()[:2] == ["男", "女"]


def test_the_wrong_encoding_is_named_with_its_line(write):
    path = write("a,b\n1,x\n2,東京\n", encoding="shift_jis")
    with pytest.raises(DatasetFileError, match=r"not utf-8: line 3.*cp932"):
        read(path, ReadOptions(encoding="utf-8"))
    with pytest.raises(DatasetFileError, match="no encoding 'klingon'"):
        read(path, ReadOptions(encoding="klingon"))


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [("a,b\n1,2\n3\n4,5\n", 3, 1), ("a,b\n1,2\n3,4,5\n", 3, 3), ('a,b\n1,"x\ny"\n3,4,5\n', 4, 3)],
)
def test_a_ragged_row_is_named(write, text, line, found):
    path = write(text)
    with pytest.raises(DatasetFileError, match=f"Line {line} of 'table.csv' has {found} fields?, the header has 2"):
        read(path)


def test_a_ragged_row_far_down_is_named(write):
    path = write("a,b\n" + "1,2\n" * 400_000 + "1,2,3\n" + "1,2\n" * 1000)
    assert len(preview(path)) == 100
    with pytest.raises(DatasetFileError, match=r"Line 400002 .* has 3 fields"):
        read(path)


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("table.csv", "a,b\n1,2\n")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "a.csv", "is empty"),
        (b"\n\n  \n", "a.csv", "no cell"),
        (b"a,b\n", "a.csv", r"column names \(a, b\) but no rows"),
        (bytes(range(256)) * 40, "a.csv", "no text"),
        (zipped(), "a.csv", r"zip archive.*ends in '\.csv'"),
        (zipped(), "a.xlsx", "no Excel workbook"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "a.csv", "gzip"),
        (b"%PDF-1.7 ...", "a.csv", "PDF"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "a.csv", "web page"),
        (b"a,b\n1,2\n", "a.xlsx", "no Excel workbook"),
        (b"a,b\n1,2\n", "a.parquet", "no Parquet file"),
        (b"PAR1\x15junk that is no table at allPAR1", "a.parquet", "damaged"),
        (b"a,b\n1,2\n", "a.csvv", r"Did you mean '\.csv'.*Accepted are"),
        (b"a,b\n1,2\n", "noending", "has no ending"),
        (b"a,a,b,b\n1,2,3,4\n", "a.csv", r"'a' \(columns 1, 2\); 'b' \(columns 3, 4\)"),
        (b'a,b\n1,"2\n3,4\n5,6\n', "a.csv", "never closed"),
        (b'a,b\n1,2\n"3,4\n5,6\n', "a.csv", "Line 3 .* has 1 field, .*quotation mark"),
        (b'{"a": 1}\n{"a": \n', "a.jsonl", "Line 2 .* no JSON"),
        (b'{"a": 1}\n[1, 2]\n', "a.jsonl", "Line 2 .* no record"),
        (b'{"a": "\xff"}\n', "a.jsonl", "not utf-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.xls", "no Excel workbook"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "a.xlsx",
            "password",
        ),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_its_cause(write, content, name, message):
    path = write(content, name)
    with pytest.raises(DatasetFileError, match=message):
        read(path)
    with pytest.raises(DatasetFileError, match=message):
        preview(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DatasetFileError, match="no file"):
        read(tmp_path / "none.csv")


def test_a_file_beyond_the_limit_is_refused(write, monkeypatch):
    monkeypatch.setenv("SEKKEI_MAX_UPLOAD_MIB", "1")
    settings.cache_clear()
    try:
        with pytest.raises(DatasetFileError, match=r"at most 1 MiB.*SEKKEI_MAX_UPLOAD_MIB"):
            read(write("a\n" + "1234567\n" * 200_000))
    finally:
        settings.cache_clear()


def test_the_name_the_user_knows_decides_the_format_and_is_shown(write):
    path = write("a,b\n1\n", "0f3a.upload")
    with pytest.raises(DatasetFileError, match=r"Line 2 of 'cars\.csv'"):
        read(path, file_name="cars.csv")


def test_parquet_keeps_categories_and_normalises_the_rest(tmp_path):
    path = tmp_path / "table.parquet"
    pd.DataFrame(
        {
            "c": pd.Categorical(["x", "y", None], categories=["y", "x", "z"]),
            "i8": np.array([1, 2, 3], dtype="int8"),
            "gap": pd.array([1, None, 3], dtype="Int64"),
            "f4": np.array([1, 2, 3], dtype="float32"),
            "b": pd.array([True, None, False], dtype="boolean"),
            "t": ["", "NA", None],
            "d": pd.to_datetime(["2024-01-01", "2024-01-02", None]).date,
            "z": pd.to_datetime(["2024-01-01T01:00+01:00"] * 3),
        },
        index=[5, 6, 7],
    ).to_parquet(path)
    frame = read(path)
    assert dtypes(frame) == {
        "c": "category", "i8": "int64", "gap": "float64", "f4": "float64", "b": "boolean", "t": "str",
        "d": "datetime64[us]", "z": "datetime64[us]",
    }  # fmt: skip
    assert frame["c"].cat.categories.tolist() == ["y", "x", "z"]
    assert frame["t"].tolist()[:2] == ["", "NA"]
    assert frame["z"][0] == pd.Timestamp("2024-01-01")
    assert preview(path, rows=2).equals(frame.head(2).astype({"gap": "float64"}))


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_truncated_parquet_is_refused(tmp_path, share):
    path = tmp_path / "table.parquet"
    pd.DataFrame({"a": range(10_000)}).to_parquet(path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(DatasetFileError, match="damaged or was not written to its end"):
        read(path)


def test_a_parquet_column_of_lists_is_named(tmp_path):
    pd.DataFrame({"a": [1], "tags": [["x"]]}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(DatasetFileError, match=r"'tags'.*lists"):
        read(tmp_path / "t.parquet")


def test_excel_is_read_from_the_first_sheet_with_cells_or_the_one_named(tmp_path):
    path = tmp_path / "book.xlsx"
    with pd.ExcelWriter(path) as writer:
        pd.DataFrame().to_excel(writer, sheet_name="Cover", index=False)
        pd.DataFrame(
            {
                "n": [1, 2, 3], "gap": [1.5, None, 2], "word": ["NA", "?", "x"],
                "when": pd.to_datetime(["2024-01-31"] * 3),
                "ok": [True, False, True], "typed": [1, "2", "NA"], "code": ["007", "008", "009"],
            }
        ).to_excel(writer, sheet_name="Data", index=False, startrow=2, startcol=1)  # fmt: skip
        pd.DataFrame({"other": [9]}).to_excel(writer, sheet_name="More", index=False)
    assert sheets(path) == ["Cover", "Data", "More"]
    options = sniff(path)
    assert (options.sheet, options.missing) == ("Data", ("?",))
    frame = read(path, options)
    assert dtypes(frame) == {
        "n": "int64", "gap": "float64", "word": "str", "when": "datetime64[us]", "ok": "bool", "typed": "float64",
        "code": "str",
    }  # fmt: skip
    assert frame["word"].isna().tolist() == [False, True, False]
    assert len(preview(path, rows=2)) == 2
    assert read(path, ReadOptions(format="excel", sheet="More"))["other"].tolist() == [9]
    with pytest.raises(DatasetFileError, match=r"no sheet 'Datta'.*'Data'"):
        read(path, ReadOptions(format="excel", sheet="Datta"))
    with pytest.raises(DatasetFileError, match=r"'Cover' .* no cells"):
        read(path, ReadOptions(format="excel", sheet="Cover"))


def test_an_excel_without_cells_is_refused(tmp_path):
    pd.DataFrame().to_excel(tmp_path / "empty.xlsx", index=False)
    with pytest.raises(DatasetFileError, match="no cells"):
        read(tmp_path / "empty.xlsx")


def test_json_lines_keep_their_types_and_fill_what_is_absent(write):
    path = write(
        '{"n": 1, "t": "1", "b": true, "when": "2024-01-31", "deep": {"x": 1}}\n\n'
        '{"n": null, "t": "", "extra": "NA"}\n',
        "table.jsonl",
    )
    frame = read(path)
    assert dtypes(frame) == {
        "n": "float64", "t": "str", "b": "boolean", "when": "datetime64[us]", "deep": "str", "extra": "str",
    }  # fmt: skip
    assert frame["t"].tolist() == ["1", ""]
    assert frame["deep"].tolist()[0] == '{"x": 1}'
    assert frame["extra"].tolist()[1] == "NA"
    assert len(preview(path, rows=1)) == 1


def test_an_array_of_records_is_read_too(write):
    assert read(write('[{"a": 1}, {"a": 2}]', "table.json"))["a"].tolist() == [1, 2]


def test_one_column_keeps_its_empty_lines_as_missing(write):
    assert read(write("a\n1\n\n3\n"))["a"].isna().tolist() == [False, True, False]


def test_a_cell_may_be_a_long_text(write):
    text = "word " * 60_000
    path = write(f'id,essay\n1,"{text}"\n2,short\n')
    assert len(read(path)["essay"][0]) == len(text)
    assert preview(path).equals(read(path))


def test_five_hundred_columns_are_read(write):
    names = [f"c{i}" for i in range(500)]
    row = [str(i) if i % 2 else f"w{i}" for i in range(500)]
    path = write("\n".join([",".join(names), *[",".join(row)] * 300]) + "\n")
    frame = read(path)
    assert frame.shape == (300, 500)
    assert set(map(str, frame.dtypes)) == {"int64", "str"}
    assert len(preview(path)) == 100


def test_a_million_rows_are_read(write):
    path = write("id,value,word\n" + "".join(f"{i},{i}.5,w{i % 7}\n" for i in range(1_000_000)))
    frame = read(path)
    assert frame.shape == (1_000_000, 3)
    assert frame["id"].iat[-1] == 999_999
    assert dtypes(frame) == {"id": "int64", "value": "float64", "word": "str"}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_is_read(write, end):
    frame = read(write(end.join(["a,b", "1,x", "2,y"])))
    assert frame["b"].tolist() == ["x", "y"]
    assert preview(write(end.join(["a,b", "1,x", "2,y"])), rows=1)["b"].tolist() == ["x"]
