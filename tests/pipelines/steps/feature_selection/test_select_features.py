"""Feature selection against SelectKBest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_selection import (
    SelectKBest,
    chi2,
    f_classif,
    f_regression,
    mutual_info_classif,
    mutual_info_regression,
)

import pipelines.samples
from pipelines.errors import InputError
from pipelines.execution.apply import fit_link
from pipelines.schema import Role
from pipelines.steps.feature_selection.select_features import SelectFeatures
from pipelines.table import Table
from tests.pipelines.steps.cases import Case

CASES = [
    Case({"score": "f", "k": 1, "columns": ["x", "y", "int-number"]}),
    Case({"score": "mutual_info", "k": 2, "columns": ["x", "y", "bool"]}),
    Case({"score": "chi2", "k": 99, "columns": ["x", "y"]}),
]

SAMPLES = Path(pipelines.samples.__file__).parent / "datasets"


@pytest.fixture(scope="module")
def wine() -> pd.DataFrame:
    return pd.read_csv(SAMPLES / "wine_quality.csv").iloc[::10]


def kept(frame: pd.DataFrame, label: str | None, **params: Any) -> list[str]:
    table = Table(frame, {label: Role.LABEL} if label else {})
    return list(fit_link(SelectFeatures.model_validate(params), table).transform(frame))


def seeded(function: Any, **options: Any) -> Any:
    return lambda X, y: function(X, y, random_state=0, **options)


@pytest.mark.parametrize(
    ("label", "score", "reference"),
    [
        ("colour", "f", f_classif),
        ("colour", "chi2", chi2),
        ("colour", "mutual_info", seeded(mutual_info_classif)),
        ("alcohol", "f", f_regression),
        ("alcohol", "mutual_info", seeded(mutual_info_regression)),
        ("quality", "f", f_classif),
    ],
)
@pytest.mark.parametrize("k", [1, 4, 50])
def test_the_columns_are_those_of_select_k_best(
    wine: pd.DataFrame, label: str, score: str, reference: Any, k: int
) -> None:
    features = wine.drop(columns=[label, "colour"], errors="ignore")
    best = SelectKBest(reference, k=min(k, features.shape[1])).fit(features, wine[label])
    expected = {*best.get_feature_names_out(), label, "colour"}
    assert kept(wine, label, score=score, k=k) == [c for c in wine if c in expected]


def test_text_is_scored_by_category_number_only_where_it_is_named(wine: pd.DataFrame) -> None:
    frame = wine.assign(noise=np.random.default_rng(0).random(len(wine)))
    assert "colour" in kept(frame, "alcohol", k=1, columns=["noise"])
    found = kept(frame, "density", k=1, columns=["noise", "colour"])
    assert "colour" in found
    assert "noise" not in found


def test_a_constant_column_comes_last(wine: pd.DataFrame) -> None:
    assert "same" not in kept(wine.assign(same=1.0), "colour", k=12)


def test_rows_without_a_label_are_passed_by(wine: pd.DataFrame) -> None:
    assert kept(wine.assign(colour=wine["colour"].mask(wine.index % 20 == 0)), "colour", k=3) == kept(
        wine[wine.index % 20 != 0], "colour", k=3
    )


@pytest.mark.parametrize(
    ("change", "label", "params", "words"),
    [
        ({}, None, {}, "there is none"),
        ({"pH": np.nan}, "colour", {}, "'pH' has missing values"),
        ({"pH": np.inf}, "colour", {}, "'pH' has an infinite number"),
        ({"pH": -1.0}, "colour", {"score": "chi2"}, "'pH' has values below 0"),
        ({}, "alcohol", {"score": "chi2"}, "chi2 compares classes"),
        ({}, "colour", {"columns": ["colour"]}, "'colour' is the label"),
        ({"colour": None}, "colour", {}, "missing in every training row"),
    ],
)
def test_what_cannot_be_scored_is_told(
    wine: pd.DataFrame, change: dict[str, Any], label: str | None, params: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        kept(wine.assign(**change), label, **params)
