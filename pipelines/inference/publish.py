"""Publishing: a run's model proven, registered under a name, and promoted where the gate lets it pass."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.chain.served import Served
from pipelines.document.model import InferenceEdits
from pipelines.errors import NotFoundError
from pipelines.inference import spark_session
from pipelines.inference.gate import Alarm, Gate, Verdict, decide, proven
from pipelines.inference.loading import folder_of, load_folder
from pipelines.inference.logging import log_model
from pipelines.inference.of_run import RunModel, edits_at, model_of
from pipelines.inference.parity import Certificate, ReadCsv, prove
from pipelines.messages import stored
from pipelines.settings import settings
from pipelines.tracking import ModelVersion, Tracking, facts, registry

if TYPE_CHECKING:
    from pipelines.workspace import Home


def publish(
    home: Home,
    run_id: str,
    name: str,
    *,
    alias: str = "champion",
    step: str | None = None,
    edits: InferenceEdits | None = None,
    gate: Gate | None = None,
    alarm: Alarm | None = None,
    read_csv: ReadCsv | None = None,
) -> ModelVersion:
    """Register the model that ``step`` of a run trained as the next version of ``name``, and point ``alias`` at it.

    Before that the model must answer alike in memory, reloaded in a fresh process, in batch and over REST: ParityError
    says where it does not, and nothing is registered. It answers as the run's inference pipelines do, with the
    ``edits`` of its document unless others are given. Where a rule of ``gate`` fails, the alias stays where it is, and
    the version's ``gate`` says why. ``step`` may be left out where the run has one model.
    """
    registry.check_name(name)
    if alias:
        registry.check_alias(alias)
    tracking = Tracking(home)
    model = model_of(home, run_id, step)
    edits = edits_at(model.run) if edits is None else edits
    uri, certificate = _proven(tracking, model, edits, read_csv)
    verdicts = _verdicts(home, model, uri, name, alias, certificate.to_dict(), gate or Gate(), alarm)
    tags = _tags(model, certificate, edits, verdicts)
    tracking.add_files(run_id, {f"parity/{model.ref.step}.json": json.dumps(certificate.to_dict(), indent=1).encode()})
    number = registry.register(tracking.client, name, uri, run_id, tags, task=model.ref.task)
    if alias and all(v.state != "failed" for v in verdicts):
        registry.set_alias(tracking.client, name, alias, number)
    return tracking.model_version(f"models:/{name}/{number}")


def judge(
    home: Home,
    run_id: str,
    name: str,
    *,
    alias: str = "champion",
    step: str | None = None,
    gate: Gate | None = None,
    alarm: Alarm | None = None,
) -> list[Verdict]:
    """What the gate would say of a run's model against the version that has the alias; nothing is published."""
    model = model_of(home, run_id, step)
    rules = (gate or Gate()).model_copy(update={"parity": False, "latency": False})
    return _verdicts(home, model, model.ref.model_uri, name, alias, {}, rules, alarm)


def promote(
    home: Home,
    name: str,
    version: int,
    *,
    alias: str = "champion",
    gate: Gate | None = None,
    alarm: Alarm | None = None,
) -> list[Verdict]:
    """Point ``alias`` at a version that is registered already, if the gate lets it pass; gives what the rules found."""
    tracking = Tracking(home)
    found = tracking.model_version(f"models:/{name}/{version}")
    rules = gate or Gate()
    if found.run_id and found.step:
        model = model_of(home, found.run_id, found.step)
        verdicts = _verdicts(home, model, found.model_uri, name, alias, found.parity or {}, rules, alarm)
    else:  # a model that was trained elsewhere is known by its proof alone
        verdicts = [proven(found.parity)] if rules.parity else []
    if all(v.state != "failed" for v in verdicts):
        registry.set_alias(tracking.client, name, alias, version)
    return verdicts


def _proven(
    tracking: Tracking, model: RunModel, edits: InferenceEdits, read_csv: ReadCsv | None
) -> tuple[str, Certificate]:
    """The model with the edits in it, and the proof; one that fails leaves nothing behind."""
    served = model.served(edits)
    if not isinstance(served, Served) and served is model.chain:
        return model.ref.model_uri, prove(folder_of(model.home, model.ref.model_uri), model.rows, read_csv, _cluster())
    assert served.contract is not None
    names = [*served.contract.names, *(c for c in model.rows.columns if c not in served.contract.names)]
    rows = model.rows.reindex(columns=names)
    ref = log_model(tracking, model.run.run_id, model.ref.step, served, rows)
    try:
        return ref.model_uri, prove(folder_of(model.home, ref.model_uri), rows, read_csv, _cluster())
    except BaseException:
        tracking.client.delete_logged_model(ref.model_uri.removeprefix("models:/"))
        raise


def _cluster() -> str | None:
    """The Spark cluster that a model is proven on as well; None where there is no Spark, or it is switched off."""
    master = settings().spark_master
    return master if settings().parity_spark and spark_session.installed(master) else None


def _verdicts(
    home: Home,
    model: RunModel,
    uri: str,
    name: str,
    alias: str,
    certificate: Mapping[str, Any],
    gate: Gate,
    alarm: Alarm | None,
) -> list[Verdict]:
    if not alias:
        return []
    champion = _champion(Tracking(home), name, alias)
    candidate = load_folder(Path(folder_of(home, uri)))
    return decide(gate, home, model, candidate, champion, certificate, alarm)


def _champion(tracking: Tracking, name: str, alias: str) -> ModelVersion | None:
    try:
        return tracking.model_version(f"models:/{name}@{alias}")
    except NotFoundError:
        return None


def _tags(model: RunModel, certificate: Certificate, edits: InferenceEdits, verdicts: list[Verdict]) -> dict[str, str]:
    run, revision = model.run, model.run.summary.revision
    return {
        facts.PIPELINE: run.summary.pipeline,
        facts.REVISION: "" if revision is None else str(revision),
        facts.STEP: model.ref.step,
        facts.TASK: model.ref.task,
        facts.METRICS: json.dumps(run.summary.metrics),
        facts.DATASETS: json.dumps([asdict(d) for d in run.datasets]),
        facts.PARITY: json.dumps(certificate.to_dict()),
        facts.EDITS: json.dumps(edits.model_dump(mode="json", exclude_defaults=True)),
        facts.GATE: json.dumps(stored([v.to_dict() for v in verdicts])),
    }


__all__ = ["judge", "promote", "publish"]
