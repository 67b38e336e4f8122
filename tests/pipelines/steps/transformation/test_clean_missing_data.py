"""Clean Missing Data against pandas and scikit-learn, on real data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer

from pipelines.errors import InputError
from pipelines.execution.apply import fit_link
from pipelines.steps import library
from pipelines.table import Table
from tests.pipelines.steps.cases import Case
from tests.pipelines.steps.trial import changed, made, numeric, read

CASES = [
    *(Case({"strategy": s}) for s in ("mean", "median", "most_frequent", "constant", "drop_rows", "drop_columns")),
    Case({"strategy": "constant", "fill_value": "unknown", "columns": {"kind": "text"}}),
    Case({"strategy": "constant", "fill_value": -1.5, "columns": {"kind": "numeric"}}),
    Case({"strategy": "drop_rows", "columns": ["text", "label"]}),
]


@pytest.mark.parametrize("strategy", ["mean", "median", "most_frequent"])
def test_numbers_are_filled_as_by_simple_imputer(cars: pd.DataFrame, strategy: str) -> None:
    names = numeric(cars)
    cars = cars.assign(nothing=np.nan)
    reference = SimpleImputer(strategy=strategy, keep_empty_features=True).fit(cars[[*names, "nothing"]])
    found = made("clean_missing_data", cars, strategy=strategy)
    np.testing.assert_allclose(found[[*names, "nothing"]], reference.transform(cars[[*names, "nothing"]]), rtol=1e-12)
    assert [found[n].dtype for n in names] == [cars[n].dtype for n in names]
    assert found["num-of-doors"].equals(cars["num-of-doors"].fillna(cars["num-of-doors"].mode()[0]))


def test_text_is_filled_as_by_simple_imputer() -> None:
    people = read("adult_income_test").head(3000)
    names = ["workclass", "occupation", "native-country"]
    reference = SimpleImputer(strategy="most_frequent").fit_transform(people[names].astype(object))
    assert (made("clean_missing_data", people, strategy="most_frequent")[names].to_numpy() == reference).all()


def test_whole_numbers_stay_whole() -> None:
    frame = pd.DataFrame({"n": pd.array([1, 3, None], dtype="Int64"), "m": pd.array([1, 2, None], dtype="Int64")})
    found = made("clean_missing_data", frame, strategy="mean")
    assert found["n"].tolist() == [1, 3, 2]
    assert str(found["n"].dtype) == "Int64"
    assert found["m"].tolist() == [1.0, 2.0, 1.5]


def test_constant_and_what_it_does_not_fit(cars: pd.DataFrame) -> None:
    found = made("clean_missing_data", cars, strategy="constant", fill_value="unknown", columns={"kind": "text"})
    assert (found.loc[cars["num-of-doors"].isna(), "num-of-doors"] == "unknown").all()
    found = made("clean_missing_data", cars, strategy="constant", fill_value="7", columns=["bore"])
    assert (found.loc[cars["bore"].isna(), "bore"] == 7.0).all()
    found = made("clean_missing_data", cars, strategy="constant")
    assert (found.loc[cars["bore"].isna(), "bore"] == 0.0).all()
    assert (found.loc[cars["num-of-doors"].isna(), "num-of-doors"] == "missing").all()
    with pytest.raises(InputError, match="holds whole numbers, so it cannot be filled with 'unknown'"):
        made("clean_missing_data", cars, strategy="constant", fill_value="unknown")


def test_a_mean_of_text_is_refused_where_it_is_named(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="The mean takes numbers, but column 'make' holds text"):
        made("clean_missing_data", cars, strategy="mean", columns=["bore", "make"])


def test_drop_columns_remembers_what_training_had(cars: pd.DataFrame) -> None:
    step = library.get("clean_missing_data").model_validate({"strategy": "drop_columns"})
    link = fit_link(step, Table(cars))
    full = cars.dropna(axis=1)
    assert list(link.transform(cars)) == list(full)
    assert list(link.transform(cars.dropna())) == list(full)


def test_the_published_number_of_cars_without_gaps(cars: pd.DataFrame) -> None:
    frame = cars.drop(columns="normalized-losses")
    found = changed("clean_missing_data", frame, strategy="drop_rows")
    assert len(found) == 193
    pd.testing.assert_frame_equal(found, frame.dropna())
