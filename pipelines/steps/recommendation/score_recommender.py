"""Score Recommender."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, ClassVar, Literal

import pandas as pd
from pydantic import Field

from pipelines.chain.chain import Chain
from pipelines.chain.predictor import LABELS
from pipelines.chain.recommender import Answer, Recommender
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import Form
from pipelines.schema import Role
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Port, Step
from pipelines.steps.scoring.score_model import ScoreModel, predictions
from pipelines.table import Scored, Table


class ScoreRecommender(Step):
    """Predict ratings of users and items, or list for each user the items with the highest ratings.

    rating: Scored Labels for each row, as Score Model does. items: one row for each user of the table, with Item 1,
    Rating 1 and so on: the best of all items, of those that the user has not rated in training, or of those that are
    beside the user in this table (to see how well they are put in order).
    """

    type: ClassVar[str] = "score_recommender"
    title: ClassVar[str] = "Score Recommender"
    category: ClassVar[str] = "Recommendation"
    behaviour: ClassVar[Behaviour] = Behaviour.SCORE
    inputs: ClassVar[tuple[Port, ...]] = (Port("table"), Port("model", "model"))
    outputs: ClassVar[tuple[Port, ...]] = (Port("table"),)
    synonyms: ClassVar[tuple[str, ...]] = ("recommend", "predict ratings", "top items", "item recommendation")
    known_as: ClassVar[tuple[str, ...]] = ("Score SVD Recommender", "Score Matchbox Recommender")
    equivalent: ClassVar[str] = 'model.predict("user 1", "film 7").est'

    example: ClassVar[Example | None] = Example(
        params={"kind": "items", "n_items": 2},
        table="user,film,rating\na,Heat,5\na,Up,3\na,Big,4\nb,Heat,4\nb,Up,2\nb,Jaws,4\nc,Heat,5\nc,Big,4\nd,Up,1\nd,Big,3\n",
        label="rating",
        before=(("train_recommender", {"user": "user", "item": "film", "n_factors": 1}),),
    )

    kind: Literal["rating", "items"] = Field(
        "rating", title="Kind", description="rating: one for each row. items: the best for each user."
    )
    choose_from: Annotated[Literal["unrated", "all", "rated"], Form(when={"kind": ("items",)})] = Field(
        "unrated", title="Choose from", description="New items, all, or those beside the user in this table."
    )
    min_items: Annotated[int, Form(when={"kind": ("items",), "choose_from": ("rated",)})] = Field(
        1, ge=1, le=100, title="Fewest items", description="Users with fewer items in this table are left out."
    )
    n_items: Annotated[int, Form(when={"kind": ("items",)})] = Field(
        5, ge=1, le=100, title="Items", description="How many items for each user, at most."
    )
    with_ratings: Annotated[bool, Form(when={"kind": ("items",)})] = Field(
        True, title="With ratings", description="Also tell the rating expected of each item."
    )
    rows: Literal["test", "train", "all"] = Field("test", description="Which rows; all where there is no split.")

    def asks(self, model: Chain) -> Chain:
        recommender = model.predictor
        if not isinstance(recommender, Recommender):
            return model
        answer: Answer = "rating" if self.kind == "rating" or self.choose_from == "rated" else "items"
        return _answering(model, recommender.answering(answer, self.n_items, self.choose_from == "unrated"))

    def run(self, inputs: Inputs, context: Context) -> Output:
        model = inputs.model
        recommender = model.predictor
        if not isinstance(recommender, Recommender):
            raise InputError(
                _("The model predicts no ratings of users and items."), fix=_("Use a model of Train Recommender.")
            )
        if self.kind == "rating":
            asked = _answering(model, recommender.answering("rating", 1, True))
            return ScoreModel(rows=self.rows).run(replace(inputs, models={"model": asked}), context)
        table = inputs.table if self.rows == "all" else inputs.table.only(self.rows)
        table.schema.require([recommender.user])
        if not table.frame[recommender.user].notna().any():
            raise InputError(_("There are no users to recommend to."), fix=_("Choose other rows."))
        found = self._of_these(model, recommender, table, context) if self.choose_from == "rated" else None
        if found is None:
            users = table.with_frame(_one_row_each(table.frame, recommender.user))
            asked = _answering(model, recommender.answering("items", self.n_items, self.choose_from == "unrated"))
            found = predictions(asked, users, context)[0].drop(columns=LABELS)
            found.insert(0, recommender.user, users.frame[recommender.user])
        if not self.with_ratings:
            found = found[[c for c in found if not str(c).startswith("Rating ")]]
        scores = [str(c) for c in found if c != recommender.user]
        result = table.with_frame(found, dict.fromkeys(scores, Role.SCORE) | {recommender.user: Role.ID})
        return Output(table=replace(result, scored=Scored(model.task, model.label, (), model.step)))

    def _of_these(self, model: Chain, recommender: Recommender, table: Table, context: Context) -> pd.DataFrame:
        """The best of the items that stand beside each user in the table."""
        table.schema.require([recommender.item])
        user, item = recommender.user, recommender.item
        found, _notes = predictions(_answering(model, recommender.answering("rating", 1, True)), table, context)
        pairs = pd.DataFrame(
            {user: table.frame[user], "item": table.frame[item].astype("str"), "rating": found[LABELS]}
        )
        pairs = pairs.dropna().drop_duplicates([user, "item"])
        pairs = pairs[pairs.groupby(user, observed=True)["item"].transform("size") >= self.min_items]
        firsts = _one_row_each(pairs, user)
        pairs = pairs.sort_values("rating", ascending=False, kind="stable")
        pairs["place"] = pairs.groupby(user, observed=True).cumcount() + 1
        made = {user: firsts[user]}
        for k in range(1, self.n_items + 1):
            best = pairs[pairs["place"] == k].set_index(user)
            made |= {f"Item {k}": firsts[user].map(best["item"]), f"Rating {k}": firsts[user].map(best["rating"])}
        return pd.DataFrame(made).astype({f"Item {k}": "str" for k in range(1, self.n_items + 1)})


def _answering(model: Chain, recommender: Recommender) -> Chain:
    return Chain(model.links, recommender, model.head, model.contract, model.label, model.path, model.step)


def _one_row_each(frame: pd.DataFrame, user: str) -> pd.DataFrame:
    return frame[frame[user].notna()].drop_duplicates(user)
