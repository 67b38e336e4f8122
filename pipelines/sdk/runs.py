"""Runs, as pages and callers see them: MLflow's facts, and the outputs that are still kept."""

from __future__ import annotations

import builtins
from contextlib import suppress
from dataclasses import dataclass, replace

from pipelines.errors import NotFoundError
from pipelines.execution.cache import ResultStore, output_key
from pipelines.execution.result import Status
from pipelines.jobs import Jobs
from pipelines.messages import _
from pipelines.sdk.lost import settle
from pipelines.sdk.outputs import StepOutput
from pipelines.steps.base import Report
from pipelines.tracking import Comparison, RunDetail, RunSummary, Tracking
from pipelines.workspace import Home


@dataclass(frozen=True)
class Runs:
    """The runs of a workspace."""

    home: Home
    tracking: Tracking
    jobs: Jobs

    def list(
        self, pipeline: str | None = None, status: str | None = None, text: str = "", limit: int = 100, offset: int = 0
    ) -> builtins.list[RunSummary]:
        """The newest runs first, filtered."""
        found = self.tracking.list_runs(pipeline=pipeline, status=status, text=text, limit=limit, offset=offset)
        if any(r.status == Status.RUNNING for r in found) and settle(self.jobs, self.tracking):
            return self.tracking.list_runs(pipeline=pipeline, status=status, text=text, limit=limit, offset=offset)
        return found

    def experiments(self) -> builtins.list[str]:
        """The names of MLflow's experiments, those used last first."""
        return self.tracking.experiments()

    def get(self, run_id: str) -> RunDetail:
        """All that is known of a run; of one that was killed, the steps as its job last told of them."""
        found = self.tracking.get_run(run_id)
        if found.summary.status == Status.RUNNING and settle(self.jobs, self.tracking):
            found = self.tracking.get_run(run_id)
        if not found.steps and found.summary.job_id:
            with suppress(NotFoundError):
                return replace(found, steps=list(self.jobs.get(found.summary.job_id).steps))
        return found

    def compare(self, run_ids: builtins.list[str]) -> Comparison:
        """Two or more runs side by side."""
        return self.tracking.compare(run_ids)

    def output(self, run_id: str, step_id: str, output: str = "") -> StepOutput:
        """The table a step gave, or its further table ``output``, while it is kept. NotFoundError afterwards."""
        step = next((s for s in self.get(run_id).steps if s.id == step_id), None)
        if step is None:
            raise NotFoundError("step", step_id, [s.id for s in self.get(run_id).steps])
        return self.output_at(step.key, output)

    def output_at(self, key: str, output: str = "") -> StepOutput:
        """The table kept under a step result's key; with ``output``, its further table of this name."""
        try:
            return StepOutput(ResultStore(self.home.cache).rows_path(output_key(key, output) if output else key))
        except NotFoundError as error:
            gone = NotFoundError("kept output of this step", key)
            gone.message, gone.fix = (
                _("The output of this step is no longer kept."),
                _("Run the pipeline again to see it."),
            )
            raise gone from error

    def report_at(self, key: str) -> Report | None:
        """What the step behind a result's key found out; None where it has no report, or it is no longer kept."""
        try:
            return ResultStore(self.home.cache).report(key)
        except NotFoundError:
            return None

    def exports(self, run_id: str) -> dict[str, str]:
        """The files that a run's export steps wrote, by step."""
        folder = self.home.results / run_id
        return {p.parent.name: str(p) for p in sorted(folder.glob("*/*"))} if run_id.isalnum() else {}

    def delete(self, run_id: str) -> None:
        """Take a run out of the lists; MLflow can restore it."""
        self.tracking.delete_run(run_id)
