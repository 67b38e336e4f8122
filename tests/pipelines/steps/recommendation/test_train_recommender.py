"""The recommender against its published formula, and on the ratings of films."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines.chain import storage
from pipelines.chain.recommender import Recommender
from pipelines.errors import ColumnMissingError, InputError
from pipelines.steps.base import Output
from pipelines.steps.recommendation.train_recommender import TrainRecommender
from tests.pipelines.steps.cases import Case
from tests.pipelines.steps.samples import sample

CASES = [
    Case({"user": "object", "item": "text"}, runs=False),
    Case({"user": "u", "item": "i", "n_factors": 3, "answer": "items", "n_items": 2}, runs=False),
]

BARE = "neither pandas nor scikit-learn recommends"


@pytest.fixture(scope="module")
def ratings() -> pd.DataFrame:
    return sample("movie_ratings")


@pytest.fixture(scope="module")
def trained(ratings: pd.DataFrame) -> Recommender:
    rows = ratings.iloc[:11_000]
    return Recommender("user", "film").fit(rows[["user", "film"]], rows["rating"])


@pytest.fixture
def learned(engine: Any) -> Callable[..., Output]:
    def learn(frame: pd.DataFrame, label: str | None = "rating", **params: Any) -> Output:
        engine.source(frame, label=label)
        step = TrainRecommender.model_validate({"user": "user", "item": "film", **params})
        found: Output = engine.do("train", step, table="source")
        return found

    return learn


def test_no_step_of_one_user_or_item_makes_the_loss_smaller(ratings: pd.DataFrame) -> None:
    """At the end of alternating least squares the gradient of the published loss is zero: factors and biases settle."""
    rows = ratings.iloc[:2000]
    model = Recommender("user", "film", n_factors=2, n_epochs=400, regularization=0.3)
    model.fit(rows[["user", "film"]], rows["rating"])
    u = np.searchsorted(model.users_, rows["user"])
    i = np.searchsorted(model.items_, rows["film"])
    p, q = model.user_factors_, model.item_factors_
    predicted = model.mean_ + model.user_bias_[u] + model.item_bias_[i] + (p[u] * q[i]).sum(axis=1)
    error = rows["rating"].to_numpy() - predicted
    for mine, bias, of, other in ((p, model.user_bias_, u, q[i]), (q, model.item_bias_, i, p[u])):
        count = np.bincount(of, minlength=len(bias))
        slope = np.bincount(of, error, minlength=len(bias)) - 0.3 * count * bias
        assert np.abs(slope).max() < 1e-2
        for k in range(2):
            slope = np.bincount(of, error * other[:, k], minlength=len(bias)) - 0.3 * count * mine[:, k]
            assert np.abs(slope).max() < 1e-2


def test_without_factors_it_is_the_mean_and_two_biases() -> None:
    rows = pd.DataFrame({"user": list("aabbcc"), "film": list("xyxyxy"), "rating": [5, 3, 4, 2, 3, 1]})
    model = Recommender("user", "film", n_factors=0, n_epochs=200, regularization=1e-9).fit(rows, rows["rating"])
    assert model.score(rows)["Scored Labels"].tolist() == pytest.approx(rows["rating"].tolist(), abs=1e-4)


def test_new_ratings_are_told_better_than_by_biases_alone(ratings: pd.DataFrame, trained: Recommender) -> None:
    old, new = ratings.iloc[:11_000], ratings.iloc[11_000:]
    plain = Recommender("user", "film", n_factors=0).fit(old[["user", "film"]], old["rating"])
    errors = [float(np.sqrt(((m.score(new)["Scored Labels"] - new["rating"]) ** 2).mean())) for m in (trained, plain)]
    assert errors[0] < 0.8 < 0.9 < errors[1] < new["rating"].std()


def test_who_is_not_known_is_judged_by_what_is(trained: Recommender) -> None:
    known = trained.items_[3]
    rows = pd.DataFrame({"user": ["nobody", "nobody", None], "film": [known, "no such film", known]})
    found = trained.score(rows)["Scored Labels"].tolist()
    expected = trained.mean_ + trained.item_bias_[3]
    assert found == pytest.approx([expected, trained.mean_, expected])


def test_a_row_alone_is_scored_as_among_others_and_after_storage(
    ratings: pd.DataFrame, trained: Recommender, tmp_path: Any
) -> None:
    rows = ratings.iloc[-300:]
    storage.dump(trained, tmp_path / "model.skops")
    read = storage.load(tmp_path / "model.skops")
    for model in (trained, trained.answering("items", 3, True), read, read.answering("items", 3, False)):
        together = model.score(rows)
        for at in (0, 150, 299):
            pd.testing.assert_frame_equal(model.score(rows.iloc[[at]]), together.iloc[[at]])
    pd.testing.assert_frame_equal(read.score(rows), trained.score(rows))
    assert list(read.empty()) == ["Scored Labels"]


def test_items_are_those_with_the_highest_ratings(ratings: pd.DataFrame, trained: Recommender) -> None:
    user = trained.users_[10]
    films = pd.DataFrame({"user": user, "film": trained.items_})
    worth = trained.score(films)["Scored Labels"].set_axis(trained.items_).sort_values(ascending=False, kind="stable")
    rated = set(ratings.iloc[:11_000].query("user == @user")["film"])
    fresh = worth[[f for f in worth.index if f not in rated]]
    for unrated, expected in ((True, fresh), (False, worth)):
        found = trained.answering("items", 4, unrated).score(pd.DataFrame({"user": [user]})).iloc[0]
        ratings_told = [found[f"Rating {k}"] for k in (1, 2, 3, 4)]
        assert ratings_told == pytest.approx(expected.iloc[:4].tolist())
        assert found["Scored Labels"] == found["Item 1"]
        assert worth[[found[f"Item {k}"] for k in (1, 2, 3, 4)]].tolist() == pytest.approx(ratings_told)
    few = trained.answering("items", 100, True)
    everything = ratings["film"].nunique()
    told = few.score(pd.DataFrame({"user": [user]})).filter(like="Item ").iloc[0].notna().sum()
    assert told == min(100, everything - len(rated))


def test_the_model_takes_user_and_item_alone(learned: Callable[..., Output], ratings: pd.DataFrame) -> None:
    out = learned(ratings, n_factors=2, n_epochs=2)
    assert out.model is not None
    assert out.model.task == "recommendation"
    assert [c.name for c in out.model.contract.columns] == ["user", "film"]
    assert out.report is not None
    assert out.report.tables["model"]["value"][0] == "15000"
    items = learned(ratings, n_epochs=1, answer="items")
    assert [c.name for c in items.model.contract.columns] == ["user"]


@pytest.mark.parametrize(
    ("params", "label", "error", "words"),
    [
        ({}, None, InputError, "no column is the label"),
        ({}, "genre", InputError, "'genre' holds text"),
        ({"item": "user"}, "rating", InputError, "are three columns"),
        ({"item": "movie"}, "rating", ColumnMissingError, "movie"),
    ],
)
def test_what_it_cannot_learn_from_is_told(
    learned: Callable[..., Output],
    ratings: pd.DataFrame,
    params: dict[str, Any],
    label: str | None,
    error: type[Exception],
    words: str,
) -> None:
    with pytest.raises(error, match=words):
        learned(ratings, label, **params)


def test_rows_with_gaps_are_left_out(learned: Callable[..., Output], ratings: pd.DataFrame) -> None:
    holes = ratings.iloc[:100].assign(rating=lambda f: f["rating"].mask(f.index < 10))
    out = learned(holes, n_factors=1)
    assert out.notes == ("10 rows with a gap are left out.",)
    with pytest.raises(InputError, match="No training row"):
        learned(holes.iloc[:10])
