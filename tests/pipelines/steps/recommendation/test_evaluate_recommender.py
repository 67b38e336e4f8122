"""The measures of a recommender against scikit-learn's, on the films' test rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from pipelines.chain.chain import Chain
from pipelines.errors import InputError
from pipelines.schema import Role
from pipelines.steps.base import Inputs
from pipelines.steps.recommendation.evaluate_recommender import EvaluateRecommender
from pipelines.steps.recommendation.score_recommender import ScoreRecommender
from pipelines.table import Scored, Table
from tests.pipelines.steps.cases import Case
from tests.pipelines.steps.trial import CONTEXT

CASES = [
    Case({"user": "u", "item": "i"}, runs=False),
    Case({"user": "u", "item": "i", "k": 3, "relevant": 4.0}, runs=False),
]

BARE = "neither pandas nor scikit-learn recommends"


@pytest.fixture
def scored(engine: Any, model: Chain) -> Callable[..., Table]:
    def score(**params: Any) -> Table:
        found: Table = engine.do("score", ScoreRecommender.model_validate(params), table="split").table
        return found

    return score


def measured(table: Table, ratings: Table | None = None, **params: Any) -> dict[str, float]:
    step = EvaluateRecommender.model_validate({"user": "user", "item": "film", **params})
    tables = {"table": table} | ({"ratings": ratings} if ratings else {})
    report = step.run(Inputs(tables), CONTEXT).report
    assert report is not None
    return report.metrics


def test_errors_and_order_are_those_of_scikit_learn(rated: Table, scored: Callable[..., Table]) -> None:
    table = scored()
    frame, found = table.frame, measured(table, k=3, relevant=4.0)
    assert found["mean_absolute_error"] == pytest.approx(
        metrics.mean_absolute_error(frame["rating"], frame["Scored Labels"])
    )
    assert found["root_mean_squared_error"] == pytest.approx(
        metrics.root_mean_squared_error(frame["rating"], frame["Scored Labels"])
    )
    ndcg, precision = [], []
    for _, mine in frame.groupby("user"):
        if len(mine) < 2:
            continue
        ndcg.append(metrics.ndcg_score([mine["rating"]], [mine["Scored Labels"]], k=3, ignore_ties=True))
        best = mine.nlargest(3, "Scored Labels")
        precision.append((best["rating"] >= 4).mean())
    good = [m for _, m in frame.groupby("user") if len(m) > 1 and (m["rating"] >= 4).any()]
    recall = [(m.nlargest(3, "Scored Labels")["rating"] >= 4).sum() / (m["rating"] >= 4).sum() for m in good]
    assert found["ndcg_at_3"] == pytest.approx(np.mean(ndcg), abs=1e-3)
    assert found["precision_at_3"] == pytest.approx(np.mean(precision), abs=1e-3)
    assert found["recall_at_3"] == pytest.approx(np.mean(recall), abs=1e-3)
    assert found["users_measured"] == len(ndcg)


def test_a_small_case_by_hand() -> None:
    ratings = Table(
        pd.DataFrame({"user": ["a", "a", "a", "b"], "film": ["x", "y", "z", "x"], "rating": [5.0, 1.0, 4.0, 2.0]}),
        {"rating": Role.LABEL},
    )
    lists = pd.DataFrame({"user": ["a", "b"], "Item 1": ["y", "x"], "Item 2": ["x", "q"], "Item 3": ["w", None]})
    table = Table(lists, scored=Scored("recommendation", "rating"))
    found = measured(table, ratings, k=2, relevant=4.0)
    ideal = 5 + 4 / np.log2(3)
    assert found == pytest.approx(
        {"ndcg_at_2": (1 + 5 / np.log2(3)) / ideal, "precision_at_2": 0.5, "recall_at_2": 0.5, "users_measured": 1}
    )


def test_lists_of_what_was_rated_do_better_than_new_ones(rated: Table, scored: Callable[..., Table]) -> None:
    new, old = (measured(scored(kind="items", choose_from=source), rated) for source in ("unrated", "rated"))
    assert old["ndcg_at_5"] > 0.9 > new["ndcg_at_5"] > 0
    by_rating = measured(scored())
    assert {k: by_rating[k] for k in old} == pytest.approx(old, abs=1e-3)


def test_what_cannot_be_measured_is_told(rated: Table, scored: Callable[..., Table]) -> None:
    lists = scored(kind="items")
    with pytest.raises(InputError, match="second input has none"):
        measured(lists)
    with pytest.raises(InputError, match="no predictions"):
        measured(rated)
    one = scored()
    with pytest.raises(InputError, match="No user has 2 rated items"):
        measured(replace(one, frame=one.frame.iloc[:1], partition=one.partition.iloc[:1]))
