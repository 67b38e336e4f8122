from __future__ import annotations

import os
from collections.abc import Iterator

import pandas as pd
import pytest
from pydantic import ValidationError

from pipelines.connections import store
from pipelines.datasets import databases, read
from pipelines.errors import InputError, ParameterError, SekkeiError
from pipelines.steps.data_output.export_data import ExportData
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import read as sample

CASES = [
    Case({}, runs=False),
    Case({"to": "database", "connection": "sales", "table": "scores", "if_exists": "append"}, runs=False),
    Case({"to": "store", "store": "lake", "folder": "a/b", "format": "parquet"}, runs=False),
]

BARE = [Bare({}, lambda t: t.to_csv(os.devnull, index=False), columns=("age", "fnlwgt", "sex"), rows=200_000)]


@pytest.fixture
def rows() -> pd.DataFrame:
    return pd.DataFrame({"name": ["Zoë", "a,b", None], "count": [1, 2, 3]}, index=[5, 6, 9])


def test_a_csv_file_holds_the_rows_and_the_table_goes_on(engine, rows: pd.DataFrame) -> None:
    engine.source(rows)
    output = engine.do("export", ExportData(file_name="scores"))
    assert (engine.exports / "export" / "scores.csv").read_text("utf-8") == 'name,count\nZoë,1\n"a,b",2\n,3\n'
    assert output.table is engine.table("source")
    assert output.notes == ("3 rows written to scores.csv.",)


def test_a_parquet_file_holds_the_rows(engine, rows: pd.DataFrame) -> None:
    engine.source(rows)
    engine.do("export", ExportData(file_name="scores.parquet", format="parquet"))
    found = pd.read_parquet(engine.exports / "export" / "scores.parquet")
    pd.testing.assert_frame_equal(found, rows.reset_index(drop=True))


def test_rows_are_kept_as_a_dataset(engine, rows: pd.DataFrame) -> None:
    engine.source(rows)
    output = engine.do("export", ExportData(to="dataset", dataset="kept"))
    assert engine.saved["kept"]["count"].tolist() == [1, 2, 3]
    assert output.notes == ("3 rows kept as dataset kept version 1.",)


@pytest.mark.parametrize("name", ["../up", "/etc/passwd", "a\\b", ".hidden", " ", "a\x00b"])
def test_hostile_file_names_write_nothing(engine, rows: pd.DataFrame, name: str) -> None:
    engine.source(rows)
    with pytest.raises(ParameterError, match="no file name"):
        engine.do("export", ExportData(file_name=name))
    assert not engine.exports.exists()


def test_a_dataset_needs_a_name_and_a_format_is_known(engine, rows: pd.DataFrame) -> None:
    engine.source(rows)
    with pytest.raises(ParameterError, match="no name"):
        engine.do("export", ExportData(to="dataset"))
    with pytest.raises(ValidationError):
        ExportData.model_validate({"format": "xls"})


def test_the_preview_writes_nothing(make_engine, rows: pd.DataFrame) -> None:
    engine = make_engine(preview=True)
    engine.source(rows)
    engine.do("export", ExportData())
    assert not engine.exports.exists()


@pytest.mark.parametrize("format", ["csv", "tsv", "parquet", "excel", "jsonl", "arff"])
def test_every_format_is_read_again_as_it_was(engine, format: str) -> None:
    cars = sample("automobile_price")
    engine.source(cars)
    engine.do("export", ExportData.model_validate({"format": format}))
    (file,) = (engine.exports / "export").iterdir()
    pd.testing.assert_frame_equal(read(file), cars, check_dtype=False)


def test_svmlight_takes_numbers_with_the_label_in_front(engine) -> None:
    cars = sample("automobile_price").select_dtypes("number").dropna()
    engine.source(cars, label="price")
    engine.do("export", ExportData(format="svmlight"))
    found = read(engine.exports / "export" / "export.svmlight")
    assert found["label"].tolist() == cars["price"].tolist()
    assert found["feature_2"].tolist() == cars[[c for c in cars if c != "price"]].iloc[:, 1].tolist()
    engine.source(sample("automobile_price"), name="words")
    with pytest.raises(InputError, match="'make' holds no numbers"):
        engine.do("again", ExportData(format="svmlight"))
    assert not (engine.exports / "again" / "export.svmlight").exists()


def test_rows_go_into_a_table_of_a_database(make_engine, rows: pd.DataFrame, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SEKKEI_CONNECTION_SALES", f"sqlite:///{tmp_path}/sales.db")
    step = ExportData(to="database", connection="sales", table="scores", if_exists="append")
    preview = make_engine(preview=True)
    preview.source(rows)
    preview.do("export", step)
    assert databases.tables("sales") == []
    engine = make_engine()
    engine.source(rows)
    assert engine.do("export", step).notes == ("3 rows written to sales: scores.",)
    engine.do("again", step)
    assert databases.read("sales", table="scores")["count"].tolist() == [1, 2, 3] * 2


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An S3-compatible store on loopback with an empty bucket, known as ``lake``."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _host, port = server.get_host_and_port()
    address = f"http://127.0.0.1:{port}"
    url = f"s3://scores/team?key=someone&secret=never-shown-88&endpoint_url={address}"
    monkeypatch.setenv("SEKKEI_CONNECTION_LAKE", url)
    with store("lake") as (system, _root):
        system.mkdir("scores")
    yield url
    server.stop()


@pytest.mark.services
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_rows_go_into_a_store(make_engine, lake: str, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    cars = sample("automobile_price")
    step = ExportData(to="store", store="lake", folder="2024/cars", file_name="prices", format="parquet")
    preview = make_engine(preview=True)
    preview.source(cars)
    preview.do("export", step)
    with store("lake") as (system, root):
        assert system.find(root) == []
    engine = make_engine()
    engine.source(cars)
    assert engine.do("export", step).notes == ("201 rows written to lake: 2024/cars/prices.parquet.",)
    with store("lake") as (system, root):
        assert system.find(root) == ["scores/team/2024/cars/prices.parquet"]
        system.get_file("scores/team/2024/cars/prices.parquet", str(tmp_path / "back.parquet"))
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "back.parquet"), cars)
    monkeypatch.setenv("SEKKEI_CONNECTION_LAKE", lake.replace("s3://scores", "s3://no-such-bucket"))
    with pytest.raises(SekkeiError, match="'lake'") as raised:
        engine.do("again", step)
    assert "never-shown-88" not in str(raised.value)


def test_a_folder_of_a_store_lies_below_the_connections(engine, rows: pd.DataFrame, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SEKKEI_CONNECTION_LAKE", f"file://{tmp_path}/lake")
    engine.source(rows)
    engine.do("export", ExportData(to="store", store="lake", folder="/a/b"))
    assert (tmp_path / "lake" / "a" / "b" / "export.csv").read_text("utf-8").startswith("name,count")
    with pytest.raises(ParameterError, match="no folder"):
        engine.do("up", ExportData(to="store", store="lake", folder="../up"))


@pytest.mark.parametrize("params", [{"to": "database"}, {"to": "database", "connection": "x"}, {"to": "store"}])
def test_where_to_must_be_said(engine, rows: pd.DataFrame, params) -> None:
    engine.source(rows)
    with pytest.raises(ParameterError):
        engine.do("export", ExportData.model_validate(params))
