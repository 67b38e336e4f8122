"""Partition and Sample against pandas' samples and scikit-learn's folds, and folds that cross-validation honours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GroupKFold, KFold, PredefinedSplit, StratifiedKFold, cross_validate

from pipelines.errors import ColumnMissingError, InputError
from pipelines.execution.cache import ResultStore
from pipelines.schema import Role, schema_of
from pipelines.steps import library
from pipelines.steps.base import Behaviour, Output, Step
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import changed

CASES = [
    Case({}),
    Case({"size": 7, "stratify": "category"}),
    Case({"size": 90, "replace": True}),
    Case({"mode": "head", "rows": 5}),
    Case({"mode": "fold", "deal": "group", "column": "text", "n_folds": 3, "fold": 2, "complement": True}),
    Case({"mode": "folds"}),
    Case({"mode": "folds", "deal": "stratified"}),
    Case({"mode": "folds", "deal": "group", "column": "text", "n_folds": 3}),
    Case({"mode": "folds", "deal": "column", "column": "Int64"}),
    Case({"mode": "folds", "deal": "proportions", "proportions": [0.5, 0.2]}),
]

BARE = [
    Bare({"size": 0.1}, lambda t: (t.sample(frac=0.1, random_state=0).sort_index(),)),
    Bare(
        {"mode": "folds"},
        lambda t: [test for _train, test in KFold(5, shuffle=True, random_state=0).split(t)],
    ),
]


def step(**params: Any) -> Step:
    return library.get("partition_and_sample").model_validate(params)


def dealt(frame: pd.DataFrame, label: str | None = None, **params: Any) -> pd.Series:
    schema = schema_of(frame, {label: Role.LABEL} if label else {})
    return step(mode="folds", **params).assign(frame, schema)


@pytest.mark.parametrize("size", [{"frac": 0.3}, {"n": 100}])
@pytest.mark.parametrize("replace", [False, True])
def test_a_sample_is_that_of_pandas(people: pd.DataFrame, size: dict[str, float], replace: bool) -> None:
    found = changed("partition_and_sample", people, size=next(iter(size.values())), replace=replace, random_state=3)
    expected = people.sample(**size, replace=replace, random_state=3)
    assert sorted(found.index) == sorted(expected.index)
    pd.testing.assert_frame_equal(found, people.loc[sorted(expected.index)])


def test_a_stratified_sample_keeps_the_shares(people: pd.DataFrame) -> None:
    found = changed("partition_and_sample", people, size=0.25, stratify="race", random_state=1)
    expected = people.groupby("race").sample(frac=0.25, random_state=1)
    pd.testing.assert_series_equal(
        found["race"].value_counts().sort_index(), expected["race"].value_counts().sort_index()
    )
    assert found.index.is_monotonic_increasing
    pd.testing.assert_frame_equal(changed("partition_and_sample", people, mode="head", rows=7), people.head(7))


def test_one_fold_or_all_others_are_kept(people: pd.DataFrame) -> None:
    _training, held_out = list(KFold(5, shuffle=True, random_state=0).split(people))[1]
    params = {"mode": "fold", "fold": 2}
    pd.testing.assert_frame_equal(changed("partition_and_sample", people, **params), people.iloc[held_out])
    others = changed("partition_and_sample", people, complement=True, **params)
    pd.testing.assert_frame_equal(others, people.drop(people.index[held_out]))
    with pytest.raises(InputError, match="Fold 9 was asked for, but there are 5"):
        changed("partition_and_sample", people, mode="fold", fold=9)


@pytest.mark.parametrize("shuffle", [False, True])
def test_folds_are_those_of_scikit_learn(people: pd.DataFrame, shuffle: bool) -> None:
    options = {"shuffle": shuffle, "random_state": 4 if shuffle else None}
    schools = pd.factorize(people["education"])[0]
    for deal, column, pairs in [
        ("rows", "", KFold(4, **options).split(people)),
        ("stratified", "", StratifiedKFold(4, **options).split(people, people["income"])),
        ("stratified", "race", StratifiedKFold(4, **options).split(people, people["race"])),
        ("group", "education", GroupKFold(4, **options).split(people, groups=schools)),
    ]:
        folds = dealt(people, "income", deal=deal, column=column, n_folds=4, shuffle=shuffle, random_state=4)
        held = [set(np.flatnonzero(folds == n)) for n in range(1, 5)]
        assert held == [set(test) for _, test in pairs]


def test_proportions_and_columns(people: pd.DataFrame) -> None:
    folds = dealt(people, deal="proportions", proportions=[0.5, 0.3])
    assert folds.value_counts().to_dict() == {1: 2000, 2: 1200, 3: 800}
    by = dealt(people, deal="column", column="workclass")
    assert (by == 0).equals(people["workclass"].isna())
    assert by.groupby(people["workclass"]).nunique().max() == 1


def test_cross_validation_uses_the_folds(engine, cars: pd.DataFrame) -> None:
    rows = cars[["engine-size", "curb-weight", "horsepower", "make", "price"]].dropna().reset_index(drop=True)
    rows["fold"] = np.arange(len(rows)) % 3
    engine.source(rows[["engine-size", "curb-weight", "horsepower", "fold", "price"]], "price", fold=Role.ID)
    engine.do("folds", step(mode="folds", deal="column", column="fold"))
    validate = library.get("cross_validate_model").model_validate({"algorithm": {"type": "linear_regression"}})
    found = engine.do("validate", validate)
    X = rows[["engine-size", "curb-weight", "horsepower"]]
    own = cross_validate(LinearRegression(), X, rows["price"], cv=PredefinedSplit(rows["fold"]), scoring="r2")
    assert found.report.tables["folds"]["r2"] == pytest.approx(list(own["test_score"]))
    assert (found.table.frame["Fold"] == rows["fold"] + 1).all()
    assert "The 3 folds that a step before dealt are used." in found.notes


def test_no_group_is_trained_and_tested_at_once(engine, cars: pd.DataFrame) -> None:
    engine.source(cars, "price")
    engine.do("split", library.get("split_data").model_validate({"train_fraction": 0.8}))
    engine.do("folds", step(mode="folds", deal="group", column="make", n_folds=4))
    engine.do("clean", library.get("clean_missing_data").model_validate({}))
    engine.do("drop", library.get("filter_rows").model_validate({"expression": "price > 6000"}))
    validate = library.get("cross_validate_model").model_validate({"algorithm": {"type": "ridge"}})
    found = engine.do("validate", validate).table.frame
    assert found.groupby("make")["Fold"].nunique().max() == 1
    assert len(found) == 160


def test_folds_dealt_after_rows_changed_are_refused(engine, cars: pd.DataFrame) -> None:
    engine.source(cars, "price")
    engine.do("clean", library.get("clean_missing_data").model_validate({}))
    engine.do("drop", library.get("filter_rows").model_validate({"expression": "price > 6000"}))
    engine.do("folds", step(mode="folds"))
    validate = library.get("cross_validate_model").model_validate({"algorithm": {"type": "ridge"}})
    with pytest.raises(InputError, match="dealt after Filter Rows"):
        engine.do("validate", validate)


def test_folds_are_kept_with_the_table(tmp_path, people: pd.DataFrame) -> None:
    folds = dealt(people, deal="rows")
    store = ResultStore(tmp_path)
    store.put("key", Output(table=Table(people, folds=folds)))
    store.forget()
    pd.testing.assert_series_equal(store.table("key").folds, folds, check_names=False)


def test_what_cannot_be_dealt_or_sampled(people: pd.DataFrame) -> None:
    assert step().acts_as is Behaviour.ROW_CHANGING
    assert step(mode="folds").acts_as is Behaviour.FOLDS
    with pytest.raises(InputError, match="sample of 5000 rows was asked for, but there are 4000"):
        changed("partition_and_sample", people, size=5000)
    with pytest.raises(InputError, match="no label to stratify by"):
        dealt(people, deal="stratified")
    with pytest.raises(InputError, match="2 groups for 5 folds"):
        dealt(people, deal="group", column="sex")
    with pytest.raises(InputError, match="make 69 folds"):
        dealt(people, deal="column", column="age")
    with pytest.raises(ColumnMissingError, match="Did you mean 'race'"):
        dealt(people, deal="group", column="rase")
    for params in (
        {"size": 2.5},
        {"mode": "folds", "deal": "group"},
        {"mode": "folds", "deal": "proportions", "proportions": [0.8, 0.4]},
        {"mode": "folds", "deal": "proportions", "proportions": [1.0]},
    ):
        with pytest.raises(ValueError):
            step(**params)
