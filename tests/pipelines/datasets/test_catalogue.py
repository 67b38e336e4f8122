from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from pipelines.datasets import Catalogue, ReadOptions
from pipelines.errors import ColumnMissingError, DatasetFileError, InputError, NotFoundError
from pipelines.schema import ColumnType

ROOT = Path(__file__).parents[3]


def files(home) -> list[str]:
    return sorted(str(p.relative_to(home.datasets)) for p in home.datasets.rglob("*") if p.is_file())


def cars() -> pd.DataFrame:
    return pd.DataFrame({"make": ["audi", "NA", None], "price": [1.5, None, 3.0], "doors": [2, 4, 4]})


def test_an_imported_file_comes_back_as_it_was_read(catalogue, write):
    path = write("make,price,ok,day\nNA,1,true,2024-01-31\naudi,?,,2024-02-01\n,3,false,\n", "cars.csv")
    version = catalogue.add("cars", path, description="Some cars.")
    assert (version.name, version.version, version.rows, version.source) == ("cars", 1, 3, "cars.csv")
    assert [(c.name, c.type, c.missing) for c in version.columns] == [
        ("make", "text", 1),
        ("price", "float", 1),
        ("ok", "boolean", 1),
        ("day", "datetime", 1),
    ]
    assert version.schema["make"].type is ColumnType.TEXT
    assert ReadOptions.model_validate(version.options).missing == ("?",)
    frame = catalogue.read("cars")
    assert list(map(str, frame.dtypes)) == ["str", "float64", "boolean", "datetime64[us]"]
    assert frame["make"].tolist()[:2] == ["NA", "audi"]
    assert catalogue.read("cars", columns=["day", "make"]).columns.tolist() == ["day", "make"]
    assert catalogue.sample("cars").equals(frame)
    assert [p.missing for p in catalogue.profile("cars")] == [1, 1, 1, 1]
    [info] = catalogue.list()
    assert (info.name, info.description, info.version, info.rows, info.columns) == ("cars", "Some cars.", 1, 3, 4)


def test_every_stored_type_survives_the_round_trip(catalogue):
    frame = pd.DataFrame(
        {
            "int": [1, 2**62, -3],
            "float": [0.1, np.inf, np.nan],
            "bool": [True, False, True],
            "gap": pd.array([True, None, False], dtype="boolean"),
            "text": pd.Series(["", "NA", None], dtype="str"),
            "category": pd.Categorical(["b", None, "a"], categories=["c", "b", "a"]),
            "moment": pd.to_datetime(["2024-01-01 10:00:00.123456", None, "1700-01-01"], format="ISO8601"),
        },
        index=[3, 1, 2],
    )
    catalogue.add_frame("all", frame, source="a test")
    pd.testing.assert_frame_equal(catalogue.read("all"), frame.reset_index(drop=True), check_dtype=True)
    assert catalogue.get("all").source == "a test"


def test_equal_content_makes_no_new_version_and_any_change_does(catalogue):
    first = catalogue.add_frame("cars", cars())
    assert catalogue.add_frame("cars", cars()) == first
    for change in (
        cars().assign(price=[1.5, None, 3.5]),
        cars().rename(columns={"doors": "gates"}),
        cars()[["price", "make", "doors"]],
        cars().astype({"doors": "float64"}),
        cars().iloc[::-1],
        cars().fillna({"make": "nan"}),
        cars().head(2),
    ):
        before = catalogue.get("cars")
        assert catalogue.add_frame("cars", change).version == before.version + 1
    assert [v.version for v in catalogue.versions("cars")] == list(range(1, 9))
    assert catalogue.read("cars", 1)["doors"].tolist() == [2, 4, 4]
    assert catalogue.list()[0].versions == 8
    assert catalogue.newest() == {"cars": 8}
    assert catalogue.add_frame("cars", cars()).version == 9


def test_content_is_the_same_from_csv_and_from_a_frame(catalogue, write):
    first = catalogue.add("cars", write("make,doors\naudi,2\nbmw,4\n"))
    assert catalogue.add("cars", pd.DataFrame({"make": ["audi", "bmw"], "doors": [2, 4]})).version == first.version


def test_bytes_and_streams_are_imported_and_leave_no_upload(catalogue, home):
    catalogue.add("a", b"x,y\n1,2\n", file_name="a.csv")
    buffer = io.BytesIO()
    cars().to_parquet(buffer)
    buffer.seek(0)
    assert catalogue.add("b", buffer, file_name="../../b.parquet").source == "b.parquet"
    assert os.listdir(home.uploads) == []
    with pytest.raises(InputError, match="file_name"):
        catalogue.add("c", b"x\n1\n")


def test_names_that_are_not_there_are_refused_with_the_nearest(catalogue):
    catalogue.add_frame("cars", cars())
    for call in (catalogue.get, catalogue.read, catalogue.sample, catalogue.profile, catalogue.path, catalogue.delete):
        with pytest.raises(NotFoundError, match=r"no dataset 'carz'.*'cars'"):
            call("carz")
    with pytest.raises(NotFoundError, match="'cars v7'"):
        catalogue.get("cars", 7)
    with pytest.raises(ColumnMissingError, match=r"'pris'.*'price'"):
        catalogue.read("cars", columns=["pris"])


def test_deleting_takes_records_and_files(catalogue, home):
    catalogue.add_frame("cars", cars())
    catalogue.add_frame("cars", cars().head(1))
    catalogue.add_frame("other", cars())
    catalogue.delete("cars")
    assert [info.name for info in catalogue.list()] == ["other"]
    assert len(files(home)) == 3
    assert catalogue.add_frame("cars", cars()).version == 1


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "a/b",
        "a\\b",
        "a\0b",
        "x" * 300,
        "",
        "   ",
        ".hidden",
        "..",
        "a\nb",
        "-rf",
        "a;b",
        "a*b",
        "C:x",
        "'; drop table",
        "\u202ex",
        None,
    ],
)
def test_a_hostile_name_is_refused_and_makes_nothing(catalogue, home, name):
    with pytest.raises(InputError):
        catalogue.add_frame(name, cars())
    assert files(home) == []
    assert catalogue.list() == []


@pytest.mark.parametrize("name", ["cars", "車 の 値段", "v1.2_final-x", " padded ", "हिन्दी", "x" * 100, "CON"])
def test_a_name_never_becomes_a_path(catalogue, home, name):
    version = catalogue.add_frame(name, cars())
    assert version.name == name.strip()
    assert catalogue.get(name.strip()).rows == 3
    assert version.path.parent.parent == home.datasets
    assert name.strip() not in version.path.parent.name


def test_the_same_name_in_another_unicode_form_is_the_same_dataset(catalogue):
    catalogue.add_frame("caf\u00e9", cars())
    assert catalogue.add_frame("cafe\u0301", cars()).version == 1
    assert catalogue.get("cafe\u0301").rows == 3


@pytest.mark.parametrize(("content", "name"), [(b"", "a.csv"), (b"a,b\n1\n", "a.csv"), (b"PAR1\x15junk", "a.parquet")])
def test_a_failed_import_leaves_nothing(catalogue, home, content, name):
    with pytest.raises(DatasetFileError):
        catalogue.add("cars", content, file_name=name)
    assert catalogue.list() == []
    assert files(home) == []
    assert os.listdir(home.uploads) == []
    with pytest.raises(InputError, match="0 rows"):
        catalogue.add_frame("cars", cars().head(0))
    with pytest.raises(DatasetFileError, match="'bad'"):
        catalogue.add_frame("cars", pd.DataFrame({"bad": [[1], [2]]}))
    assert files(home) == []


def test_an_import_whose_record_cannot_be_written_leaves_no_file(catalogue, home):
    def refuse(*_: object) -> None:
        raise RuntimeError("the disk is full")

    sa.event.listen(catalogue.database.engine, "commit", refuse)
    try:
        with pytest.raises(RuntimeError, match="full"):
            catalogue.add_frame("cars", cars())
    finally:
        sa.event.remove(catalogue.database.engine, "commit", refuse)
    assert list(home.datasets.iterdir()) == []
    assert catalogue.list() == []
    assert catalogue.add_frame("cars", cars()).version == 1


KILLED = """
import os, signal, sys
import pandas as pd, sqlalchemy as sa
from pipelines.datasets import Catalogue, storage
from pipelines.records import Database
from pipelines.workspace import Home
home = Home.open(sys.argv[1])
database = Database(f"sqlite:///{home.root}/sekkei.db")
catalogue = Catalogue(home, database)
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "writing":
    storage.sample_rows = die
    original = storage.write_parquet
    storage.write_parquet = lambda frame, path: (original(frame, path), die())
elif sys.argv[2] == "placed":
    sa.event.listen(database.engine, "commit", die)
catalogue.add_frame("cars", pd.DataFrame({"a": [9, 8, 7]}))
"""


@pytest.mark.parametrize("moment", ["writing", "placed"])
def test_an_import_killed_in_the_middle_leaves_nothing_after_the_next_start(catalogue, home, moment):
    kept = catalogue.add_frame("cars", pd.DataFrame({"a": [1]}))
    before = files(home)
    done = subprocess.run([sys.executable, "-c", KILLED, str(home.root), moment], cwd=ROOT, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    again = Catalogue(home, catalogue.database)
    assert again.versions("cars") == [kept]
    assert files(home) == before
    assert sorted(p.name for p in home.datasets.iterdir()) == [kept.path.parent.name]
    assert again.add_frame("cars", pd.DataFrame({"a": [2]})).version == 2


def test_opening_the_catalogue_does_not_disturb_an_import_of_another(catalogue, home):
    with catalogue.storage.staging() as folder:
        (folder / "half").write_bytes(b"x")
        Catalogue(home, catalogue.database)
        assert (folder / "half").exists()
    assert files(home) == []


def test_imports_at_the_same_time_get_a_version_each(catalogue, home):
    def add(value: int) -> None:
        Catalogue(home, catalogue.database).add_frame("cars", pd.DataFrame({"a": [value]}))

    threads = [threading.Thread(target=add, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    versions = catalogue.versions("cars")
    assert [v.version for v in versions] == [1, 2, 3, 4, 5, 6]
    assert sorted(catalogue.read("cars", v.version)["a"][0] for v in versions) == list(range(6))


def test_the_stored_sample_follows_the_setting(catalogue):
    rows = 5000
    frame = pd.DataFrame({"n": range(rows), "word": ["x"] * (rows - 2) + ["y"] * 2})
    catalogue.add_frame("long", frame)
    sample = catalogue.sample("long")
    assert len(sample) == 1000
    assert (sample["word"] == "y").sum() == 2
    assert sample["n"].is_monotonic_increasing


def test_a_file_that_is_gone_is_named_and_a_lost_profile_is_computed_again(catalogue):
    version = catalogue.add_frame("cars", cars())
    expected = catalogue.profile("cars")
    catalogue.storage.profile(version.path).unlink()
    assert catalogue.profile("cars") == expected
    version.path.unlink()
    with pytest.raises(DatasetFileError, match="'cars' version 1 is gone"):
        catalogue.read("cars")


def test_files_are_parquet_with_zstd(catalogue):
    path = catalogue.add_frame("cars", cars()).path
    assert pq.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"
    assert path == catalogue.path("cars")


def test_one_column_and_five_hundred_are_stored(catalogue):
    catalogue.add_frame("one", pd.DataFrame({"a": [1, 2]}))
    wide = pd.DataFrame({f"c{i}": [i, i + 1] for i in range(500)})
    catalogue.add_frame("wide", wide)
    assert catalogue.read("one")["a"].tolist() == [1, 2]
    assert catalogue.read("wide").equals(wide)
    assert len(catalogue.profile("wide")) == 500
