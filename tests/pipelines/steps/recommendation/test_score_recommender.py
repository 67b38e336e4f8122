"""Ratings and lists of items for the films' test rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from pipelines.chain.chain import Chain
from pipelines.errors import InputError
from pipelines.schema import Role
from pipelines.steps.base import Inputs
from pipelines.steps.recommendation.score_recommender import ScoreRecommender
from pipelines.steps.training.train_model import TrainModel
from pipelines.table import Table
from tests.pipelines.steps.cases import Case
from tests.pipelines.steps.trial import CONTEXT

CASES = [
    Case({}, runs=False),
    Case({"kind": "items", "choose_from": "rated", "n_items": 3, "with_ratings": False}, runs=False),
]

BARE = "neither pandas nor scikit-learn recommends"


@pytest.fixture
def scored(engine: Any, model: Chain) -> Callable[..., Table]:
    def score(**params: Any) -> Table:
        found: Table = engine.do("score", ScoreRecommender.model_validate(params), table="split").table
        return found

    return score


def test_ratings_stand_beside_the_rows(rated: Table, model: Chain, scored: Callable[..., Table]) -> None:
    found = scored()
    assert len(found.frame) == 3750
    expected = model.predictor.score(found.frame[["user", "film"]])
    pd.testing.assert_series_equal(found.frame["Scored Labels"], expected["Scored Labels"])
    assert found.scored is not None
    assert (found.scored.task, found.scored.label) == ("recommendation", "rating")


@pytest.mark.parametrize("source", ["unrated", "all", "rated"])
def test_lists_choose_from_what_is_asked_for(
    rated: Table, model: Chain, scored: Callable[..., Table], source: str
) -> None:
    found = scored(kind="items", choose_from=source, n_items=3).frame
    assert list(found) == ["user", "Item 1", "Rating 1", "Item 2", "Rating 2", "Item 3", "Rating 3"]
    assert found["user"].is_unique
    assert set(found["user"]) == set(rated.rows("test")["user"])
    pairs = {
        part: set(zip(f["user"], f["film"], strict=True)) for part in ("train", "test") for f in [rated.rows(part)]
    }
    listed = {(u, i) for k in (1, 2, 3) for u, i in zip(found["user"], found[f"Item {k}"], strict=True) if pd.notna(i)}
    assert (found["Rating 1"] >= found["Rating 3"].fillna(0)).all()
    if source == "unrated":
        assert not listed & pairs["train"]
    elif source == "rated":
        assert listed <= pairs["test"]
    else:
        assert listed & pairs["train"]
    best = model.predictor.score(found.rename(columns={"Item 1": "film"}))["Scored Labels"]
    pd.testing.assert_series_equal(found["Rating 1"], best, check_names=False)


def test_lists_can_go_without_ratings(rated: Table, model: Chain, scored: Callable[..., Table]) -> None:
    found = scored(kind="items", with_ratings=False, n_items=2)
    assert list(found.frame) == ["user", "Item 1", "Item 2"]
    assert found.roles["user"] is Role.ID


def test_users_with_few_items_are_left_out(rated: Table, scored: Callable[..., Table]) -> None:
    found = scored(kind="items", choose_from="rated", min_items=6).frame
    counts = rated.rows("test").drop_duplicates(["user", "film"])["user"].value_counts()
    assert set(found["user"]) == set(counts[counts >= 6].index)
    assert 0 < len(found) < len(counts)


def test_what_cannot_be_recommended_is_told(engine: Any, rated: Table, model: Chain) -> None:
    items = ScoreRecommender(kind="items")
    with pytest.raises(InputError, match="no users"):
        items.run(Inputs({"table": replace(rated, frame=rated.frame.assign(user=None))}, {"model": model}), CONTEXT)
    price = {"type": "ridge"}
    engine.do("ridge", TrainModel.model_validate({"algorithm": price}), table="split")
    with pytest.raises(InputError, match="predicts no ratings"):
        engine.do("wrong", items, table="split", model="ridge")
