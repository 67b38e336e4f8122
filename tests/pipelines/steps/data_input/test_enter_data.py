"""Tables typed in by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import InputError, ParameterError
from pipelines.steps.base import Inputs
from pipelines.steps.data_input.enter_data import EnterData
from tests.pipelines.steps.cases import Case

CASES = [Case({"data": "a,b\n1,?\n2,x\n", "missing": ["?"]}), Case({"data": "1,2", "header": False})]

BARE = "it reads what was typed in"


def entered(data: str, **params: object) -> pd.DataFrame:
    found = EnterData.model_validate({"data": data, **params}).run(Inputs(), None).table  # type: ignore[arg-type]
    assert found is not None
    return found.frame


def test_types_are_those_of_an_import() -> None:
    frame = entered('name,age,height,member,born\nAnn,31,1.7,true,2001-02-03\n"Bo, jr",,1.8,false,2002-03-04\n')
    assert frame["name"].tolist() == ["Ann", "Bo, jr"]
    assert frame["age"].iloc[0] == 31
    assert np.isnan(frame["age"].iloc[1])
    assert [str(frame[c].dtype) for c in ("height", "member", "born")] == ["float64", "bool", "datetime64[us]"]


def test_missing_marks_and_no_header() -> None:
    frame = entered("1,?\n2,x\n", header=False, missing=["?"])
    assert list(frame.columns) == ["column_1", "column_2"]
    assert frame["column_2"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("a,b\n1,2\n3\n", "Line 3 has 1 cells"),
        ("a,b\n", "no rows"),
        ("\n\n", "no rows"),
        ('a,b\n"1,2\n', "cannot be read"),
        ("a,a\n1,2\n", "more than one column"),
    ],
)
def test_what_is_no_table_says_why(data: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        entered(data)


def test_types_are_as_told() -> None:
    frame = EnterData(
        data="code,kind,n\n0301,a,1\n12,b,2\n", text_columns=("code",), category_columns=("kind",)
    )._frame()
    assert frame["code"].tolist() == ["0301", "12"]
    assert frame["kind"].dtype == "category"
    assert frame["n"].dtype == "int64"
    with pytest.raises(ParameterError, match="mean 'code'"):
        EnterData(data="code\n1\n", text_columns=("cod",))._frame()


def test_other_forms_of_text() -> None:
    assert EnterData(data="a\tb\n1\t2\n", format="tsv")._frame().to_dict("list") == {"a": [1], "b": [2]}
    arff = "@relation r\n@attribute a {x,y}\n@data\ny\n"
    assert EnterData(data=arff, format="arff")._frame()["a"].cat.categories.tolist() == ["x", "y"]
    assert EnterData(data="1 2:0.5", format="svmlight")._frame()["feature_2"].tolist() == [0.5]
    with pytest.raises(ParameterError, match="no proper ARFF"):
        EnterData(data="a,b\n", format="arff")._frame()
