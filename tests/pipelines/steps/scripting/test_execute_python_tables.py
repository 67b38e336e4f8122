"""The analyst's own code over two tables."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.errors import ForbiddenError, InputError
from pipelines.schema import Role
from pipelines.settings import Settings
from pipelines.steps.scripting.execute_python_tables import ExecutePythonTables
from pipelines.table import TRAIN, Table
from tests.pipelines.steps.cases import Case
from tests.pipelines.steps.samples import sample
from tests.pipelines.steps.trial import combined

CASES = [
    Case({"code": "def run(table, other):\n    return table.assign(rows=len(other))\n"}),
    Case({"code": "def azureml_main(dataframe1=None, dataframe2=None):\n    return dataframe1, dataframe2\n"}),
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
    found = combined("execute_python_tables", cars, makes, code=AZURE).frame
    pd.testing.assert_frame_equal(found, makes.merge(means, on="make"), check_dtype=False)
    second = combined("execute_python_tables", cars, makes, code=AZURE, output="second").frame
    pd.testing.assert_frame_equal(second, means, check_dtype=False)


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


def test_the_second_table_has_to_be_there() -> None:
    with pytest.raises(InputError, match="returned one table"):
        combined("execute_python_tables", pd.DataFrame({"a": [1]}), output="second")


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
