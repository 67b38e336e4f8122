"""The promotion gate: what a model has to show before an alias is moved to it. Each rule can be on or off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from pipelines.datasets import Catalogue
from pipelines.errors import InputError, NotFoundError, SekkeiError
from pipelines.execution.cache import ResultStore
from pipelines.inference.loading import load
from pipelines.inference.of_run import RunModel, model_of
from pipelines.inference.quality import Asked, Difference, KnownRows, compare, held_out, of_dataset, trained_on, without
from pipelines.messages import Joined, _, declared, ngettext
from pipelines.records import Database
from pipelines.tracking import ModelVersion
from pipelines.workspace import Home

State = Literal["passed", "failed", "unknown"]
FEWEST = 20  # rows that a difference can be seen on
RULES = ("quality", "parity", "latency", "drift")


class Gate(BaseModel):
    """The rules. One that is off is not looked at; one that cannot be told holds nothing up, and says so.

    ``quality``: not worse than the present version on the same rows beyond what chance explains, and by no more than
    ``tolerance``. ``latency``: the middle time of one row is at most ``latency_ms``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    quality: bool = True
    tolerance: float | None = Field(None, ge=0, description="None: any loss that chance explains is let pass.")
    dataset: str = Field("", description="Rows to compare on; empty: the test rows of the run.")
    version: int | None = Field(None, ge=1)
    parity: bool = True
    latency: bool = True
    latency_ms: float = Field(50.0, gt=0)
    drift: bool = True

    @classmethod
    def off(cls) -> Gate:
        """Every rule off."""
        return cls(quality=False, parity=False, latency=False, drift=False)


@dataclass(frozen=True)
class Verdict:
    """What a rule found. ``facts`` are its numbers."""

    rule: str
    state: State
    message: str
    facts: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        return {"rule": self.rule, "state": self.state, "message": self.message, "facts": dict(self.facts)}


@dataclass(frozen=True)
class Alarm:
    """What monitoring says of the endpoints that serve a model: whether its input has drifted, and in which words.

    ``is_on`` is None where that could not be judged; ``columns`` are those that have drifted.
    """

    is_on: bool | None
    message: str
    columns: tuple[str, ...] = ()


def decide(
    gate: Gate,
    home: Home,
    model: RunModel,
    candidate: Asked,
    champion: ModelVersion | None,
    certificate: Mapping[str, Any] | None,
    alarm: Alarm | None = None,
) -> list[Verdict]:
    """What each rule that is on finds of ``candidate``, which ``model`` trained; ``champion`` has the alias now."""
    found = []
    if gate.quality:
        found.append(quality(gate, home, model, candidate, champion))
    if gate.parity:
        found.append(proven(certificate))
    if gate.latency:
        found.append(_latency(gate, certificate))
    if gate.drift:
        found.append(_drift(alarm))
    return found


def quality(gate: Gate, home: Home, model: RunModel, candidate: Asked, champion: ModelVersion | None) -> Verdict:
    """Whether the candidate is at least as good as the champion on the same rows."""
    if champion is None:
        return Verdict("quality", "passed", _("No version has the alias yet, so there is none to compare with."), {})
    try:
        known, left_out = _unseen(gate, home, model, champion)
        if len(known.rows) < FEWEST:
            raise InputError(
                _("Only {count} rows are left that neither version was trained on.", count=len(known.rows)),
                fix=_("Name a dataset with other rows and the label."),
            )
        other = load(home, champion.model_uri)
        difference = compare(candidate, other, known, model.chain.task, model.chain.classes)
    except SekkeiError as error:
        reason = Joined([_("It cannot be told whether the model is as good as the present one:"), error.message])
        return Verdict("quality", "unknown", Joined([reason, error.fix]), {})
    return _judged(gate, difference, known, champion, left_out)


def _unseen(gate: Gate, home: Home, model: RunModel, champion: ModelVersion) -> tuple[KnownRows, int | None]:
    """Rows that neither version was trained on, and how many were left out; None where that cannot be told."""
    store = ResultStore(home.cache)
    known = _known_rows(gate, home, model, store)
    rows = len(known.rows)
    told = bool(champion.run_id and champion.step)
    models = [model, *([model_of(home, champion.run_id, champion.step)] if told else [])]
    for each in models:
        try:
            known = without(known, trained_on(each, store))
        except NotFoundError:
            told = False
    return known, rows - len(known.rows) if told else None


def _judged(gate: Gate, found: Difference, known: KnownRows, champion: ModelVersion, left_out: int | None) -> Verdict:
    failed = found.is_worse or (gate.tolerance is not None and found.gain < -gate.tolerance)
    facts = {**vars(found), "source": str(known.source), "champion": champion.version, "left_out": left_out}
    numbers = {
        "metric": declared(found.metric),
        "first": f"{found.first:.4g}",
        "second": f"{found.second:.4g}",
        "version": champion.version,
        "source": known.source,
        "count": found.rows,
        "low": f"{found.low:+.3g}",
        "high": f"{found.high:+.3g}",
    }
    if found.is_worse:
        text = _(
            "Worse than version {version}: {metric} {first} against {second} on {source} ({count:,}); "
            "the gain is between {low} and {high} at 95 %.",
            **numbers,
        )
    elif failed:
        text = _(
            "Worse than version {version} by more than is allowed: {metric} {first} against {second} on {source} "
            "({count:,}); the gain is between {low} and {high} at 95 %.",
            **numbers,
        )
    else:
        text = _(
            "Not worse than version {version}: {metric} {first} against {second} on {source} ({count:,}); "
            "the gain is between {low} and {high} at 95 %.",
            **numbers,
        )
    note = ""
    if left_out is None:
        note = _("Which rows version {version} was trained on is no longer known.", version=champion.version)
    elif left_out:
        note = ngettext(
            "{count} row that a version was trained on was left out.",
            "{count:,} rows that a version was trained on were left out.",
            count=left_out,
        )
    return Verdict("quality", "failed" if failed else "passed", Joined([text, note]), facts)


def _known_rows(gate: Gate, home: Home, model: RunModel, store: ResultStore) -> KnownRows:
    if not gate.dataset:
        return held_out(model, store)
    catalogue = Catalogue(home, Database(home.database_url))
    version = catalogue.get(gate.dataset, gate.version)
    frame = catalogue.read(version.name, version.version)
    return of_dataset(model, frame, f"{version.name} v{version.version}")


def proven(certificate: Mapping[str, Any] | None) -> Verdict:
    """Whether the model was proven to answer alike everywhere."""
    if not certificate:
        return Verdict("parity", "failed", _("It was never proven that the model answers alike everywhere."), {})
    text = _(
        "The same {rows} rows got the same answers in {ways} ways.",
        rows=certificate["rows"],
        ways=len(certificate["ways"]),
    )
    return Verdict("parity", "passed", text, {"largest_difference": certificate["largest_difference"]})


def _latency(gate: Gate, certificate: Mapping[str, Any] | None) -> Verdict:
    taken = (certificate or {}).get("milliseconds")
    if taken is None:
        return Verdict("latency", "unknown", _("It was not measured how long one row takes."), {})
    facts = {"milliseconds": taken, "budget": gate.latency_ms}
    values = {"taken": f"{taken:.3g}", "budget": f"{gate.latency_ms:g}"}
    if taken > gate.latency_ms:
        return Verdict("latency", "failed", _("One row takes {taken} ms; {budget} ms are allowed.", **values), facts)
    return Verdict("latency", "passed", _("One row takes {taken} ms, within {budget} ms.", **values), facts)


def _drift(alarm: Alarm | None) -> Verdict:
    if alarm is None:
        return Verdict("drift", "unknown", _("No monitoring tells whether the input has drifted."), {})
    states: dict[bool | None, State] = {True: "failed", False: "passed", None: "unknown"}
    return Verdict("drift", states[alarm.is_on], alarm.message, {"columns": list(alarm.columns)})
