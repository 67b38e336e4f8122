"""How a batch job is told to who asked for it: our words, and those of Azure's batch endpoints beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.batch import folders
from pipelines.records import JobState
from pipelines.serving.batch_records import BatchJob
from pipelines.workspace import Home

AZURE = {
    JobState.QUEUED: "NotStarted",
    JobState.RUNNING: "Running",
    JobState.DONE: "Completed",
    JobState.FAILED: "Failed",
    JobState.CANCELLED: "Canceled",
}


def job_answer(home: Home, made: BatchJob, base: str) -> dict[str, Any]:
    """A job as JSON has it; ``base`` is the address of the endpoint's jobs."""
    job = made.job
    rejected = job.result.get("rejected_file")
    files: dict[str, str] = {}
    if job.state is JobState.DONE and Path(str(job.result.get("output", ""))).is_file():
        files["output"] = f"{base}/{job.id}/output"
    if rejected:
        files["rejected"] = f"{base}/{job.id}/rejected"
    return {
        "id": job.id,
        "name": job.id,
        "endpoint": made.endpoint,
        "deployment": made.deployment,
        "model": job.payload["order"]["model_uri"],
        "state": job.state.value,
        "progress": round(job.progress or 0.0, 4),
        "rows": made.rows,
        "rejected": made.rejected,
        "output": made.place,
        "version": job.result.get("version"),
        "engine": job.result.get("engine"),
        "rejected_file": folders.shown(home, Path(rejected)) if rejected else None,
        "error": {"message": job.error["message"], "fix": job.error["fix"]} if job.error else None,
        "schedule": made.schedule,
        "webhook": made.webhook_state,
        "created_at": job.created_at.isoformat(),
        "started_at": job.started_at.isoformat() if job.started_at else None,
        "finished_at": job.finished_at.isoformat() if job.finished_at else None,
        "links": {"self": f"{base}/{job.id}"} | files if base else {},
        "properties": {"status": AZURE[job.state]},
    }
