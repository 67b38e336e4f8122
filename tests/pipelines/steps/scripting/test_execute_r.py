"""The analyst's own R, with R where this machine has it; and what is said where it has not."""

from __future__ import annotations

import os

import pandas as pd
import pytest

from pipelines.errors import ForbiddenError, InputError
from pipelines.schema import Role
from pipelines.settings import Settings
from pipelines.steps.base import Inputs
from pipelines.steps.scripting import r
from pipelines.steps.scripting.execute_r import ExecuteR
from pipelines.table import TRAIN, Table
from tests.pipelines.steps.cases import Case
from tests.pipelines.steps.samples import sample
from tests.pipelines.steps.trial import CONTEXT, combined

CASES = [Case({"code": "run <- function(table, other) table"}, runs=False)]

BARE = "R runs in a process of its own"


needs_r = pytest.mark.skipif(r.program() is None, reason="R is not on this machine")
SMALL = pd.DataFrame({"a": [1, 2, 3]})


def test_where_r_is_missing_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"PATH": "/nowhere"})
    with pytest.raises(InputError, match="R is not installed") as caught:
        combined("execute_r", SMALL)
    assert "Execute Python" in caught.value.fix


def test_it_runs_only_where_code_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.chain.script.settings", lambda: Settings(python_steps=False))
    with pytest.raises(ForbiddenError, match="switched off"):
        combined("execute_r", SMALL)


def test_split_rows_are_refused() -> None:
    with pytest.raises(InputError, match="mix training and test rows"):
        combined("execute_r", Table(SMALL, partition=pd.Series([TRAIN] * 3)))


@needs_r
def test_every_kind_of_column_comes_back_as_it_went() -> None:
    frame = pd.DataFrame(
        {
            "a fraction": [0.1, None, 1 / 3],
            "whole": [1, 2, 2**40],
            "text": pd.array(["x", None, ""], dtype="str"),
            "when": pd.to_datetime(["2020-01-01", None, "2021-02-03T04:05:06.123457"], format="ISO8601").as_unit("us"),
            "yes": [True, False, True],
            "maybe": pd.array([True, None, False], dtype="boolean"),
            "kind": pd.Categorical(["u", "v", None]),
            "日本": pd.array(["é", '"q"', "a,b\nc"], dtype="str"),
        }
    )
    found = combined("execute_r", frame, code="run <- function(table) table").frame
    pd.testing.assert_frame_equal(found, frame.astype({"whole": float}))


@needs_r
def test_it_is_r_on_both_tables() -> None:
    cars = sample("automobile_price")
    makes = cars[["make"]].drop_duplicates().head(5)
    code = """
azureml_main <- function(dataframe1, dataframe2) {
  means <- aggregate(price ~ make, dataframe1, mean)
  list(merge(dataframe2, means), means)
}
"""
    means = cars.groupby("make", as_index=False)[["price"]].mean()
    table = Table(cars, {"price": Role.LABEL})
    both = ExecuteR(code=code).run(Inputs({"table": table, "other": Table(makes)}), CONTEXT)
    found = both.table
    assert found is not None
    expected = makes.merge(means).sort_values("make", ignore_index=True)
    pd.testing.assert_frame_equal(found.frame, expected, check_dtype=False)
    assert found.roles == {"price": Role.LABEL}
    second = both.others["second"].frame
    pd.testing.assert_frame_equal(second, means.dropna(ignore_index=True), check_dtype=False)


@needs_r
@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("run <- function(table) {\n  table$\n}}", "R says: .*code.R:3"),
        ("run <- function(table) stop('bad news')", "bad news"),
        ("x <- 1", "defines no function run"),
        ("run <- function(table) absent(table)", "could not find function"),
    ],
)
def test_what_r_finds_wrong_is_told(code: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        combined("execute_r", SMALL, code=code)


@needs_r
def test_time_is_limited_and_settings_are_not_told() -> None:
    with pytest.raises(InputError, match="did not finish within 1 seconds"):
        combined("execute_r", SMALL, code="run <- function(table) while (TRUE) {}", timeout=1)
    os.environ["SEKKEI_CONNECTION_TRIAL"] = "secret"
    code = "run <- function(table) data.frame(v = Sys.getenv('SEKKEI_CONNECTION_TRIAL'))"
    try:
        found = combined("execute_r", SMALL, code=code).frame
    finally:
        del os.environ["SEKKEI_CONNECTION_TRIAL"]
    assert found["v"].tolist() == [""]


@needs_r
def test_random_numbers_have_a_seed() -> None:
    code = "run <- function(table) data.frame(x = runif(3))"
    first, again = (combined("execute_r", SMALL, code=code, random_state=s).frame["x"].tolist() for s in (4, 4))
    assert first == again
    assert first != combined("execute_r", SMALL, code=code, random_state=5).frame["x"].tolist()
