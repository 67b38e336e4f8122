"""Several files of one schema: a folder, a zip archive."""

from __future__ import annotations

import io
import zipfile

import pandas as pd
import pytest

from pipelines.datasets import preview, read, sniff
from pipelines.errors import DatasetFileError
from pipelines.settings import settings
from tests.pipelines.steps.trial import SAMPLES
from tests.pipelines.steps.trial import read as sample


def zipped(path, files: dict[str, str | bytes]):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_an_archive_of_parts_is_the_table_they_were_cut_from(tmp_path) -> None:
    lines = (SAMPLES / "automobile_price.csv").read_text("utf-8").splitlines(keepends=True)
    parts = {f"cars/part-{i}.csv": lines[0] + "".join(lines[1 + i * 60 : 61 + i * 60]) for i in range(4)}
    path = zipped(tmp_path / "cars.zip", parts | {"__MACOSX/._part-0.csv": b"\0", "cars/readme.md": "words"})
    pd.testing.assert_frame_equal(read(path), read(SAMPLES / "automobile_price.csv"))
    folder = tmp_path / "folder"
    (folder / "2024").mkdir(parents=True)
    for name, text in parts.items():
        (folder / "2024" / name.split("/")[1]).write_text(text, "utf-8")
    pd.testing.assert_frame_equal(read(folder), read(path))
    assert len(preview(path, rows=7)) == 7
    assert sniff(path).missing == ("?",)


def test_types_are_found_over_all_files(tmp_path) -> None:
    path = zipped(tmp_path / "t.zip", {"a.csv": "id,x\n1,2\n", "b.csv": "x,id\n2.5,n7\n"})
    frame = read(path)
    assert frame["id"].tolist() == ["1", "n7"]
    assert frame["x"].tolist() == [2.0, 2.5]


def test_parquet_parts_keep_categories(tmp_path) -> None:
    cars = sample("automobile_price")[["make", "price", "horsepower"]].assign(
        make=lambda t: t["make"].astype("category")
    )
    files = {}
    for i, part in enumerate((cars[:100], cars[100:])):
        buffer = io.BytesIO()
        part.assign(make=part["make"].cat.remove_unused_categories()).to_parquet(buffer)
        files[f"{i}.parquet"] = buffer.getvalue()
    found = read(zipped(tmp_path / "cars.zip", files))
    assert found["make"].tolist() == cars["make"].tolist()
    assert isinstance(found["make"].dtype, pd.CategoricalDtype)
    assert found["price"].tolist() == cars["price"].tolist()


def test_differences_are_told_per_file_with_the_nearest_column(tmp_path) -> None:
    files = {
        "a.csv": "make,price\nx,1\n",
        "b.csv": "make,prise\nx,1\n",
        "c.csv": "make\nx\ny\n",
        "d.csv": "make,price,w\nx,1,2\n",
    }
    with pytest.raises(DatasetFileError) as raised:
        read(zipped(tmp_path / "t.zip", files))
    message = raised.value.message
    assert "'b.csv' has 'prise' where 'price' is expected" in message
    assert "'c.csv' has no column 'price'" in message
    assert "'d.csv' has a column 'w' more" in message


def test_other_types_in_a_later_file_are_told(tmp_path) -> None:
    files = {"a.jsonl": '{"x": 1}\n', "b.jsonl": '{"x": "one"}\n'}
    with pytest.raises(DatasetFileError, match=r"'x' of 'b.jsonl'"):
        read(zipped(tmp_path / "t.zip", files))


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"a.txt.exe": "x"}, "no file that Sekkei can read"),
        ({"a.csv": "x\n1\n", "b.jsonl": '{"x": 1}'}, "several kinds: csv, jsonl"),
        ({"inner.zip": b"PK\x03\x04"}, "no file that Sekkei can read"),
    ],
)
def test_archives_without_a_table_say_so(tmp_path, files, told: str) -> None:
    with pytest.raises(DatasetFileError, match=told):
        read(zipped(tmp_path / "t.zip", files))


def test_names_inside_never_become_paths(tmp_path) -> None:
    path = zipped(tmp_path / "t.zip", {"../../escaped.csv": "x,y\n1,2\n", "/etc/absolute.csv": "x,y\n3,4\n"})
    frame = read(path)
    assert sorted(frame["x"]) == [1, 3]
    assert [p.name for p in tmp_path.iterdir()] == ["t.zip"]
    assert not list(tmp_path.parent.glob("escaped*"))


def test_an_archive_that_swells_is_refused(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEKKEI_MAX_UPLOAD_MIB", "1")
    settings.cache_clear()
    try:
        path = zipped(tmp_path / "bomb.zip", {"a.csv": "x\n" + "0\n" * 2_000_000})
        assert path.stat().st_size < 20_000
        with pytest.raises(DatasetFileError, match="more than 1 MiB"):
            read(path)
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_a_damaged_archive_is_told(write) -> None:
    with pytest.raises(DatasetFileError, match="no zip archive"):
        read(write(b"PK\x03\x04 and nothing else", "t.zip"))
