"""Contracts of models that were made elsewhere: nothing gets to MLflow's server that it would cast in silence."""

from __future__ import annotations

import pandas as pd
import pytest
from mlflow.models import ModelSignature, infer_signature
from mlflow.types.schema import ColSpec, ParamSchema, ParamSpec, Schema, TensorSpec

from pipelines.chain.checking import check
from pipelines.errors import ContractError
from pipelines.serving.signatures import contract_of, outputs_of


@pytest.fixture(scope="module")
def contract():
    inputs = Schema(
        [
            ColSpec("long", "age"),
            ColSpec("integer", "small", required=False),
            ColSpec("boolean", "member"),
            ColSpec("string", "city", required=False),
            ColSpec("datetime", "since", required=False),
        ]
    )
    parameters = ParamSchema([ParamSpec("top", "long", 3)])
    return contract_of(ModelSignature(inputs, params=parameters), {"age": 5})


def sent(contract, row):
    found = check(contract, {n: [v] for n, v in row.items()}, 1, given=list(row))
    return {n: v[0] for n, v in found.columns.items()}


def test_what_a_cast_leaves_alone_goes_through(contract):
    assert contract.parameters == {"top": 3}
    assert contract["age"].example == 5
    row = {"age": "39", "member": "false", "city": "NA", "since": "2026-01-31T02:00:00+02:00"}
    assert sent(contract, row) == {
        "age": 39,
        "member": False,
        "city": "NA",
        "since": "2026-01-31T00:00:00",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"age": 39.5},
        {"age": None},
        {"age": 2**63},
        {"small": 2**40},
        {"member": None},
        {"member": "maybe"},
        {"since": 5},
    ],
)
def test_what_a_cast_would_bend_is_refused(contract, change):
    with pytest.raises(ContractError, match=f"Row 1, column '{next(iter(change))}'"):
        sent(contract, {"age": 39, "member": True} | change)


def test_signatures_without_plain_columns_have_no_contract():
    import numpy as np

    assert contract_of(None, {}) is None
    assert contract_of(ModelSignature(Schema([TensorSpec(np.dtype("float64"), (-1, 3))])), {}) is None
    assert contract_of(infer_signature(pd.DataFrame({"a": [[1, 2]]})), {}) is None


def test_outputs_have_names_and_types():
    found = outputs_of(infer_signature(None, pd.DataFrame({"label": ["a"], "share": [0.5]})))
    assert [(o.name, o.type.value) for o in found] == [("label", "text"), ("share", "float")]
    assert outputs_of(None) == ()
