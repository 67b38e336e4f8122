"""Encode categories."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.many_rows import WORDS
from tests.pipelines.steps.trial import made

CASES = [
    Case({"method": "onehot"}),
    Case({"method": "onehot", "max_categories": 3, "drop": "first", "columns": ["text", "int-number"]}),
    Case({"method": "ordinal"}),
    Case({"method": "onehot", "max_categories": 3, "keep_columns": True}),
    Case({"method": "ordinal", "columns": ["text", "int-number"], "keep_columns": True}),
]

WHOLE = ["education", "marital-status", "relationship", "race", "sex"]


def one_hot(frame: pd.DataFrame) -> pd.DataFrame:
    encoder = OneHotEncoder(sparse_output=False, handle_unknown="ignore", dtype=np.float64)
    made = encoder.fit_transform(frame[WORDS])
    made = pd.DataFrame(made, columns=encoder.get_feature_names_out(), index=frame.index)
    return pd.concat([frame.drop(columns=WORDS), made], axis=1)


def ordinal(frame: pd.DataFrame) -> pd.DataFrame:
    made = OrdinalEncoder().fit_transform(frame[WHOLE].astype(object))
    return frame.assign(**{c: made[:, i] for i, c in enumerate(WHOLE)})


BARE = [
    Bare({"method": "onehot", "columns": WORDS}, lambda t: (one_hot(t),)),
    Bare({"method": "ordinal", "columns": WHOLE}, ordinal),
]


@pytest.mark.parametrize(
    "options", [{}, {"max_categories": 4}, {"drop": "first"}, {"max_categories": 4, "drop": "first"}]
)
def test_onehot_is_that_of_scikit_learn(cars: pd.DataFrame, options: dict[str, Any]) -> None:
    names = list(cars.select_dtypes("str"))
    values = cars[names].astype(object)
    reference = OneHotEncoder(handle_unknown="ignore", sparse_output=False, **options).fit(values)
    found = made("encode_categories", cars, **options)
    made_names = list(reference.get_feature_names_out(names))
    assert list(found) == [*(c for c in cars if c not in names), *made_names]
    np.testing.assert_array_equal(found[made_names].to_numpy(), reference.transform(values))


def test_ordinal_is_that_of_scikit_learn(cars: pd.DataFrame) -> None:
    names = list(cars.select_dtypes("str").drop(columns="num-of-doors"))
    reference = OrdinalEncoder().fit_transform(cars[names].astype(object))
    found = made("encode_categories", cars, method="ordinal")
    np.testing.assert_array_equal(found[names].to_numpy(), reference)
    assert set(found.loc[cars["num-of-doors"].isna(), "num-of-doors"]) == {2}


def test_names_that_would_collide_are_kept_apart() -> None:
    frame = pd.DataFrame({"a": ["b_c", "nan", None], "a_b": ["c", "d", "d"], "a_nan": [1, 2, 3]})
    found = made("encode_categories", frame)
    assert found.columns.is_unique
    assert found.drop(columns="a_nan").to_numpy().sum() == 6


def test_the_columns_may_stay(cars: pd.DataFrame) -> None:
    names = list(cars.select_dtypes("str"))
    found = made("encode_categories", cars, keep_columns=True)
    alone = made("encode_categories", cars)
    pd.testing.assert_frame_equal(found[list(cars)], cars)
    pd.testing.assert_frame_equal(found.drop(columns=names), alone)
    found = made("encode_categories", cars, method="ordinal", keep_columns=True)
    numbers = made("encode_categories", cars, method="ordinal")
    for name in names:
        pd.testing.assert_series_equal(found[f"{name}_code"], numbers[name], check_names=False)
