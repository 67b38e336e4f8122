"""What was true of rows that an endpoint was asked, told later, and how good its answers were by that."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.chain.conform import as_text, is_missing
from pipelines.datasets import readers
from pipelines.errors import InputError, SekkeiError
from pipelines.inference.of_run import model_of
from pipelines.messages import Joined, _, alternatives, listed
from pipelines.serving.endpoint import Deployment, Endpoint
from pipelines.serving.monitoring.samples import Sample, read, truth_folder
from pipelines.settings import settings
from pipelines.steps.evaluation.assess import assess
from pipelines.table import Scored, Table
from pipelines.tracking import Tracking
from pipelines.workspace import TEMPORARY, Home, write_atomic

REQUEST, ROW = "request_id", "row"
TRUTH = "true value"


@dataclass(frozen=True)
class Live:
    """The metrics of answers whose truth is known, beside those of training.

    ``given``: true values that were uploaded; ``matched``: those of them that belong to a sampled row; ``rows``:
    sampled rows that were measured. ``reason`` says why there are no metrics.
    """

    endpoint: str
    deployment: str
    model_uri: str
    given: int = 0
    matched: int = 0
    rows: int = 0
    metrics: dict[str, float] = field(default_factory=dict)
    training: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    reason: str = ""


def add(
    home: Home,
    endpoint: Endpoint,
    deployment: Deployment,
    path: Path,
    *,
    id_column: str = "",
    column: str = "",
    file_name: str | None = None,
) -> None:
    """Keep the true values in a file, by request id and row or by a column of the requests; later ones replace earlier.

    InputError where its columns do not tell what belongs to what.
    """
    frame = readers.read(path, file_name=file_name)
    by = id_column or REQUEST
    if by not in frame.columns:
        raise InputError(
            _("The file has no column {name!r} that says which row a true value belongs to.", name=by),
            fix=_("Its columns are {names}. Name the one with the ids.", names=listed([repr(c) for c in frame], 12)),
        )
    value = column or _value_column(home, deployment, frame, by)
    if value not in frame.columns or value == by:
        raise InputError(
            _("The file has no column {name!r} with true values.", name=value),
            fix=_("Its columns are {names}. Name the one with the true values.", names=listed(list(map(repr, frame)))),
        )
    new = frame[~frame[by].map(is_missing) & ~frame[value].map(is_missing)]
    if new.empty:
        raise InputError(_("No row of the file has both an id and a true value."))
    numbers = [1] * len(new)
    if by == REQUEST and ROW in new.columns:
        numbers = pd.to_numeric(new[ROW], errors="coerce").fillna(0).astype("int64").tolist()
    made = pd.DataFrame(
        {
            "by": by,
            "id": [as_text(v) for v in new[by].tolist()],
            "row": numbers,
            "truth": [as_text(v) for v in new[value].tolist()],
        }
    )
    place = _place(home, endpoint, deployment)
    place.parent.parent.mkdir(mode=0o700, exist_ok=True)
    with home.lock(f"truth-{endpoint.name}"):
        for unfinished in place.parent.glob(f"{TEMPORARY}*"):  # of a killed process
            unfinished.unlink(missing_ok=True)
        every = pd.concat([_kept(home, endpoint, deployment), made]).drop_duplicates(["by", "id", "row"], keep="last")
        write_atomic(place, lambda path: every.to_parquet(path, index=False))


def live(home: Home, endpoint: Endpoint, deployment: Deployment) -> Live:
    """The metrics of the deployment's sampled answers whose truth is known, as Evaluate Model measures them."""
    known = Live(endpoint.name, deployment.name, deployment.model_uri)
    kept = _kept(home, endpoint, deployment)
    if kept.empty:
        return replace(known, reason=_("No true values were given yet."))
    known = replace(known, given=len(kept))
    sampled = read(home, endpoint.name, endpoint.created_at, settings().monitor_rows or None).samples
    mine = [s for s in sampled if s.deployment == deployment.name and s.model == deployment.model_uri]
    values = dict(zip(zip(kept["by"], kept["id"], kept["row"], strict=True), kept["truth"], strict=True))
    columns = [c for c in dict.fromkeys(kept["by"]) if c != REQUEST]
    told = [(s, k) for s in mine if (k := next((k for k in _keys(s, columns) if k in values), None)) is not None]
    known = replace(known, matched=len({k for _sample, k in told}), rows=len(told))
    if not told:
        reason = _("None of the true values belongs to a row that was sampled.")
        return replace(known, reason=reason)
    try:
        return _measured(home, known, [s for s, _key in told], [values[k] for _sample, k in told])
    except SekkeiError as error:
        return replace(known, reason=Joined([error.message, error.fix]))


def _keys(sample: Sample, columns: list[str]) -> list[tuple[str, str, int]]:
    found = [(REQUEST, sample.id, sample.number)] if sample.number is not None else []
    return found + [(c, as_text(sample.row[c]), 1) for c in columns if not is_missing(sample.row.get(c))]


def _measured(home: Home, known: Live, samples: list[Sample], truth: list[str]) -> Live:
    version = Tracking(home).model_version(known.model_uri)
    if not version.run_id:
        raise InputError(_("The model was not trained here, so it is not known how to measure it."))
    chain = model_of(home, version.run_id, version.step or None).chain
    actual: Any = truth
    if chain.task in ("regression", "recommendation"):
        actual = pd.to_numeric(pd.Series(truth), errors="coerce").tolist()
    frame = pd.DataFrame([s.prediction for s in samples]).assign(**{TRUTH: actual})
    found = assess(Table(frame, scored=Scored(chain.task, TRUTH, tuple(chain.classes))))
    training: dict[str, float] = {}
    for name, value in version.metrics.items():
        training.setdefault(name.rpartition(".")[2], value)
    trained = {n: v for n, v in training.items() if n in found.metrics}
    return replace(known, metrics=found.metrics, training=trained, notes=found.notes)


def _value_column(home: Home, deployment: Deployment, frame: pd.DataFrame, by: str) -> str:
    """The label's column, else the only other one."""
    others = [c for c in frame.columns if c not in (by, ROW)]
    try:
        version = Tracking(home).model_version(deployment.model_uri)
        label = model_of(home, version.run_id, version.step or None).chain.label if version.run_id else None
    except SekkeiError:
        label = None
    if label in others:
        return str(label)
    if len(others) != 1:
        raise InputError(
            _("It cannot be told which column has the true values."),
            fix=_("Name it: {names}.", names=alternatives([repr(c) for c in others])) if others else "",
        )
    return str(others[0])


def _place(home: Home, endpoint: Endpoint, deployment: Deployment) -> Path:
    return truth_folder(home, endpoint.name) / f"{deployment.name}.parquet"


def _kept(home: Home, endpoint: Endpoint, deployment: Deployment) -> pd.DataFrame:
    place = _place(home, endpoint, deployment)
    if not place.is_file():
        return pd.DataFrame({"by": [], "id": [], "row": [], "truth": []}).astype({"row": "int64"})
    return pd.read_parquet(place)


__all__ = ["Live", "add", "live"]
