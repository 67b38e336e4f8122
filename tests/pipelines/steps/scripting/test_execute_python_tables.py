"""The analyst's own code over two tables."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.document.model import PipelineDocument
from pipelines.errors import ForbiddenError, InputError
from pipelines.schema import Role
from pipelines.sdk.workspace import Workspace
from pipelines.settings import Settings
from pipelines.steps.base import Inputs
from pipelines.steps.scripting.execute_python_tables import ExecutePythonTables
from pipelines.table import TRAIN, Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.samples import sample
from tests.pipelines.steps.trial import CONTEXT, combined

CASES = [
    Case({"code": "def run(table, other):\n    return table.assign(rows=len(other))\n"}),
    Case({"code": "def azureml_main(dataframe1=None, dataframe2=None):\n    return dataframe1, dataframe2\n"}),
]

BARE = [
    Bare(
        {"code": "def run(table, other):\n    return table.merge(other, on='origin')[['origin', 'temp']].head(10)\n"},
        lambda t, o: t.merge(o, on="origin")[["origin", "temp"]].head(10),
        ("flights", "weather"),
        rows=200,
    )
]


AZURE = """
def azureml_main(dataframe1=None, dataframe2=None):
    means = dataframe1.groupby(['make'], as_index=False)[['price']].mean()
    return dataframe2.merge(means, on='make'), means
"""


def test_it_is_pandas_on_both_tables() -> None:
    cars = sample("automobile_price")
    makes = cars[["make"]].drop_duplicates().head(5)
    means = cars.groupby("make", as_index=False)[["price"]].mean()
    found = ExecutePythonTables(code=AZURE).run(Inputs({"table": Table(cars), "other": Table(makes)}), CONTEXT)
    assert found.table is not None
    pd.testing.assert_frame_equal(found.table.frame, makes.merge(means, on="make"), check_dtype=False)
    pd.testing.assert_frame_equal(found.others["second"].frame, means, check_dtype=False)


def test_one_table_is_enough_and_roles_stay() -> None:
    code = "def run(table, other):\n    assert other is None\n    return table.iloc[:2].assign(b=1)\n"
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0], "y": [0, 1, 0]})
    found = combined("execute_python_tables", Table(frame, {"y": Role.LABEL}), code=code)
    assert found.roles == {"y": Role.LABEL}
    assert found.frame.columns.tolist() == ["a", "y", "b"]
    assert len(found.frame) == 2


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("def run(table):\n    return 1 / 0", "Line 2 of the code: ZeroDivisionError"),
        ("def run(table, other):\n    return table, 5", "run returned int, not a DataFrame"),
        ("def azureml_main(a, b):\n    return None", "azureml_main returned NoneType"),
    ],
)
def test_what_goes_wrong_is_told(code: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        combined("execute_python_tables", pd.DataFrame({"a": [1]}), code=code)


SPLIT_UP = """
def run(table):
    return table[table['price'] > 10000], table.groupby('make', as_index=False)[['price']].mean()
"""


def document(code: str, source: str = "code.second") -> PipelineDocument:
    nodes = (
        {"id": "cars", "type": "dataset", "params": {"dataset": "automobile-price"}},
        {"id": "code", "type": "execute_python_tables", "params": {"code": code}},
        {"id": "dear", "type": "sort_rows", "params": {"by": ["price"]}},
        {"id": "means", "type": "sort_rows", "params": {"by": ["price"]}, "inputs": {"table": source}},
        {"id": "joined", "type": "join_data", "params": {"on": ["make"]}, "inputs": {"left": "dear"}},
    )
    nodes[-1]["inputs"]["right"] = "means"
    return PipelineDocument(name="two", steps=nodes)


def test_both_tables_are_read_in_a_run_in_a_preview_and_when_kept(furnished: Workspace) -> None:
    cars = sample("automobile_price")
    made = document(SPLIT_UP)
    inspection = furnished.inspect(made)
    assert inspection.diagnostics == []
    assert inspection.schemas["means"].names == ["make", "price"]
    means = cars.groupby("make", as_index=False)[["price"]].mean()
    for status in ("done", "reused"):
        run = furnished.run(made)
        code = run.result.steps[1]
        assert (code.status, code.rows, code.further) == (status, int((cars["price"] > 10000).sum()), ("second",))
        outputs = {name: furnished.runs.output(run.run_id, name).frame() for name in ("means", "dear", "joined")}
        pd.testing.assert_frame_equal(outputs["means"], means.sort_values("price"), check_dtype=False)
        assert outputs["dear"]["price"].min() > 10000
        assert len(outputs["joined"]) == len(outputs["dear"])
        kept = furnished.runs.output(run.run_id, "code", "second").frame()
        pd.testing.assert_frame_equal(kept, means, check_dtype=False)


def test_a_second_table_that_is_not_there_is_told(furnished: Workspace) -> None:
    inspection = furnished.inspect(document("def run(table):\n    return table\n"))
    told = next(d for d in inspection.diagnostics if d.step == "means")
    assert "gave one table this time, not its table 'second'" in told.message
    misspelt = next(d for d in furnished.inspect(document(SPLIT_UP, "code.secnd")).diagnostics if d.step == "means")
    assert "Did you mean 'code.second'?" in misspelt.fix


def test_split_rows_and_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame({"a": [1, 2]})
    with pytest.raises(InputError, match="mix training and test rows"):
        combined("execute_python_tables", Table(frame, partition=pd.Series([TRAIN, TRAIN])))
    monkeypatch.setattr("pipelines.chain.script.settings", lambda: Settings(python_steps=False))
    with pytest.raises(ForbiddenError, match="switched off"):
        combined("execute_python_tables", frame)


def test_code_without_a_function_is_refused_before() -> None:
    with pytest.raises(ValueError, match="no function run"):
        ExecutePythonTables(code="x = 1")
