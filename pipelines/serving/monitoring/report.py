"""What monitoring finds of a deployment: its samples compared with the rows its model was trained on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pandas as pd

from pipelines.chain.predictor import LABELS, PROBABILITIES
from pipelines.errors import SekkeiError
from pipelines.messages import Joined, _
from pipelines.records import Database
from pipelines.serving.endpoint import Deployment, Endpoint
from pipelines.serving.monitoring.drift import Drift, compare
from pipelines.serving.monitoring.reference import training_rows, without_passed
from pipelines.serving.monitoring.samples import Sample, read
from pipelines.settings import settings
from pipelines.workspace import Home

SCORES = (PROBABILITIES, LABELS)
SCORED_ROWS = 1000

Answers = Callable[[list[dict[str, Any]]], list[Any]]


@dataclass(frozen=True)
class Report:
    """``rows`` sampled, from ``first`` to ``last``; ``dropped``: requests that could not be sampled meanwhile.

    ``source`` says which training rows they were compared with; without any, ``reason`` says why not. ``answers`` are
    the predictions against those for training rows, ``answers_reason`` why there are none.
    """

    endpoint: str
    deployment: str
    model_uri: str
    rows: int
    dropped: int = 0
    first: datetime | None = None
    last: datetime | None = None
    source: str = ""
    training_rows: int = 0
    reason: str = ""
    columns: list[Drift] = field(default_factory=list)
    answers: list[Drift] = field(default_factory=list)
    answers_reason: str = ""

    @property
    def drifted(self) -> list[Drift]:
        """The columns and scores that differ much from training."""
        return [d for d in (*self.columns, *self.answers) if d.state == "drifted"]


def report(home: Home, database: Database, endpoint: Endpoint, deployment: Deployment, answers: Answers) -> Report:
    """The report on one deployment; ``answers`` gets its predictions for rows."""
    sampled = read(home, endpoint.name, endpoint.created_at, settings().monitor_rows or None)
    mine = [s for s in sampled.samples if s.deployment == deployment.name and s.model == deployment.model_uri]
    known = Report(endpoint.name, deployment.name, deployment.model_uri, len(mine), sampled.dropped)
    if not mine:
        return replace(known, reason=_nothing())
    known = replace(known, first=mine[0].time, last=mine[-1].time)
    if deployment.contract is None:
        return replace(known, reason=_("This model does not say which columns it asks for."))
    asked = without_passed(deployment.contract)
    try:
        reference = training_rows(home, database, deployment.model_uri, asked)
        columns = compare(reference.rows, asked.conform(pd.DataFrame([s.row for s in mine])))
    except SekkeiError as error:
        return replace(known, reason=Joined([error.message, error.fix]))
    known = replace(known, source=reference.source, training_rows=len(reference.rows), columns=columns)
    try:
        return replace(known, answers=_scores(reference.rows, mine, answers))
    except SekkeiError as error:
        reason = Joined([_("The predictions could not be compared:"), error.message])
        return replace(known, answers_reason=reason)


def _nothing() -> str:
    if not settings().monitor_rows:
        return _("No samples are kept: SEKKEI_MONITOR_ROWS is 0.")
    return _("No request was answered by this version yet.")


def _scores(rows: pd.DataFrame, mine: list[Sample], answers: Answers) -> list[Drift]:
    """The predictions now against those that the same version gives for training rows."""
    chosen = rows.sample(min(SCORED_ROWS, len(rows)), random_state=0)
    before = _table(answers([{str(n): v for n, v in row.items()} for row in chosen.to_dict("records")]))
    after = _table([s.prediction for s in mine])
    names = [n for n in SCORES if n in before and n in after]
    return compare(before[names], after[names])


def _table(answers: Sequence[Any]) -> pd.DataFrame:
    return pd.DataFrame([a if isinstance(a, dict) else {LABELS: a} for a in answers])
