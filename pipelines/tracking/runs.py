"""Reading runs back from MLflow."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipelines.document import codec
from pipelines.document.difference import difference
from pipelines.errors import InputError, NotFoundError, SekkeiError
from pipelines.execution.cache import report_from_dict
from pipelines.execution.result import DatasetUse, Status, StepResult
from pipelines.messages import Joined, _, listed, restored
from pipelines.steps.base import Curve, Report
from pipelines.tracking import facts, files
from pipelines.tracking.client import translate
from pipelines.tracking.facts import Comparison, ModelRef, RunDetail, RunSummary
from pipelines.tracking.links import compare_url, run_url

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

PAGE = 100
COMPARED = 10
_STATUS = {"FINISHED": Status.DONE, "FAILED": Status.FAILED, "KILLED": Status.CANCELLED}
_MLFLOW_STATUS = {
    "done": "FINISHED",
    "failed": "FAILED",
    "cancelled": "KILLED",
    "running": "RUNNING",
    "queued": "SCHEDULED",
}


def find(client: MlflowClient, run_id: str) -> Run:
    """A run that is not deleted; NotFoundError when there is none."""
    from mlflow.exceptions import MlflowException

    try:
        run = client.get_run(run_id)
    except MlflowException as error:
        if str(error.error_code) in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise NotFoundError("run", run_id) from None
        raise translate(error) from error
    if run.info.lifecycle_stage == "deleted":
        raise NotFoundError("run", run_id)
    return run


def search(
    client: MlflowClient,
    pages: str | None,
    pipeline: str | None,
    status: str | None,
    text: str,
    limit: int,
    offset: int,
) -> list[RunSummary]:
    """The newest runs first, filtered; at most 100."""
    from mlflow.utils.search_utils import SearchUtils

    experiments = _experiments(client)
    if not experiments:
        return []
    tests = []
    if pipeline is not None:
        tests.append(f"tags.`{facts.PIPELINE}` {_is(pipeline)}")
    if status:
        if status not in _MLFLOW_STATUS:
            raise InputError(
                _("There is no run status {status!r}.", status=status),
                fix=_("Choose from {states}.", states=listed(list(_MLFLOW_STATUS))),
            )
        tests.append(f"attributes.status = '{_MLFLOW_STATUS[status]}'")
    if text.strip():
        tests.append(f"attributes.run_name ILIKE '%{_pattern(text.strip())}%'")
    found = client.search_runs(
        experiments,
        filter_string=" AND ".join(tests),
        max_results=max(1, min(limit, PAGE)),
        order_by=["attributes.start_time DESC"],
        page_token=SearchUtils.create_page_token(offset).decode() if offset > 0 else None,
    )
    return [summary(run, pages) for run in found]


def running(client: MlflowClient) -> list[Run]:
    """The newest runs that say they run; at most 100."""
    experiments = _experiments(client)
    if not experiments:
        return []
    return list(client.search_runs(experiments, filter_string="attributes.status = 'RUNNING'", max_results=PAGE))


def experiments(client: MlflowClient) -> list[str]:
    """The names of the experiments, those used last first; MLflow's own Default, where nobody files, is left out."""
    found = client.search_experiments(max_results=1000, order_by=["last_update_time DESC"])
    return [e.name for e in found if e.experiment_id != "0"]


def _experiments(client: MlflowClient) -> list[str]:
    found_ids: list[str] = []
    token = None
    while True:
        page = client.search_experiments(
            filter_string=f"tags.`{facts.PIPELINE}` LIKE '%'", max_results=1000, page_token=token
        )
        found_ids += [e.experiment_id for e in page]
        token = page.token
        if not token:
            return found_ids


def _is(text: str) -> str:
    """A filter for exactly this text; MLflow's cannot hold both kinds of quotation marks, so that one is a pattern."""
    if "'" in text and '"' in text:
        return f"LIKE '{_pattern(text)}'"
    mark = '"' if "'" in text else "'"
    return f"= {mark}{text}{mark}"


def _pattern(text: str) -> str:
    """Text within a LIKE pattern: a quotation mark, which MLflow's filters cannot hold, matches any one character."""
    return "".join("_" if c in "'\"`\\" else c for c in text)[:200]


def summary(run: Run, pages: str | None) -> RunSummary:
    """One run in a list."""
    tags, info = run.data.tags, run.info
    status = _STATUS.get(info.status, Status.QUEUED if info.status == "SCHEDULED" else Status.RUNNING)
    ended = info.end_time if status.is_final and info.end_time else None
    revision = tags.get(facts.REVISION, "")
    return RunSummary(
        run_id=info.run_id,
        name=info.run_name or info.run_id,
        pipeline=tags.get(facts.PIPELINE, ""),
        status=status.value,
        started_at=moment(info.start_time),
        seconds=(ended - info.start_time) / 1000 if ended and info.start_time else None,
        metrics=dict(run.data.metrics),
        job_id=tags.get(facts.JOB, ""),
        revision=int(revision) if revision.isdigit() else None,
        mlflow_url=run_url(pages, info.experiment_id, info.run_id),
        pipeline_id=tags.get(facts.PIPELINE_ID, ""),
        retrains=tags.get(facts.RETRAINS, ""),
    )


def moment(milliseconds: int | None) -> datetime | None:
    """A point in time as MLflow keeps it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None


def detail(client: MlflowClient, pages: str | None, run_id: str) -> RunDetail:
    """All that is known of a run."""
    run = find(client, run_id)
    folder = files.folder(client, run)
    steps = [StepResult.from_dict(restored(s)) for s in _list(files.read_json(folder / files.STEPS_FILE, []))]
    yaml = folder / files.PIPELINE_FILE
    reports = {
        p.stem: report_from_dict(values)
        for p in sorted((folder / files.EVALUATION).glob("*.json"))
        if isinstance(values := files.read_json(p, None), dict)
    }
    return RunDetail(
        summary=summary(run, pages),
        params=dict(run.data.params),
        steps=steps,
        datasets=[DatasetUse(**d) for d in _list(files.read_json(folder / files.DATASETS_FILE, []))],
        yaml=yaml.read_text("utf-8") if yaml.is_file() else "",
        reports=_in_order(reports, steps),
        models=models(run),
        error=_error(run),
        log=[Joined([s.id, note], ": ") for s in steps for note in s.notes],
    )


def models(run: Run) -> list[ModelRef]:
    """The models that a run logged."""
    return [ModelRef(**m) for m in _list(_parsed(run.data.tags.get(facts.MODELS, "[]")))]


def _in_order(reports: dict[str, Report], steps: list[StepResult]) -> dict[str, Report]:
    order = [s.id for s in steps]
    return dict(sorted(reports.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order)))


def _error(run: Run) -> dict[str, str] | None:
    found = restored(_parsed(run.data.tags.get(facts.ERROR, "null")))
    return found if isinstance(found, dict) else None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def compare(client: MlflowClient, pages: str | None, run_ids: list[str]) -> Comparison:
    """Runs side by side, in the order given; two to ten of them."""
    wanted = list(dict.fromkeys(run_ids))
    if not 2 <= len(wanted) <= COMPARED:
        raise InputError(
            _("{number} runs cannot be compared.", number=len(wanted)),
            fix=_("Choose from 2 to {most} different runs.", most=COMPARED),
        )
    found = [detail(client, pages, run_id) for run_id in wanted]
    experiments = list(dict.fromkeys(find(client, run_id).info.experiment_id for run_id in wanted))
    curves: dict[str, list[tuple[str, Curve]]] = {}
    for run in found:
        for report in run.reports.values():
            for curve in report.curves:
                curves.setdefault(curve.kind, []).append((run.run_id, curve))
    return Comparison(
        runs=[r.summary for r in found],
        metrics={k: [r.summary.metrics.get(k) for r in found] for k in _names([r.summary.metrics for r in found])},
        params=_differing([r.params for r in found]),
        curves=curves,
        differences=_differences([r.yaml for r in found]),
        datasets=_differing([{d.name: str(d.version) for d in r.datasets} for r in found]),
        mlflow_url=compare_url(pages, wanted, experiments) if pages else "",
    )


def _names(values: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for each in values for name in each))


def _differing(values: list[dict[str, str]]) -> dict[str, list[str | None]]:
    rows = {name: [each.get(name) for each in values] for name in _names(values)}
    return {name: row for name, row in rows.items() if len(set(row)) > 1}


def _differences(texts: list[str]) -> list[list[str]]:
    documents = []
    for text in texts:
        try:
            documents.append(codec.loads(text) if text else None)
        except SekkeiError:  # written by a later version
            documents.append(None)
    first = documents[0]
    return [difference(first, d) if first is not None and d is not None else [] for d in documents]
