"""The drift alarm of the promotion gate: what a model is asked of late against the rows of a candidate's training."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from pipelines.chain.contract import Contract
from pipelines.errors import SekkeiError
from pipelines.inference.gate import Alarm
from pipelines.inference.of_run import RunModel
from pipelines.messages import Joined, _, enumerated, ngettext
from pipelines.records import Database
from pipelines.serving.endpoint import Endpoint
from pipelines.serving.monitoring.drift import FEWEST, compare
from pipelines.serving.monitoring.reference import run_rows, without_passed
from pipelines.serving.monitoring.samples import read
from pipelines.settings import settings
from pipelines.workspace import Home

MOST_NAMED = 8


def drift_alarm(database: Database, endpoints: Sequence[Endpoint], name: str, candidate: RunModel) -> Alarm:
    """Whether columns of the rows that ``endpoints`` asked versions of the model ``name`` differ much from training.

    Where nothing is kept, or too little, the alarm says that this could not be judged.
    """
    asked = {e.name: rows for e in endpoints if len(rows := _asked(candidate.home, e, name))}
    if not asked:
        return Alarm(None, _("Could not be judged: no requests to an endpoint of this model are kept."))
    enough = {e: rows for e, rows in asked.items() if len(rows) >= FEWEST}
    if not enough:
        most = max(map(len, asked.values()))
        reason = _(
            "Could not be judged: only {rows} rows were asked, and {fewest} are needed.", rows=most, fewest=FEWEST
        )
        return Alarm(None, reason)
    try:
        return _compared(database, enough, candidate)
    except SekkeiError as error:
        return Alarm(None, Joined([_("Could not be judged:"), error.message]))


def _asked(home: Home, endpoint: Endpoint, name: str) -> pd.DataFrame:
    """The newest rows that versions of the model were asked at an endpoint."""
    kept = read(home, endpoint.name, endpoint.created_at, settings().monitor_rows or None)
    return pd.DataFrame([s.row for s in kept.samples if s.model.startswith(f"models:/{name}/")])


def _compared(database: Database, asked: dict[str, pd.DataFrame], candidate: RunModel) -> Alarm:
    assert candidate.chain.contract is not None
    contract = without_passed(candidate.chain.contract)
    training = run_rows(database, candidate, contract).rows
    told: list[str] = []
    columns: list[str] = []
    rows, judged = 0, False
    for endpoint, frame in asked.items():
        shared = _shared(contract, frame)
        found = compare(training[shared.names], shared.conform(frame))
        judged = judged or any(d.state not in ("few", "unknown") for d in found)
        rows += len(frame)
        drifted = [d.column for d in found if d.state == "drifted"]
        if drifted:
            names = enumerated([repr(c) for c in drifted], MOST_NAMED)
            told.append(_in_words(endpoint, len(frame), len(drifted), names))
            columns += [c for c in drifted if c not in columns]
    if told:
        return Alarm(True, Joined([*told, _("Train again on newer data.")]), tuple(columns))
    if not judged:
        return Alarm(None, _("Could not be judged: the requests have no column that can be compared with training."))
    return Alarm(
        False,
        ngettext(
            "{count} row asked of late is as in training.", "{count:,} rows asked of late are as in training.", rows
        ),
    )


def _shared(contract: Contract, frame: pd.DataFrame) -> Contract:
    """The contract of the columns that were asked too: a new version may have others."""
    return contract.model_copy(update={"columns": tuple(c for c in contract.columns if c.name in frame)})


def _in_words(endpoint: str, rows: int, count: int, names: str) -> str:
    return ngettext(
        "The last {rows:,} rows that endpoint {endpoint!r} was asked differ much from training in column {names}.",
        "The last {rows:,} rows that endpoint {endpoint!r} was asked differ much from training in columns {names}.",
        count,
        rows=rows,
        endpoint=endpoint,
        names=names,
    )
