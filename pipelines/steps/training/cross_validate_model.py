"""The step Cross-validate model."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field

from pipelines.algorithms.library import AnyAlgorithm
from pipelines.chain.predictor import probability_columns
from pipelines.errors import InputError
from pipelines.messages import _, declared
from pipelines.parameters import Form
from pipelines.schema import Role
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Port, Report, Step
from pipelines.steps.evaluation.assess import assess
from pipelines.steps.evaluation.assessment import Assessment
from pipelines.steps.training.fit import label_of
from pipelines.steps.training.folds import Fold, deal, labelled, prepare
from pipelines.table import Table


class CrossValidateModel(Step):
    """Train and measure an algorithm on folds of the training rows, every fitted step refitted in each fold.

    Metrics are the mean over the folds, and ``<metric>_std`` how far they spread (standard deviation). Gives each row
    with the prediction of the fold that held it out. The same as sklearn.model_selection.cross_validate. Folds that
    Partition and Sample dealt are used as they are.
    """

    type = "cross_validate_model"
    title = "Cross-Validate Model"
    category = "Training"
    behaviour = Behaviour.EVALUATE
    outputs = (Port("table"),)
    synonyms = ("cross validation", "k-fold", "CV")
    known_as = ("Cross Validate Model",)
    equivalent = (
        'scores = cross_validate(LinearRegression(), X, y, cv=KFold(5, shuffle=True, random_state=0), scoring="r2")'
    )
    example = Example(
        params={"algorithm": {"type": "linear_regression"}, "n_folds": 4},
        table="size,rooms,price\n31,1,95\n45,2,142\n58,2,171\n64,3,203\n77,3,228\n92,4,284\n38,1,112\n83,4,262\n",
        label="price",
    )

    algorithm: Annotated[AnyAlgorithm, Form(widget="algorithm")] = Field(description="What learns, and its parameters.")
    n_folds: int = Field(5, ge=2, le=50, description="Number of folds, unless a step before dealt them.")
    random_state: int = Field(0, ge=0, le=2**32 - 1, description="Seed of the folds.")

    def run(self, inputs: Inputs, context: Context) -> Output:
        table = inputs.table
        label = label_of(self.algorithm, table) if self.algorithm.is_supervised else None
        if label is None:
            raise InputError(
                _("{title} has no label to validate with.", title=declared(self.algorithm.title)),
                fix=_("Use Train Model, Score Model and Evaluate Model."),
            )
        replay = context.replay(table)
        rows, values, notes = labelled(replay.base, table, label)
        by_class = self.algorithm.task == "classification" and not context.preview
        n_folds = 2 if context.preview else self.n_folds
        dealt = replay.base.folds
        folds = list(deal(values, n_folds, self.random_state, by_class=by_class, dealt=dealt))
        folds = folds[:2] if context.preview else folds
        if dealt is not None:
            notes.append(_("The {count} folds that a step before dealt are used.", count=len(folds)))
        scored: list[Table] = []
        found: list[Assessment] = []
        for number, (training, held_out) in enumerate(folds, 1):
            context.progress((number - 1) / len(folds), _("Fold {number} of {folds}", number=number, folds=len(folds)))
            result, more = self._scored(prepare(replay, number, rows[training], rows[held_out]), context)
            found.append(assess(result))
            said = [*more, *found[-1].notes]
            notes += [_("Fold {number}: {note}", number=number, note=n) for n in said]
            scored.append(_answers(result))
        return Output(table=_joined(scored, replay.base), report=_report(found), notes=tuple(dict.fromkeys(notes)))

    def _scored(self, fold: Fold, context: Context) -> tuple[Table, list[str]]:
        return fold.scored(self.algorithm, context.step, context.preview)


def _answers(result: Table) -> Table:
    """The label and what was predicted, without the columns that the base has as well."""
    assert result.scored is not None
    names = [n for n in result.frame if n == result.scored.label or result.roles.get(str(n)) is Role.SCORE]
    return replace(result, frame=result.frame[names])


def _joined(folds: list[Table], base: Table) -> Table:
    """All rows with the prediction of the fold that held them out, in the base's order."""
    classes: list[object] = list(dict.fromkeys(c for f in folds if f.scored for c in f.scored.classes))
    names = probability_columns(classes)
    frame = pd.concat([f.frame for f in folds])
    rows = base.frame.index.intersection(frame.index, sort=False)
    frame = frame.loc[rows]
    if all(n in frame for n in names):
        frame = frame.fillna(dict.fromkeys((n for n in names if len(names) > 1), 0.0))
    kept = base.frame.drop(columns=[c for c in frame if c in base.frame])
    frame = pd.concat([kept if len(rows) == len(kept) else kept.loc[rows], frame], axis=1)
    assert folds[0].scored is not None
    scored = replace(folds[0].scored, classes=tuple(classes))
    return replace(base, frame=frame, roles=folds[0].roles, partition=None, folds=None, scored=scored)


def _report(folds: list[Assessment]) -> Report:
    names = list(dict.fromkeys(n for f in folds for n in f.metrics))
    metrics: dict[str, float] = {}
    for name in names:
        values = [f.metrics[name] for f in folds if name in f.metrics]
        metrics[name] = float(np.sum(values) if name == "rows_not_scored" else np.mean(values))
        if name != "rows_not_scored":
            metrics[f"{name}_std"] = float(np.std(values))
    table: dict[str, list[Any]] = {"fold": list(range(1, len(folds) + 1))}
    return Report(metrics, tables={"folds": table | {n: [f.metrics.get(n) for f in folds] for n in names}})
