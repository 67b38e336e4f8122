"""Selection by a model against scikit-learn on the wines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_selection import RFE, RFECV, SelectFromModel
from sklearn.linear_model import Ridge
from sklearn.tree import DecisionTreeClassifier

from pipelines.errors import InputError
from pipelines.execution.apply import fit_link
from pipelines.schema import Role
from pipelines.steps.feature_selection.select_by_model import SelectByModel
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.many_rows import NUMBERS
from tests.pipelines.steps.samples import sample

TREE = {"type": "decision_tree_classifier", "random_state": 0}
CASES = [
    Case({"algorithm": TREE, "columns": ["x", "y", "int-number"]}),
    Case({"algorithm": TREE, "method": "recursive", "k": 2, "columns": ["x", "y", "int-number"]}),
    Case({"algorithm": TREE, "method": "recursive_cv", "cv": 3, "columns": ["x", "y"]}),
]


def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
    chosen = SelectFromModel(DecisionTreeClassifier(random_state=0)).fit(frame[NUMBERS], frame["income"]).get_support()
    return frame.drop(columns=[c for c, keep in zip(NUMBERS, chosen, strict=True) if not keep])


BARE = [
    Bare(
        {"algorithm": {"type": "decision_tree_classifier"}, "columns": NUMBERS}, lambda t: (by_hand(t),), rows=100_000
    ),
]


@pytest.fixture(scope="module")
def wine() -> pd.DataFrame:
    return sample("wine_quality").iloc[::20]


def kept(frame: pd.DataFrame, label: str, **params: Any) -> list[str]:
    table = Table(frame, {label: Role.LABEL})
    return list(fit_link(SelectByModel.model_validate(params), table).transform(frame))


@pytest.mark.parametrize(
    ("params", "reference"),
    [
        ({}, SelectFromModel(Ridge(), threshold="mean")),
        ({"threshold": "median"}, SelectFromModel(Ridge(), threshold="median")),
        ({"method": "recursive", "k": 4, "step": 2}, RFE(Ridge(), n_features_to_select=4, step=2)),
        ({"method": "recursive_cv"}, RFECV(Ridge(), cv=5)),
    ],
)
def test_the_columns_are_those_of_scikit_learn(wine: pd.DataFrame, params: dict[str, Any], reference: Any) -> None:
    features = wine.drop(columns=["alcohol", "colour"])
    expected = {*reference.fit(features, wine["alcohol"]).get_feature_names_out(), "alcohol", "colour"}
    assert kept(wine, "alcohol", algorithm={"type": "ridge"}, **params) == [c for c in wine if c in expected]


def test_classes_are_told_apart_by_importances(wine: pd.DataFrame) -> None:
    features = wine.drop(columns="colour")
    tree = DecisionTreeClassifier(random_state=0)
    chosen = SelectFromModel(tree).fit(features, wine["colour"])
    step = SelectByModel.model_validate({"algorithm": TREE})
    link = fit_link(step, Table(wine, {"colour": Role.LABEL}))
    assert [c for c in features if c not in link.dropped_] == list(chosen.get_feature_names_out())
    report = step.report(link)
    assert sum(report.tables["scores"]["score"]) == pytest.approx(1)
    assert report.bars[0].value_label == "importance"


@pytest.mark.parametrize(
    ("change", "params", "words"),
    [
        ({"pH": np.nan}, {"algorithm": {"type": "logistic_regression"}}, "'pH' has missing values"),
        ({}, {"algorithm": {"type": "ridge"}}, "predicts a number"),
        ({}, {"algorithm": {"type": "k_means"}}, "learns no label"),
        (
            {},
            {"algorithm": {"type": "boosted_trees_classifier"}, "method": "recursive"},
            "cannot choose features",
        ),
    ],
)
def test_what_cannot_choose_is_told(
    wine: pd.DataFrame, change: dict[str, Any], params: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        kept(wine.assign(**change), "colour", **params)
