"""A few rows answered without a table, against what MLflow's scoring server makes of the same request."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from pipelines.algorithms.library import ALGORITHMS
from pipelines.chain import few_rows
from pipelines.chain.chain import Chain
from pipelines.chain.features import SMALL
from tests.pipelines.chain.test_chain import chain_of

Ask = Callable[[Chain, bytes], str]


@pytest.fixture(scope="module")
def by_mlflow() -> Ask:
    """What MLflow's server answers to a request, asked for a model that is the chain."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow's own, as it is imported
        from mlflow.pyfunc import scoring_server

        from pipelines.inference.model import ChainModel

    def ask(chain: Chain, body: bytes) -> str:
        own = ChainModel()
        own.chain = chain

        def predict(data: Any, params: dict[str, Any] | None = None) -> Any:
            return own.predict(None, data, params)

        model = SimpleNamespace(metadata=SimpleNamespace(get_params_schema=lambda: None), predict=predict)
        return str(scoring_server.invocations(body, "application/json", model, None).response)

    return ask


def split(rows: pd.DataFrame, **changed: Any) -> bytes:
    """A request for these rows, with other values in some columns of the first."""
    table = json.loads(rows.to_json(orient="split", date_format="iso"))
    for name, value in changed.items():
        table["data"][0][table["columns"].index(name)] = value
    return json.dumps({"dataframe_split": {"columns": table["columns"], "data": table["data"]}}).encode()


@pytest.mark.parametrize("type", ALGORITHMS)
def test_the_answer_is_mlflows_letter_for_letter(people: pd.DataFrame, type: str, by_mlflow: Ask) -> None:
    chain = chain_of(people, type)
    assert chain.contract is not None
    rows = people[chain.contract.names]
    for few in (rows.iloc[[7]], rows.iloc[:40]):
        assert few_rows.answer(chain, split(few)) == by_mlflow(chain, split(few))


@pytest.mark.parametrize(
    "changed",
    [
        {"age": None, "work": None, "member": None},
        {"age": " 41 ", "hours": "38.5", "member": "yes"},
        {"age": 41.0, "income": 3e20, "city": "nowhere"},
        {"work": 5.0, "city": True, "member": 1},
        {"work": "", "city": "Löß 京都 \"'\\"},
        {"since": "2024-02-29", "income": float("nan")},
        {"age": True, "since": None},
    ],
)
@pytest.mark.parametrize("type", ["boosted_trees_classifier", "logistic_regression", "random_forest_regressor"])
def test_values_mean_what_they_mean_in_a_table(
    people: pd.DataFrame, type: str, changed: dict[str, Any], by_mlflow: Ask
) -> None:
    chain = chain_of(people, type)
    assert chain.contract is not None
    body = split(
        people[chain.contract.names].iloc[:3], **{k: v for k, v in changed.items() if k in chain.contract.names}
    )
    assert few_rows.answer(chain, body) == by_mlflow(chain, body)


def test_optional_columns_may_be_absent_and_others_are_left_out(people: pd.DataFrame, by_mlflow: Ask) -> None:
    chain = chain_of(people, "boosted_trees_classifier")
    assert chain.contract is not None
    optional = [c.name for c in chain.contract.columns if not c.required]
    assert optional
    rows = people[chain.contract.names].drop(columns=optional).assign(other="x").iloc[:5]
    assert few_rows.answer(chain, split(rows)) == by_mlflow(chain, split(rows))


def test_what_is_mlflows_to_say_is_left_to_it(people: pd.DataFrame) -> None:
    chain = chain_of(people, "boosted_trees_classifier")
    assert chain.contract is not None
    rows = people[chain.contract.names]
    table = json.loads(split(rows.iloc[:2]))["dataframe_split"]
    others = [
        {"dataframe_split": table, "params": {}},
        {"dataframe_records": [dict(zip(table["columns"], table["data"][0], strict=True))]},
        {"dataframe_split": table | {"index": [1, 2]}},
        {"dataframe_split": table | {"data": []}},
        {"dataframe_split": table | {"data": [table["data"][0], table["data"][1][:-1]]}},
        {"dataframe_split": table | {"columns": table["columns"][:-1] + table["columns"][:1]}},
        [table],
    ]
    bodies = [json.dumps(o).encode() for o in others]
    bodies += [split(rows.iloc[: SMALL + 1]), split(rows.iloc[:1], age=2**53), split(rows.iloc[:1], age=[1]), b"{"]
    assert [few_rows.answer(chain, body) for body in bodies] == [None] * len(bodies)


def test_a_row_that_does_not_fit_gets_mlflows_refusal(people: pd.DataFrame, by_mlflow: Ask) -> None:
    chain = chain_of(people, "boosted_trees_classifier")
    assert chain.contract is not None
    body = split(people[chain.contract.names].iloc[:1], age="old")
    assert few_rows.answer(chain, body) is None
    with pytest.raises(Exception, match="found 'old'"):
        by_mlflow(chain, body)
