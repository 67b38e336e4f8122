from __future__ import annotations

import pandas as pd
import pytest
from pydantic import ValidationError

from pipelines.errors import ParameterError
from pipelines.steps.data_output.export_data import ExportData
from tests.pipelines.steps.cases import Case

CASES = [Case({}, runs=False)]


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
        ExportData(format="xls")


def test_the_preview_writes_nothing(make_engine, rows: pd.DataFrame) -> None:
    engine = make_engine(preview=True)
    engine.source(rows)
    engine.do("export", ExportData())
    assert not engine.exports.exists()
