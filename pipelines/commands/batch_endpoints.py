"""``batch-endpoint``: batch endpoints, their jobs and schedules."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer

from pipelines.commands.answering import Json, answer
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.sdk import Workspace
from pipelines.serving.batch_answers import job_answer
from pipelines.serving.batch_endpoints import BatchEndpoint, BatchEndpoints, BatchJob

commands = typer.Typer(no_args_is_help=True, help="Batch endpoints.")

Input = Annotated[
    str | None,
    typer.Argument(help="dataset:NAME, file:PATH, store:NAME/PATH or database:NAME/TABLE; else the batch pipeline's."),
]
Output = Annotated[
    str | None,
    typer.Argument(help="As the input; csv or parquet: a file of the job's own; else the batch pipeline's."),
]
Parameters = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the job.")]
Engine = Annotated[
    str | None,
    typer.Option(help="What scores: local or spark; else as the deployment or SEKKEI_BATCH_ENGINE says."),
]


@commands.command("create")
def create(
    name: str,
    model_uri: str,
    connection: Annotated[list[str] | None, typer.Option(help="A connection that callers may use.")] = None,
    as_json: Json = False,
) -> None:
    """Give a published model a name for batch jobs. The key is shown this once."""
    with answer(as_json) as say:
        made, key = _all().create(name, model_uri, connections=tuple(connection or ()))
        say(asdict(made) | {"key": key}, f"{_lines(made)}\nkey: {key}")


@commands.command("list")
def list_endpoints(as_json: Json = False) -> None:
    """List the batch endpoints."""
    with answer(as_json) as say:
        found = _all().list()
        say(
            {"endpoints": [asdict(e) for e in found]},
            "\n".join(f"{e.name:24} {e.default or '–':12} {e.url}" for e in found),
        )


@commands.command("show")
def show(name: str, as_json: Json = False) -> None:
    """Show an endpoint's versions and schedules."""
    _say(as_json, lambda all_: all_.get(name))


@commands.command("deploy")
def deploy(
    name: str,
    model_uri: str,
    deployment: Annotated[str, typer.Option(help="Its name; the next of v1, v2, … unless said.")] = "",
    default: Annotated[bool, typer.Option("--default", help="Jobs that name no deployment get it.")] = False,
    as_json: Json = False,
) -> None:
    """Add a version behind an endpoint."""
    _say(as_json, lambda all_: all_.deploy(name, model_uri, deployment=deployment, default=default))


@commands.command("default")
def set_default(name: str, deployment: str, as_json: Json = False) -> None:
    """Choose the deployment of jobs that name none."""
    _say(as_json, lambda all_: all_.set_default(name, deployment))


@commands.command("remove")
def remove(name: str, deployment: str, as_json: Json = False) -> None:
    """Take a deployment away."""
    _say(as_json, lambda all_: all_.remove(name, deployment))


@commands.command("rotate-key")
def rotate_key(name: str, slot: str = "primary", as_json: Json = False) -> None:
    """A new primary or secondary key, shown this once; the old one is refused from now on."""
    with answer(as_json) as say:
        key = _all().rotate_key(name, slot)
        say({"name": name, "slot": slot, "key": key}, key)


@commands.command("delete")
def delete(name: str, as_json: Json = False) -> None:
    """Forget an endpoint; results stay."""
    with answer(as_json) as say:
        _all().delete(name)
        say({"name": name}, name)


@commands.command("start")
def start(
    name: str,
    input: Input = None,
    output: Output = None,
    parameters: Parameters = None,
    deployment: str = "",
    webhook: str = "",
    engine: Engine = None,
    as_json: Json = False,
) -> None:
    """File a job; a studio's worker does it."""
    with answer(as_json) as say:
        given = _parameters(parameters or [])
        made = _all().submit(
            name, input, output, parameters=given, deployment=deployment, webhook=webhook, engine=engine
        )
        say(_job(made), f"{made.id} -> {made.place}")


@commands.command("jobs")
def jobs(name: str, as_json: Json = False) -> None:
    """List an endpoint's newest jobs."""
    with answer(as_json) as say:
        found = [_job(j) for j in _all().job_list(name)]
        say({"jobs": found}, "\n".join(_job_line(j) for j in found))


@commands.command("job")
def job(name: str, job_id: str, as_json: Json = False) -> None:
    """Show how a job is."""
    _say_job(as_json, lambda all_: all_.job(name, job_id))


@commands.command("cancel")
def cancel(name: str, job_id: str, as_json: Json = False) -> None:
    """Stop a job."""
    _say_job(as_json, lambda all_: all_.cancel(name, job_id))


@commands.command("resume")
def resume(name: str, job_id: str, as_json: Json = False) -> None:
    """Have a job that failed or was cancelled go on after its last finished piece."""
    _say_job(as_json, lambda all_: all_.resume(name, job_id))


@commands.command("schedule")
def schedule(
    name: str,
    schedule_name: Annotated[str, typer.Argument(metavar="SCHEDULE")],
    cron: Annotated[str, typer.Argument(help="Minute, hour, day, month, weekday: '30 6 * * MON-FRI'.")],
    input: Input = None,
    output: Output = None,
    parameters: Parameters = None,
    engine: Engine = None,
    time_zone: str = "UTC",
    as_json: Json = False,
) -> None:
    """Have jobs begin by themselves."""
    _say(
        as_json,
        lambda all_: all_.schedule(
            name,
            schedule_name,
            cron,
            {"input": input, "output": output, "parameters": _parameters(parameters or [], engine)},
            time_zone=time_zone,
        ),
    )


@commands.command("unschedule")
def unschedule(
    name: str, schedule_name: Annotated[str, typer.Argument(metavar="SCHEDULE")], as_json: Json = False
) -> None:
    """Take a schedule away."""
    _say(as_json, lambda all_: all_.delete_schedule(name, schedule_name))


def _all() -> BatchEndpoints:
    return Workspace.open().batch_endpoints


def _say(as_json: bool, act: Any) -> None:
    with answer(as_json) as say:
        found: BatchEndpoint = act(_all())
        say(asdict(found), _lines(found))


def _say_job(as_json: bool, act: Any) -> None:
    with answer(as_json) as say:
        found = _job(act(_all()))
        say(found, _job_line(found))


def _job(made: BatchJob) -> dict[str, Any]:
    return job_answer(Workspace.open().home, made, "")


def _job_line(found: dict[str, Any]) -> str:
    return f"{found['id']}  {found['state']:10} {found['rows']:>10,} rows  {found['engine'] or '':6} {found['output']}"


def _lines(found: BatchEndpoint) -> str:
    versions = [
        f"  {d.name:12} {d.model_uri}{'  default' if d.name == found.default else ''}" for d in found.deployments
    ]
    rules = [f"  {s.name:12} {s.cron} {s.time_zone}" for s in found.schedules]
    return "\n".join([f"{found.name}  {found.url}", *versions, *rules])


def _parameters(given: list[str], engine: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in given:
        name, mark, value = each.partition("=")
        if not mark:
            raise InputError(
                _("{target!r} names no parameter.", target=each), fix=_("Write NAME=VALUE or STEP.PARAM=VALUE.")
            )
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found | ({"engine": engine} if engine else {})
