"""Split data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GroupShuffleSplit, train_test_split

from pipelines.errors import ColumnMissingError, InputError
from pipelines.execution.apply import apply
from pipelines.schema import Role, schema_of
from pipelines.steps import library
from pipelines.steps.base import Inputs
from pipelines.table import TEST, TRAIN, Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import CONTEXT

CASES = [
    Case({}),
    Case({"stratify": True, "train_fraction": 0.5}),
    Case({"shuffle": False}),
    Case({"stratify": "bool"}),
    Case({"mode": "expression", "expression": "x < 0.5"}),
    Case({"mode": "pattern", "column": "text", "pattern": "^[rg]"}),
    Case({"mode": "time", "column": "x"}),
    Case({"mode": "group", "column": "zoned"}),
    Case({"mode": "ratings", "column": "key"}),
]

BARE = [
    Bare({}, lambda t: train_test_split(t, train_size=0.7, random_state=0)),
    Bare({"stratify": True}, lambda t: train_test_split(t, train_size=0.7, random_state=0, stratify=t["income"])),
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


def test_a_condition_or_a_pattern_says_which_rows_train(people: pd.DataFrame) -> None:
    by = assigned(people, mode="expression", expression="age < 40 and \"workclass\" = 'Private'")
    assert (by == TRAIN).equals((people["age"] < 40) & (people["workclass"] == "Private").fillna(False))
    by = assigned(people, mode="pattern", column="native-country", pattern="^United")
    assert (by == TRAIN).equals(people["native-country"].str.contains("^United").fillna(False).astype(bool))


def test_what_comes_last_is_tested(cars: pd.DataFrame) -> None:
    rng = np.random.default_rng(0)
    days = pd.Series(pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 60, len(cars)), unit="D"), cars.index)
    for values in (days, days.dt.tz_localize("Asia/Tokyo"), days.dt.day_of_year):
        frame = cars.assign(day=values)
        marks = assigned(frame, mode="time", column="day", train_fraction=0.6)
        assert frame.loc[marks == TRAIN, "day"].max() < frame.loc[marks == TEST, "day"].min()
        assert 0.55 < (marks == TRAIN).mean() <= 0.6
    marks = assigned(cars.assign(day=days), mode="time", column="day", moment="2026-02-01")
    assert (marks == TEST).equals(days >= "2026-02-01")
    assert (assigned(cars, mode="time", column="price", moment="9000") == TRAIN).equals(cars["price"] < 9000)


def test_ratings_are_split_for_some_users_only(people: pd.DataFrame) -> None:
    marks = assigned(people, mode="ratings", column="education", training_users=0.25, train_fraction=0.6)
    shares = (marks == TRAIN).groupby(people["education"]).agg(["mean", "sum", "size"])
    whole = shares["mean"] == 1
    assert whole.sum() == round(0.25 * len(shares))
    expected = np.ceil(0.6 * shares.loc[~whole, "size"])
    np.testing.assert_array_equal(shares.loc[~whole, "sum"], expected)
    other = assigned(people, mode="ratings", column="education", training_users=0.25, random_state=1)
    assert not other.equals(assigned(people, mode="ratings", column="education", training_users=0.25))
    alone = assigned(people.assign(user=range(len(people))), mode="ratings", column="user", training_users=0)
    assert (alone == TRAIN).all(), "the first rating of a user is for training"


def test_groups_stay_whole(people: pd.DataFrame) -> None:
    marks = assigned(people, mode="group", column="occupation", train_fraction=0.6, random_state=2)
    codes, names = pd.factorize(people["occupation"])
    groups = np.where(codes < 0, len(names), codes)
    splitter = GroupShuffleSplit(1, train_size=0.6, random_state=2)
    train, _ = next(splitter.split(people, groups=groups))
    assert set(np.flatnonzero(marks == TRAIN)) == set(train)
    assert marks.groupby(people["occupation"]).nunique().max() == 1


def test_other_splits_that_cannot_be(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="'make' holds neither dates nor numbers"):
        assigned(cars, mode="time", column="make")
    with pytest.raises(InputError, match="In 2 rows the time 'horsepower' is missing"):
        assigned(cars, mode="time", column="horsepower")
    with pytest.raises(InputError, match="'soon' is no number"):
        assigned(cars, mode="time", column="price", moment="soon")
    with pytest.raises(InputError, match="1 groups cannot be split"):
        assigned(cars.assign(one=1), mode="group", column="one")
    with pytest.raises(ColumnMissingError, match="Did you mean 'price'"):
        assigned(cars, mode="time", column="pricee")
    step = library.get("split_data").model_validate({"mode": "expression", "expression": "price < 0"})
    with pytest.raises(InputError, match="leaves no train rows of 201"):
        apply(step, Inputs({"table": Table(cars)}, {}, {"table": "k"}), CONTEXT, "key")
    for params in ({"mode": "expression"}, {"mode": "time"}, {"mode": "pattern", "column": "make", "pattern": "("}):
        with pytest.raises(ValueError):
            library.get("split_data").model_validate(params)
