"""The step Cross-validate model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field
from sklearn.model_selection import KFold, StratifiedKFold

from pipelines.algorithms.library import AnyAlgorithm
from pipelines.chain.conform import as_text
from pipelines.chain.predictor import probability_columns
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import Form
from pipelines.schema import Role
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Port, Replay, Report, Step
from pipelines.steps.evaluation.assess import assess
from pipelines.steps.evaluation.assessment import Assessment
from pipelines.steps.training.fit import fit, label_of
from pipelines.table import Scored, Table

FOLD = "Fold"


class CrossValidateModel(Step):
    """Train and measure an algorithm on folds of the training rows, every fitted step refitted in each fold.

    Metrics are the mean over the folds, and ``<metric>_std`` how far they spread (standard deviation). Gives each row
    with the prediction of the fold that held it out. The same as sklearn.model_selection.cross_validate.
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
    n_folds: int = Field(5, ge=2, le=50, description="Number of folds.")
    random_state: int = Field(0, ge=0, le=2**32 - 1, description="Seed of the folds.")

    def run(self, inputs: Inputs, context: Context) -> Output:
        table = inputs.table
        label = label_of(self.algorithm, table) if self.algorithm.is_supervised else None
        if label is None:
            raise InputError(
                _("{title} has no label to validate with.", title=self.algorithm.title),
                fix=_("Use Train Model, Score Model and Evaluate Model."),
            )
        replay = context.replay(table)
        rows, values, notes = _rows(replay.base, table, label)
        scored: list[Table] = []
        found: list[Assessment] = []
        folds = list(self._folds(values, context.preview))
        for number, (training, held_out) in enumerate(folds):
            context.progress(number / len(folds), f"Fold {number + 1} of {len(folds)}")
            result, more = self._fold(replay, rows[training], rows[held_out], context, number + 1)
            scored.append(result)
            found.append(assess(result))
            notes += [f"Fold {number + 1}: {n}" for n in (*more, *found[-1].notes)]
        return Output(table=_joined(scored, replay.base), report=_report(found), notes=tuple(dict.fromkeys(notes)))

    def _folds(self, values: pd.Series, preview: bool) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        n_folds = 2 if preview else self.n_folds
        if len(values) < n_folds:
            raise InputError(
                f"There are {len(values)} rows for {n_folds} folds.", fix="Take fewer folds, or more rows."
            )
        if self.algorithm.task != "classification" or preview:
            return KFold(n_folds, shuffle=True, random_state=self.random_state).split(values)
        classes = np.array([as_text(v) for v in values.tolist()])
        names, counts = np.unique(classes, return_counts=True)
        fewest = int(counts.argmin())
        if counts[fewest] < n_folds:
            fix = (
                f"Set n_folds to {counts[fewest]}, or join rare classes."
                if counts[fewest] >= 2
                else "Join rare classes, or leave the class out."
            )
            raise InputError(
                f"The class {str(names[fewest])!r} has {counts[fewest]} rows for {n_folds} folds.", fix=fix
            )
        return StratifiedKFold(n_folds, shuffle=True, random_state=self.random_state).split(classes, classes)

    def _fold(
        self, replay: Replay, training: pd.Index, held_out: pd.Index, context: Context, number: int
    ) -> tuple[Table, list[str]]:
        links, learned = replay.refit(training)
        predictor, notes = fit(self.algorithm, learned, preview=context.preview)
        frame = replay.base.frame.loc[held_out]
        for _step, link in links:
            frame = link.transform(frame)
        label = label_of(self.algorithm, learned)
        assert label is not None
        base = replay.base.frame.loc[held_out]
        found = predictor.score(frame)
        result = pd.concat(
            [base.drop(columns=[c for c in (label, FOLD, *found) if c in base]), frame[[label]], found], axis=1
        )
        roles = learned.roles | dict.fromkeys((FOLD, *map(str, found.columns)), Role.SCORE)
        scored = Scored(self.algorithm.task, label, tuple(predictor.classes_), context.step)
        return Table(result.assign(**{FOLD: number}), roles, scored=scored), notes


def _rows(base: Table, table: Table, label: str) -> tuple[pd.Index, pd.Series, list[str]]:
    """The rows of ``base`` to be dealt into folds, with their labels; those without one are left out."""
    training = base.training
    values = training[label] if label in training else table.frame[label].reindex(training.index)
    known = values.notna().to_numpy()
    if not known.any():
        raise InputError(
            f"The label {label!r} is missing in every row.", fix="Choose another label, or check the steps before."
        )
    notes = [] if known.all() else [f"{(~known).sum()} of {len(values)} rows have no label and are left out."]
    return training.index[known], values[known], notes


def _joined(folds: list[Table], base: Table) -> Table:
    """All rows with the prediction of the fold that held them out, in the base's order."""
    classes: list[object] = list(dict.fromkeys(c for f in folds if f.scored for c in f.scored.classes))
    names = probability_columns(classes)
    frame = pd.concat([f.frame for f in folds])
    frame = frame.loc[base.frame.index.intersection(frame.index, sort=False)]
    if all(n in frame for n in names):
        frame = frame.fillna(dict.fromkeys((n for n in names if len(names) > 1), 0.0))
    assert folds[0].scored is not None
    return replace(
        base, frame=frame, roles=folds[0].roles, partition=None, scored=replace(folds[0].scored, classes=tuple(classes))
    )


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
