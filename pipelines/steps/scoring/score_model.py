"""The step Score model."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pandas as pd
from pydantic import Field

from pipelines.chain.chain import Chain
from pipelines.chain.predictor import DISTANCES, LABELS, PROBABILITIES, QUANTILES
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.schema import Role
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Port, Step
from pipelines.table import Scored, Table


class ScoreModel(Step):
    """Predict with a trained model: Scored Labels, and Scored Probabilities where the model gives them.

    Clusters are numbers from 0, with Scored Distances to their centres where they have any; -1 is in no cluster. An
    anomaly is 1 and a normal row 0, and Scored Probabilities holds a score from 0 to 1, above 0.5 for anomalies.

    Rows that come from where the model was trained go through the steps that are left; rows of another dataset go
    through all of them, as the published model takes them.
    """

    type = "score_model"
    title = "Score Model"
    category = "Scoring"
    behaviour = Behaviour.SCORE
    inputs = (Port("table"), Port("model", "model"))
    outputs = (Port("table"),)
    synonyms = ("predict", "apply model", "inference", "assign to clusters")
    known_as = ("Score Model", "Assign Data to Clusters")
    equivalent = "predictions = model.predict(X_test)"
    example = Example(
        params={},
        table="size,rooms,price\n31,1,95\n45,2,142\n58,2,171\n64,3,203\n77,3,228\n92,4,284\n38,1,112\n83,4,262\n",
        label="price",
        before=(
            ("split_data", {"train_fraction": 0.75}),
            ("train_model", {"algorithm": {"type": "linear_regression"}}),
        ),
    )

    rows: Literal["test", "train", "all"] = Field("test", description="Which rows; all where there is no split.")
    append: bool = Field(True, description="Keep the other columns. Off: only label, ids, weight and predictions.")

    def run(self, inputs: Inputs, context: Context) -> Output:
        model = inputs.model
        table = inputs.table if self.rows == "all" else inputs.table.only(self.rows)
        if not len(table.frame):
            raise InputError(
                _("There are no {rows} rows to score.", rows=self.rows),
                fix=_("Choose other rows, or check the steps before."),
            )
        found, notes = predictions(model, table, context)
        kept = table.frame[[c for c in table.frame.columns if not _is_score(c)]]
        if not self.append:
            kept = kept[[c for c in kept.columns if table.roles.get(c, Role.FEATURE) is not Role.FEATURE]]
        missing = int(found[LABELS].isna().sum())
        if missing:
            notes.append(
                _(
                    "{number} of {rows} rows got no prediction, as a number the model needs is missing.",
                    number=missing,
                    rows=len(found),
                )
            )
        label = table.label if table.label is not None else model.label
        scored = Scored(model.task, label, tuple(model.classes), model.step)
        roles = table.roles | dict.fromkeys(map(str, found.columns), Role.SCORE)
        result = table.with_frame(pd.concat([kept, found], axis=1), roles)
        return Output(table=replace(result, scored=scored), notes=tuple(notes))


def predictions(model: Chain, table: Table, context: Context) -> tuple[pd.DataFrame, list[str]]:
    """What ``model`` predicts for the rows of ``table``, by the way these rows have already come."""
    links = [name for name, _ in context.links(table)]
    keys = [a.key for a in table.history if a.step in links]
    path = model.path or []
    if path and path[0] == table.head and path[1 : len(keys) + 1] == keys:
        done = sum(name in links for name, _ in model.links)
        return model.score(table.frame, done), []
    if path and path[0] == table.head and keys:
        head = context.head(table).frame
        if table.frame.index.isin(head.index).all():
            note = _("The rows went through other steps than the model's: they are scored as they were before.")
            return model.predict(head.loc[table.frame.index]), [note]
    return model.predict(table.frame), []


def _is_score(column: str) -> bool:
    return column in (LABELS, PROBABILITIES) or str(column).startswith(
        (f"{PROBABILITIES}_", f"{DISTANCES}_", f"{QUANTILES}_")
    )
