"""Clean Missing Data against pandas and scikit-learn, on real data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import IterativeImputer, KNNImputer, MissingIndicator, SimpleImputer

from pipelines.chain import storage
from pipelines.errors import InputError
from pipelines.execution.apply import fit_link
from pipelines.steps import library
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.many_rows import NUMBERS, WORDS
from tests.pipelines.steps.trial import changed, made, numeric, read

CASES = [
    *(Case({"strategy": s}) for s in ("mean", "median", "most_frequent", "constant", "drop_rows", "drop_columns")),
    Case({"strategy": "constant", "fill_value": "unknown", "columns": {"kind": "text"}}),
    Case({"strategy": "constant", "fill_value": -1.5, "columns": {"kind": "numeric"}}),
    Case({"strategy": "drop_rows", "columns": ["text", "label"]}),
    Case({"strategy": "iterative", "add_indicator": True}),
    Case({"strategy": "knn", "n_neighbors": 3, "max_ratio": 0.5}),
    Case({"strategy": "constant", "fill_values": {"text": "unknown", "datetime": "2026-01-01"}, "add_indicator": True}),
    Case({"strategy": "drop_columns", "min_ratio": 0.5}),
    Case({"strategy": "median", "keep_empty_features": False}),
]


def by_hand(frame: pd.DataFrame, strategy: str, columns: list[str]) -> pd.DataFrame:
    """What SimpleImputer makes of these columns, in their places."""
    filled = SimpleImputer(strategy=strategy).fit_transform(frame[columns])
    return frame.assign(**{c: filled[:, i] for i, c in enumerate(columns)})


BARE = [
    Bare({"strategy": "median", "columns": NUMBERS}, lambda t: by_hand(t, "median", NUMBERS)),
    Bare(
        {"strategy": "most_frequent", "columns": WORDS},
        lambda t: by_hand(t.astype(dict.fromkeys(WORDS, object)), "most_frequent", WORDS),
    ),
    Bare({"strategy": "drop_rows"}, lambda t: t.dropna()),
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


@pytest.mark.parametrize("strategy", ["mean", "iterative", "knn"])
def test_empty_columns_leave_as_simple_imputers_do(cars: pd.DataFrame, strategy: str) -> None:
    names = [*numeric(cars), "nothing"]
    cars = cars.assign(nothing=np.nan, text=pd.array([None] * len(cars), dtype="str"))
    found = made("clean_missing_data", cars, strategy=strategy, keep_empty_features=False)
    kept = SimpleImputer().fit(cars[names]).get_feature_names_out()
    assert list(found) == [c for c in cars if c in kept or (c not in names and c != "text")]


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


def test_numbers_are_predicted_from_each_other_as_by_scikit_learn(cars: pd.DataFrame) -> None:
    names = numeric(cars)
    for strategy, reference in (
        ("iterative", IterativeImputer(random_state=0, max_iter=30)),
        ("knn", KNNImputer(n_neighbors=5)),
    ):
        values = cars[names].to_numpy(dtype=float)
        found = made("clean_missing_data", cars, strategy=strategy, max_iter=30)
        np.testing.assert_allclose(found[names], reference.fit_transform(values), rtol=1e-9)
        known = cars.notna()
        assert found[known].equals(cars[known])
        assert found["num-of-doors"].equals(cars["num-of-doors"].fillna("four"))


@pytest.mark.parametrize("strategy", ["iterative", "knn"])
def test_every_row_alone_is_filled_as_among_others_and_after_storage(
    cars: pd.DataFrame, strategy: str, tmp_path: Path
) -> None:
    link = fit_link(library.get("clean_missing_data").model_validate({"strategy": strategy}), Table(cars))
    storage.dump(link, tmp_path / "link")
    stored = storage.load(tmp_path / "link")
    together = link.transform(cars)
    gaps = cars[cars.isna().any(axis=1)]
    alone = pd.concat([stored.transform(gaps.iloc[[i]]) for i in range(len(gaps))])
    pd.testing.assert_frame_equal(alone, together.loc[gaps.index], check_dtype=False, check_exact=True)


def test_gaps_are_marked_as_by_missing_indicator(cars: pd.DataFrame) -> None:
    found = made("clean_missing_data", cars, strategy="mean", add_indicator=True)
    reference = MissingIndicator().fit(cars)
    names = [f"{cars.columns[i]}_missing" for i in reference.features_]
    assert list(found) == [*cars, *names]
    np.testing.assert_array_equal(found[names], reference.transform(cars))


def test_only_columns_with_a_share_of_gaps_within_limits_are_touched(cars: pd.DataFrame) -> None:
    share = cars.isna().mean()
    assert share["normalized-losses"] > 0.1 > share["bore"] > 0
    found = made("clean_missing_data", cars, strategy="median", max_ratio=0.1)
    assert found["normalized-losses"].equals(cars["normalized-losses"])
    assert found["bore"].notna().all()
    assert "normalized-losses" not in made("clean_missing_data", cars, strategy="drop_columns", min_ratio=0.1)
    assert "bore" in made("clean_missing_data", cars, strategy="drop_columns", min_ratio=0.1)
    found = changed("clean_missing_data", cars, strategy="drop_rows", max_ratio=0.1)
    pd.testing.assert_frame_equal(found, cars.dropna(subset=share[share <= 0.1].index))
    with pytest.raises(ValueError, match="is above the most"):
        library.get("clean_missing_data").model_validate({"min_ratio": 0.5, "max_ratio": 0.1})


def test_a_value_for_each_kind_of_column(cars: pd.DataFrame) -> None:
    found = made("clean_missing_data", cars, strategy="constant", fill_value=-1, fill_values={"text": "unknown"})
    assert (found.loc[cars["bore"].isna(), "bore"] == -1).all()
    assert (found.loc[cars["num-of-doors"].isna(), "num-of-doors"] == "unknown").all()


def test_the_published_number_of_cars_without_gaps(cars: pd.DataFrame) -> None:
    frame = cars.drop(columns="normalized-losses")
    found = changed("clean_missing_data", frame, strategy="drop_rows")
    assert len(found) == 193
    pd.testing.assert_frame_equal(found, frame.dropna())
