"""Row-wise and fitted steps against pandas and scikit-learn, on real data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import (
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
)

import pipelines.samples
from pipelines.chain.chain import needed_links
from pipelines.errors import ColumnMissingError, InputError
from pipelines.execution.apply import fit_link, pass_through
from pipelines.schema import Role
from pipelines.steps import library
from pipelines.steps.transformation.group_into_bins import names_of
from pipelines.table import Table

SAMPLES = Path(pipelines.samples.__file__).parent / "datasets"


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(SAMPLES / f"{name}.csv", na_values="?")


@pytest.fixture(scope="module")
def cars() -> pd.DataFrame:
    return read("automobile_price")


def made(step_type: str, frame: pd.DataFrame, label: str | None = None, /, **params: Any) -> pd.DataFrame:
    return done(step_type, frame, label, **params).frame


def done(step_type: str, frame: pd.DataFrame, label: str | None = None, /, **params: Any) -> Table:
    step = library.get(step_type).model_validate(params)
    table = Table(frame, {label: Role.LABEL} if label else {})
    return pass_through(step, fit_link(step, table), table)


def numeric(frame: pd.DataFrame) -> list[str]:
    return list(frame.select_dtypes("number").columns)


# select_columns, set_label


def test_the_short_form_of_the_published_example(cars: pd.DataFrame) -> None:
    step = library.get("select_columns").model_validate({"exclude": ["normalized-losses"]})
    assert step.model_dump(mode="json") == {"columns": {"kind": "all", "exclude": ["normalized-losses"]}}
    assert list(made("select_columns", cars, exclude=["normalized-losses"])) == [
        c for c in cars if c != "normalized-losses"
    ]


def test_the_label_stays_unless_it_is_excluded(cars: pd.DataFrame) -> None:
    assert list(made("select_columns", cars, "price", columns=["width", "bore"])) == ["width", "bore", "price"]
    kept = done("select_columns", cars, "price", columns={"kind": "text"})
    assert "price" in kept.frame
    assert kept.roles == {"price": Role.LABEL}
    assert "price" not in made("select_columns", cars, "price", exclude=["price"])


def test_a_choice_made_in_training_does_not_hang_on_later_types(cars: pd.DataFrame) -> None:
    step = library.get("select_columns").model_validate({"kind": "numeric"})
    link = fit_link(step, Table(cars))
    assert list(link.transform(cars.astype({"bore": str}))) == list(link.transform(cars))


@pytest.mark.parametrize(
    "params", [{"columns": ["a"], "exclude": ["b"]}, {"pattern": "("}, {"kind": "numbers"}, {"exlude": ["a"]}]
)
def test_a_rule_that_makes_no_sense_is_refused(params: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        library.get("select_columns").model_validate(params)


def test_no_column_left_and_unknown_columns(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="No column is left"):
        made("select_columns", cars, kind="datetime")
    with pytest.raises(ColumnMissingError, match="normalized-losses"):
        made("select_columns", cars, exclude=["normalised-losses"])


def test_set_label_gives_roles_and_is_no_part_of_a_served_model(cars: pd.DataFrame) -> None:
    table = done("set_label", cars, "make", column="price", ids=["symboling"], weight="width")
    assert table.roles == {"price": Role.LABEL, "symboling": Role.ID, "width": Role.WEIGHT}
    assert done("set_label", cars, "make", column="price").roles == {"price": Role.LABEL}
    steps = (("select_columns", {"exclude": ["bore"]}), ("set_label", {"column": "price"}))
    links = [(name, fit_link(library.get(name).model_validate(params), Table(cars))) for name, params in steps]
    kept, needed, seen = needed_links(links, ["width"])
    assert kept == []
    assert needed == seen == {"width"}


def test_a_column_has_one_role_and_weights_are_numbers(cars: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="more than one role"):
        library.get("set_label").model_validate({"column": "price", "ids": ["price"]})
    with pytest.raises(InputError, match="not numbers"):
        made("set_label", cars, column="price", weight="make")
    with pytest.raises(ColumnMissingError, match="Did you mean 'price'"):
        made("set_label", cars, column="prize")


# edit_metadata


def test_casts_follow_pandas(cars: pd.DataFrame) -> None:
    assert made("edit_metadata", cars, columns=["price"], type="float")["price"].dtype == np.float64
    whole = made("edit_metadata", cars, columns=["horsepower"], type="integer")["horsepower"]
    pd.testing.assert_series_equal(whole, cars["horsepower"].astype("Int64"))
    text = made("edit_metadata", cars, columns=["symboling"], type="text")["symboling"]
    pd.testing.assert_series_equal(text, cars["symboling"].astype("str"))
    category = made("edit_metadata", cars, columns=["make"], type="category")["make"]
    pd.testing.assert_series_equal(category, cars["make"].astype("category"))
    dates = pd.DataFrame({"d": pd.array(["03.02.2026", None], dtype="str")})
    found = made("edit_metadata", dates, columns=["d"], type="datetime", format="%d.%m.%Y")["d"]
    pd.testing.assert_series_equal(found, pd.to_datetime(dates["d"], format="%d.%m.%Y").astype("datetime64[us]"))


@pytest.mark.parametrize(
    ("values", "params", "words"),
    [
        (["1", "x"], {"type": "integer"}, "Row 2, column 'c': found 'x', expected a number"),
        ([1.0, 2.5], {"type": "integer"}, "Row 2, column 'c': found '2.5', expected a whole number"),
        ([1.0, np.inf], {"type": "integer"}, "Row 2, column 'c': found 'inf'"),
        (["yes", "maybe"], {"type": "boolean"}, "Row 2, column 'c': found 'maybe', expected true or false"),
        (["2026-01-31", "2026-02-30"], {"type": "datetime"}, "Row 2, column 'c'"),
        (["31.01.2026", "x"], {"type": "datetime", "format": "%d.%m.%Y"}, "Row 2, column 'c': found 'x'"),
        (["a", "b"], {"new_names": ["d"]}, "would be called 'd'"),
        (["a", "b"], {"columns": {"pattern": "."}, "new_names": ["e"]}, "There are 2 columns but 1 new names"),
        (["a", "b"], {"columns": ["c", "d"], "role": "label"}, "cannot all be the label"),
    ],
)
def test_a_value_that_cannot_be_cast_is_named(values: list[Any], params: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        made("edit_metadata", pd.DataFrame({"c": values, "d": 1}), **{"columns": ["c"], **params})


def test_a_renamed_column_keeps_its_role(cars: pd.DataFrame) -> None:
    table = done("edit_metadata", cars, "price", columns=["price", "make"], new_names=["cost", "brand"])
    assert table.roles == {"cost": Role.LABEL}
    assert "brand" in table.frame
    table = done("edit_metadata", cars, "price", columns=["bore"], role="label")
    assert table.roles == {"bore": Role.LABEL}
    assert done("edit_metadata", cars, "price", columns=["price"], role="feature").roles == {}


# clean_missing_data


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


# normalize_data


@pytest.mark.parametrize(
    ("method", "scaler"),
    [("zscore", StandardScaler()), ("minmax", MinMaxScaler()), ("robust", RobustScaler()), ("maxabs", MaxAbsScaler())],
)
def test_scales_are_those_of_scikit_learn_to_the_last_bit(cars: pd.DataFrame, method: str, scaler: Any) -> None:
    names = numeric(cars)
    values = np.ascontiguousarray(cars[names].to_numpy(dtype=np.float64))
    found = made("normalize_data", cars, method=method)
    np.testing.assert_array_equal(found[names].to_numpy(), scaler.fit(values).transform(values))
    assert found.drop(columns=names).equals(cars.drop(columns=names))


def test_scaling_text_or_infinity_says_which_column(cars: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="'make' holds text"):
        made("normalize_data", cars, columns=["make"])
    with pytest.raises(InputError, match="'bore' holds an infinite number"):
        made("normalize_data", cars.assign(bore=np.inf))


# encode_categories


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


# group_into_bins


@pytest.mark.parametrize("strategy", ["quantile", "uniform", "kmeans"])
def test_bins_are_those_of_scikit_learn(cars: pd.DataFrame, strategy: str) -> None:
    names = ["price", "engine-size", "width"]
    reference = KBinsDiscretizer(4, encode="ordinal", strategy=strategy, subsample=None, random_state=0)
    expected = reference.fit_transform(cars[names].astype(float))
    np.testing.assert_array_equal(
        made("group_into_bins", cars, strategy=strategy, n_bins=4, columns=names)[names], expected
    )


def test_edges_of_ones_own_are_those_of_pandas_cut(cars: pd.DataFrame) -> None:
    found = made("group_into_bins", cars, columns=["bore"], edges=[3.0, 3.5])["bore"]
    expected = pd.cut(cars["bore"], [-np.inf, 3.0, 3.5, np.inf], right=False, labels=False)
    pd.testing.assert_series_equal(found, expected, check_dtype=False)
    assert found.isna().equals(cars["bore"].isna())
    labels = made("group_into_bins", cars, columns=["bore"], edges=[3.0, 3.5], encode="label")["bore"]
    assert set(labels.dropna()) == {"below 3", "3 to 3.5", "3.5 or more"}


def test_the_names_of_bins_tell_them_apart() -> None:
    assert names_of([]) == ["all"]
    assert names_of([1.00001, 1.00002]) == ["below 1.00001", "1.00001 to 1.00002", "1.00002 or more"]


def test_edges_that_fall_are_refused() -> None:
    with pytest.raises(ValueError, match="must rise"):
        library.get("group_into_bins").model_validate({"edges": [2, 1]})
