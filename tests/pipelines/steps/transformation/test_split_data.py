"""Split data."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from sklearn.model_selection import train_test_split

from pipelines.errors import ColumnMissingError, InputError
from pipelines.schema import Role, schema_of
from pipelines.steps import library
from pipelines.table import TEST, TRAIN
from tests.pipelines.steps.cases import Case

CASES = [
    Case({}),
    Case({"stratify": True, "train_fraction": 0.5}),
    Case({"shuffle": False}),
    Case({"stratify": "bool"}),
]


def assigned(frame: pd.DataFrame, label: str | None = None, **params: Any) -> pd.Series:
    schema = schema_of(frame, {label: Role.LABEL} if label else {})
    return library.get("split_data").model_validate(params).assign(frame, schema)


@pytest.mark.parametrize("fraction", [0.1, 0.7, 0.75, 0.9])
@pytest.mark.parametrize("stratified", [False, True])
def test_the_split_is_that_of_train_test_split(people: pd.DataFrame, fraction: float, stratified: bool) -> None:
    frame = people.sample(frac=1, random_state=1)
    for seed in (0, 7):
        marks = assigned(frame, "income", train_fraction=fraction, random_state=seed, stratify=stratified)
        train, test = train_test_split(
            frame, train_size=fraction, random_state=seed, stratify=frame["income"] if stratified else None
        )
        pd.testing.assert_index_equal(marks.index, frame.index)
        assert set(marks[marks == TRAIN].index) == set(train.index)
        assert set(marks[marks == TEST].index) == set(test.index)


def test_rows_in_order_and_by_a_column(people: pd.DataFrame) -> None:
    marks = assigned(people, shuffle=False, train_fraction=0.25)
    assert (marks.iloc[:1000] == TRAIN).all()
    assert (marks.iloc[1000:] == TEST).all()
    by = assigned(people, stratify="workclass", train_fraction=0.5)
    shares = people["workclass"].fillna("none").groupby(by).value_counts(normalize=True).unstack(0)
    assert (shares[TRAIN] - shares[TEST]).abs().max() < 0.001


def test_splits_that_cannot_be(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="no label to stratify by"):
        assigned(cars, stratify=True)
    with pytest.raises(InputError, match="Only one row has make = mercury"):
        assigned(cars, "make", stratify=True)
    with pytest.raises(ColumnMissingError):
        assigned(cars, stratify="makes")
    with pytest.raises(InputError, match="one row to split"):
        assigned(cars.iloc[:1])
    for params in (
        {"train_fraction": 1.0},
        {"train_fraction": 0},
        {"stratify": True, "shuffle": False},
        {"random_state": -1},
    ):
        with pytest.raises(ValueError):
            library.get("split_data").model_validate(params)
    assert library.get("split_data").model_validate({"stratify": "make"}).named_columns() == [("stratify", "make")]
    assert library.get("split_data").model_validate({"stratify": True}).named_columns() == []
