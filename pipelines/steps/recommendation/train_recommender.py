"""Train Recommender."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from pipelines.chain.chain import Chain, head_of
from pipelines.chain.recommender import Answer, Recommender
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnName, Form
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Context, Curve, Example, Inputs, Output, Port, Report, Step
from pipelines.steps.checks import WORDS
from pipelines.steps.training.train_model import training_head

SHOWN = 200


class TrainRecommender(Step):
    """Learn from ratings what users think of items they have not rated yet (matrix factorisation with biases).

    The formula is that of Koren, Bell and Volinsky (2009), as surprise.SVD has it; the factors are found by alternating
    least squares, which needs no learning rate. The rating is the label: set it with Set Label. Other columns are not
    used. Published, the model tells a rating for a user and an item, or the best items for a user. A new user or item
    is judged by what is known of the other.
    """

    type: ClassVar[str] = "train_recommender"
    title: ClassVar[str] = "Train Recommender"
    category: ClassVar[str] = "Recommendation"
    behaviour: ClassVar[Behaviour] = Behaviour.TRAIN
    outputs: ClassVar[tuple[Port, ...]] = (Port("model", "model"), Port("table"))
    synonyms: ClassVar[tuple[str, ...]] = (
        "recommendation", "collaborative filtering", "matrix factorization", "SVD", "ALS", "ratings",
    )  # fmt: skip
    known_as: ClassVar[tuple[str, ...]] = ("Train SVD Recommender", "Train Matchbox Recommender")
    equivalent: ClassVar[str] = (
        'ratings = surprise.Dataset.load_from_df(table[["user", "film", "rating"]], surprise.Reader())\n'
        "surprise.SVD(n_factors=20).fit(ratings.build_full_trainset())"
    )

    example: ClassVar[Example | None] = Example(
        params={"user": "user", "item": "film", "n_factors": 1},
        table="user,film,rating\na,Heat,5\na,Up,3\na,Big,4\nb,Heat,4\nb,Up,2\nb,Jaws,4\nc,Heat,5\nc,Big,4\nd,Up,1\nd,Big,3\n",
        label="rating",
    )

    user: ColumnName = Field(title="User column", description="The column that says who rated.")
    item: ColumnName = Field(title="Item column", description="The column that says what was rated.")
    n_factors: int = Field(
        20, ge=0, le=500, title="Factors", description="Numbers learned for each user and item. Azure's default is 200."
    )
    n_epochs: int = Field(15, ge=1, le=500, title="Passes", description="How often users and items are fitted in turn.")
    regularization: float = Field(
        0.1, gt=0, le=100, title="Regularisation", description="More keeps factors and biases smaller."
    )
    random_state: int = Field(0, ge=0, title="Random state", description="The same number gives the same model again.")
    answer: Answer = Field(
        "rating", title="The model tells", description="rating: of a user and an item. items: the best for a user."
    )
    n_items: Annotated[int, Form(when={"answer": ("items",)})] = Field(
        5, ge=1, le=100, title="Items", description="How many items it recommends to a user."
    )
    unrated: Annotated[bool, Form(when={"answer": ("items",)})] = Field(
        True, title="New items only", description="Recommend none that the user rated in training."
    )

    def run(self, inputs: Inputs, context: Context) -> Output:
        table = inputs.table
        rating = self._rating(table.schema, table.label)
        rows = table.training
        known = rows[[self.user, self.item, rating]].notna().all(axis=1).to_numpy()
        if not known.any():
            raise InputError(
                _("No training row has a user, an item and a rating."),
                fix=_("Check the steps before."),
            )
        params = self.model_dump()
        if context.preview:
            params |= {"n_factors": min(2, self.n_factors), "n_epochs": 1}
        recommender = Recommender(**params).fit(rows.loc[known, [self.user, self.item]], rows.loc[known, rating])
        links = context.links(table)
        head = training_head(table, context)
        path = [table.head, *(a.key for a in table.history if a.step in {name for name, _link in links})]
        chain = Chain(links, recommender, head_of(head), None, rating, path, context.step).serving(head)
        notes = () if known.all() else (_("{count} rows with a gap are left out.", count=int((~known).sum())),)
        return Output(table=table, model=chain, report=_report(recommender, int(known.sum())), notes=notes)

    def _rating(self, schema: TableSchema, label: str | None) -> str:
        schema.require([self.user, self.item])
        if label is None:
            raise InputError(
                _("A recommender learns from ratings, and no column is the label."),
                fix=_("Put Set Label before this step, with the column of ratings."),
            )
        kind = schema[label].type
        if not kind.is_numeric:
            raise InputError(
                _(
                    "The ratings are numbers, but column {column!r} holds {kind}.",
                    column=label,
                    kind=WORDS[schema[label].type],
                ),
                fix=_("Choose a column of numbers as the label."),
            )
        if len({self.user, self.item, label}) < 3:
            raise InputError(
                _("The user, the item and the rating are three columns."), fix=_("Choose a column for each of them.")
            )
        return label


def _report(model: Recommender, rows: int) -> Report:
    counts = np.bincount(model.rated_, minlength=len(model.items_))
    order = np.argsort(-model.item_bias_[:-1], kind="stable")[:SHOWN]
    facts = {
        "ratings": rows,
        "users": len(model.users_),
        "items": len(model.items_),
        "mean rating": round(model.mean_, 4),
    }
    tables: dict[str, dict[str, list[Any]]] = {
        "model": {"what": list(facts), "value": [str(v) for v in facts.values()]},
        "items rated above the mean": {
            "item": model.items_[order].tolist(),
            "bias": [float(model.item_bias_[i]) for i in order],
            "ratings": [int(counts[i]) for i in order],
        },
    }
    passes = [float(k + 1) for k in range(len(model.loss_curve_))]
    return Report(tables=tables, curves=(Curve("loss", "training", passes, model.loss_curve_, "Pass", "RMSE"),))
