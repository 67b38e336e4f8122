"""Evaluate Recommender."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import numpy as np
import pandas as pd
from pydantic import Field

from pipelines.chain.conform import as_text
from pipelines.chain.predictor import LABELS
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnName, Form
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Port, Report, Step
from pipelines.steps.evaluation.assess import assess
from pipelines.table import TEST, TRAIN, Table

FEWEST = 2


class EvaluateRecommender(Step):
    """Measure predicted ratings and the order they put items in, or lists of recommended items.

    Ratings (rows of user, item, rating and Scored Labels): errors as Evaluate Model tells them, and for each user with
    two rated items or more, how well these are put in order. Lists (Item 1, Item 2 ...): the same for the items listed,
    by the ratings at the second input; an item without a rating there is worth nothing. NDCG is that of
    sklearn.metrics.ndcg_score, with the rating as gain; precision and recall count items rated at least ``relevant``.
    """

    type: ClassVar[str] = "evaluate_recommender"
    title: ClassVar[str] = "Evaluate Recommender"
    category: ClassVar[str] = "Recommendation"
    behaviour: ClassVar[Behaviour] = Behaviour.EVALUATE
    inputs: ClassVar[tuple[Port, ...]] = (Port("table"), Port("ratings", optional=True))
    outputs: ClassVar[tuple[Port, ...]] = (Port("table"),)
    synonyms: ClassVar[tuple[str, ...]] = ("NDCG", "precision at k", "recall at k", "RMSE", "ranking")
    known_as: ClassVar[tuple[str, ...]] = ("Evaluate Recommender",)
    equivalent: ClassVar[str] = "sklearn.metrics.ndcg_score([ratings_of_a_user], [scores_of_a_user], k=5)"

    example: ClassVar[Example | None] = Example(
        params={"user": "user", "item": "film", "k": 2},
        table="user,film,rating\na,Heat,5\na,Up,3\na,Big,4\nb,Heat,4\nb,Up,2\nb,Jaws,4\nc,Heat,5\nc,Big,4\nd,Up,1\nd,Big,3\n",
        label="rating",
        before=(
            ("train_recommender", {"user": "user", "item": "film", "n_factors": 1}),
            ("score_recommender", {}),
        ),
    )

    user: ColumnName = Field(title="User column", description="The column that says who rated.")
    item: Annotated[str, Form(widget="text")] = Field(
        title="Item column", description="The column that says what was rated."
    )
    k: int = Field(5, ge=1, le=100, title="Places", description="How many items of each user's order are looked at.")
    relevant: float | None = Field(
        None, title="Relevant from", description="The rating from which an item is a good one. Empty: the mean rating."
    )

    def run(self, inputs: Inputs, context: Context) -> Output:
        table = inputs.table
        if table.partition is not None and {TRAIN, TEST} <= set(table.partition.unique()):
            table = table.only(TEST)
        lists = "Item 1" in table.frame
        if not lists:
            found = assess(table)
            ratings, metrics, curves, notes = table, found.metrics, found.curves, found.notes
        else:
            ratings, metrics, curves, notes = self._ratings(inputs), {}, (), ()
        label = ratings.label or (ratings.scored.label if ratings.scored else None)
        if label is None:
            raise InputError(_("The rows have no label with ratings."), fix=_("Put Set Label before."))
        ratings.schema.require([self.user, self.item])
        table.schema.require([self.user])
        rated = _rated(ratings.frame, self.user, self.item, label)
        orders = _listed(table.frame, self.user) if lists else _ordered(table.frame, self.user, self.item)
        by_user = self._measures(rated, orders)
        if not len(by_user):
            raise InputError(
                _("No user has {count} rated items, so that no order can be measured.", count=FEWEST),
                fix=_("Evaluate more rows."),
            )
        means = {f"{name}_at_{self.k}": float(by_user[name].mean()) for name in ("ndcg", "precision", "recall")}
        extra = {"users_measured": float(len(by_user))}
        return Output(table=inputs.table, report=Report(metrics | means | extra, curves), notes=notes)

    def _ratings(self, inputs: Inputs) -> Table:
        if "ratings" not in inputs.tables:
            raise InputError(
                _("Lists of items are measured by ratings, and the second input has none."),
                fix=_("Connect the rows that were scored to the input ratings."),
            )
        table = inputs.tables["ratings"]
        return table.only(TEST)

    def _measures(self, rated: dict[str, dict[str, float]], orders: dict[str, list[str]]) -> pd.DataFrame:
        every = [r for items in rated.values() for r in items.values()]
        least = self.relevant if self.relevant is not None else float(np.mean(every)) if every else 0.0
        discount = 1 / np.log2(np.arange(self.k) + 2)
        rows: list[dict[str, Any]] = []
        for user, order in orders.items():
            mine = rated.get(user, {})
            if len(mine) < FEWEST:
                continue
            best = sorted(mine.values(), reverse=True)[: self.k]
            gains = [mine.get(item, 0.0) for item in order[: self.k]]
            ideal = float(np.dot(best, discount[: len(best)]))
            good = sum(r >= least for r in mine.values())
            hits = sum(mine[i] >= least for i in order[: self.k] if i in mine)
            rows.append(
                {
                    "ndcg": float(np.dot(gains, discount[: len(gains)])) / ideal if ideal else np.nan,
                    "precision": hits / len(gains) if gains else np.nan,
                    "recall": hits / good if good else np.nan,
                }
            )
        return pd.DataFrame(rows)


def _rated(frame: pd.DataFrame, user: str, item: str, label: str) -> dict[str, dict[str, float]]:
    """What each user rated; of several ratings of an item the last."""
    found: dict[str, dict[str, float]] = {}
    known = frame[[user, item, label]].dropna()
    for who, what, rating in zip(known[user].tolist(), known[item].tolist(), known[label].tolist(), strict=True):
        found.setdefault(as_text(who), {})[as_text(what)] = float(rating)
    return found


def _ordered(frame: pd.DataFrame, user: str, item: str) -> dict[str, list[str]]:
    """Each user's items, the highest prediction first."""
    found: dict[str, list[str]] = {}
    known = frame[[user, item, LABELS]].dropna().sort_values(LABELS, ascending=False, kind="stable")
    for who, what in zip(known[user].tolist(), known[item].tolist(), strict=True):
        items = found.setdefault(as_text(who), [])
        if as_text(what) not in items:
            items.append(as_text(what))
    return found


def _listed(frame: pd.DataFrame, user: str) -> dict[str, list[str]]:
    """Each user's items as they were recommended."""
    names = [c for c in frame if str(c).startswith("Item ")]
    rows = frame[names].to_numpy(dtype=object).tolist()
    return {
        as_text(who): [as_text(i) for i in row if not pd.isna(i)]
        for who, row in zip(frame[user].tolist(), rows, strict=True)
    }
