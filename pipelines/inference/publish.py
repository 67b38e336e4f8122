"""Publishing: a run's model proven, then registered under a name."""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipelines.errors import InputError, NotFoundError
from pipelines.inference.loading import folder_of
from pipelines.inference.parity import Certificate, prove
from pipelines.messages import _, listed
from pipelines.tracking import ModelRef, ModelVersion, RunDetail, Tracking, facts, files, registry, runs

if TYPE_CHECKING:
    from pipelines.workspace import Home


def publish(home: Home, run_id: str, name: str, *, alias: str = "champion", step: str | None = None) -> ModelVersion:
    """Register the model that ``step`` of a run trained as the next version of ``name``, and point ``alias`` at it.

    Before that the model must answer alike in memory, reloaded in a fresh process, in batch and over REST: ParityError
    says where it does not, and nothing is registered. ``step`` may be left out where the run has one model.
    """
    registry.check_name(name)
    if alias:
        registry.check_alias(alias)
    tracking = Tracking(home)
    run = tracking.get_run(run_id)
    model = _chosen(run, step)
    certificate = prove(folder_of(home, model.model_uri), _rows(tracking, run_id, model.step))
    number = registry.register(
        tracking.client, name, model.model_uri, run_id, _tags(run, model, certificate), task=model.task
    )
    tracking.add_files(run_id, {f"parity/{model.step}.json": json.dumps(certificate.to_dict(), indent=1).encode()})
    if alias:
        registry.set_alias(tracking.client, name, alias, number)
    return tracking.model_version(f"models:/{name}/{number}")


def publish_job(payload: dict[str, Any], context: Any) -> dict[str, Any]:
    """The job of kind ``publish``: ``run_id``, ``name``, ``alias`` and ``step`` as for ``publish``."""
    made = publish(
        context.home,
        payload["run_id"],
        payload["name"],
        alias=payload.get("alias", "champion"),
        step=payload.get("step"),
    )
    return {"name": made.name, "version": made.version, "model_uri": made.model_uri}


def _chosen(run: RunDetail, step: str | None) -> ModelRef:
    models = {m.step: m for m in run.models}
    if not models:
        raise NotFoundError("model in run", run.run_id)
    if step is None:
        if len(models) > 1:
            raise InputError(
                _("This run has {number} models.", number=len(models)),
                fix=_("Name the step of one: {names}.", names=listed([repr(c) for c in models])),
            )
        return run.models[0]
    if step not in models:
        raise NotFoundError("model of step", step, list(models))
    return models[step]


def _rows(tracking: Tracking, run_id: str, step: str) -> pd.DataFrame:
    """The rows that were kept with the run to prove its model on."""
    place = files.folder(tracking.client, runs.find(tracking.client, run_id)) / files.ROWS / f"{step}.parquet"
    return pd.read_parquet(io.BytesIO(place.read_bytes())) if place.is_file() else pd.DataFrame()


def _tags(run: RunDetail, model: ModelRef, certificate: Certificate) -> dict[str, str]:
    revision = run.summary.revision
    return {
        facts.PIPELINE: run.summary.pipeline,
        facts.REVISION: "" if revision is None else str(revision),
        facts.STEP: model.step,
        facts.TASK: model.task,
        facts.METRICS: json.dumps(run.summary.metrics),
        facts.DATASETS: json.dumps([asdict(d) for d in run.datasets]),
        facts.PARITY: json.dumps(certificate.to_dict()),
    }


__all__ = ["publish", "publish_job"]
