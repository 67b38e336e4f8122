"""The analyst's own code: what it may do, and what it is told when it fails."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import ForbiddenError, InputError
from pipelines.execution.apply import change_rows, fit_link
from pipelines.schema import Role
from pipelines.settings import Settings
from pipelines.steps.base import Behaviour
from pipelines.steps.scripting.execute_python import ExecutePython
from pipelines.table import TEST, TRAIN, Table
from tests.pipelines.steps.cases import Bare, Case

RUN = "def run(table):\n    return table.assign(double=table['x'] * 2)\n"
DROP = "def run(table, roles):\n    assert roles['label'] == 'label'\n    return table[table['x'] > 0.2]\n"

CASES = [Case({"code": RUN}), Case({"code": DROP, "when": "training"})]

BARE = [
    Bare(
        {"code": "def run(table):\n    return table.assign(age=table['age'] * 2)\n"},
        lambda t: t.assign(age=t["age"] * 2),
    )
]


FRAME = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "price": [5, 6, 7, 8]}, index=[10, 11, 12, 13])


def always(body: str, frame: pd.DataFrame = FRAME) -> pd.DataFrame:
    table = Table(frame, {"price": Role.LABEL})
    return fit_link(ExecutePython(code=f"def run(table):\n    {body}\n"), table).transform(frame)


def training(body: str, table: Table) -> Table:
    return change_rows(
        ExecutePython.model_validate({"code": f"def run(table):\n    {body}\n", "when": "training"}), table
    )


def split() -> Table:
    return Table(FRAME, {"price": Role.LABEL}, pd.Series([TRAIN, TEST, TRAIN, TRAIN], index=FRAME.index))


def test_it_is_a_link_that_does_not_see_the_label() -> None:
    found = always("return table.assign(b=np.log(table['a']), n=len(table.columns))")
    assert list(found) == ["a", "b", "n", "price"]
    assert found["n"].tolist() == [1] * 4
    assert found["price"].equals(FRAME["price"])
    with pytest.raises(InputError, match="Line 2 of the code: KeyError: 'price'"):
        always("return table.assign(b=table['price'])")


def test_the_rows_given_are_not_changed() -> None:
    before = FRAME.copy()
    always("table['a'] = 0; table.loc[10, 'a'] = 9; return table")
    pd.testing.assert_frame_equal(FRAME, before)


def test_rows_come_back_in_their_order() -> None:
    assert always("return table.sort_values('a', ascending=False)")["a"].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert always("return table.reset_index(drop=True)").index.tolist() == [10, 11, 12, 13]


def test_loose_types_become_those_of_a_table() -> None:
    found = always("return table.assign(t=[1, 'x', None, 2.0], d=[None, True, False, True], **{'5': 1})")
    assert [str(found[c].dtype) for c in ("t", "d")] == ["str", "boolean"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return table[table['a'] > 2]", "given 4 rows and returned 2"),
        ("return 5", "returned int, not a DataFrame"),
        ("pass", "returned NoneType"),
        ("return 1 / 0", "Line 2 of the code: ZeroDivisionError"),
        ("raise SystemExit(3)", "Line 2 of the code: SystemExit: 3"),
        ("return table.assign(price=1)", "'price', which is not its own"),
        ("return pd.concat([table, table], axis=1)", "two columns 'a'"),
        ("return table.assign(o=[object()] * 4)", "holds values of the kind 'object'"),
    ],
)
def test_what_goes_wrong_is_told_with_its_line(body: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        always(body)
    assert "Traceback" not in str(caught.value)
    assert "execute_python.py" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("def run(table)\n    return table", "line 1 of the code"),
        ("x = 1", "no function run"),
        ("def run():\n    return 1", "line 1 of the code: run takes the table"),
        ("def run(a, b, c):\n    return a", "run takes the table"),
        ("async def run(table):\n    return table", "no function run"),
        ("def run(table):\n    return '\x00'", "of the code"),
    ],
)
def test_code_that_cannot_run_is_refused_before(code: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ExecutePython(code=code)


def test_training_rows_may_be_dropped_repeated_or_made() -> None:
    dropped = training("return table[table['a'] > 1]", split())
    assert dropped.frame.index.tolist() == [11, 12, 13]
    repeated = training("return pd.concat([table, table])", split())
    assert repeated.partition is not None
    assert (repeated.partition == TRAIN).sum() == 6
    assert (repeated.partition == TEST).sum() == 1
    for body in ("return table.reset_index(drop=True)", "return pd.DataFrame({'a': [0.0] * 20, 'price': range(20)})"):
        made = training(body, split())
        assert made.partition is not None
        assert not made.partition.isna().any()
        assert made.rows(TEST)["a"].tolist() == [2.0]
        assert 2.0 not in made.rows(TRAIN)["a"].tolist()


def test_made_rows_whose_index_is_that_of_test_rows_are_training_rows_all_the_same() -> None:
    made = training("return table.set_axis([11, 11, 11])", split())
    assert made.rows(TEST)["a"].tolist() == [2.0]
    assert made.rows(TRAIN)["a"].tolist() == [1.0, 3.0, 4.0]


def test_columns_are_not_made_on_training_rows_alone() -> None:
    with pytest.raises(InputError, match="cannot add or drop columns, as it did with 'b'"):
        training("return table.assign(b=1)", split())


def test_what_it_is_depends_on_when() -> None:
    assert ExecutePython().acts_as is Behaviour.ROW_WISE
    assert ExecutePython(when="training").acts_as is Behaviour.ROW_CHANGING


def test_it_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    link: Any = fit_link(ExecutePython(), Table(FRAME))
    off = Settings(python_steps=False)
    monkeypatch.setattr("pipelines.chain.script.settings", lambda: off)
    for refused in (
        lambda: link.transform(FRAME),
        lambda: fit_link(ExecutePython(), Table(FRAME)),
        lambda: change_rows(ExecutePython(when="training"), Table(FRAME)),
    ):
        with pytest.raises(ForbiddenError, match="switched off"):
            refused()


def test_azures_function_is_taken() -> None:
    code = "def azureml_main(dataframe1, dataframe2):\n    assert dataframe2 is None\n    return dataframe1 * 2,\n"
    found = fit_link(ExecutePython(code=code), Table(FRAME, {"price": Role.LABEL})).transform(FRAME)
    assert found["a"].tolist() == [2.0, 4.0, 6.0, 8.0]
    assert found["price"].equals(FRAME["price"])


def test_the_second_argument_gets_the_roles() -> None:
    code = "def run(table, roles):\n    return table.assign(r=str(roles))\n"
    found = fit_link(ExecutePython(code=code), Table(FRAME, {"price": Role.LABEL})).transform(FRAME)
    assert found["r"].iloc[0] == "{'price': 'label'}"
    assert np.array_equal(found["a"], FRAME["a"])
