"""``endpoint``: real-time endpoints and their deployments."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from pipelines.chain.predictor import LABELS
from pipelines.commands.answering import Json, answer
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.sdk import Workspace
from pipelines.serving.endpoints import Endpoint, NotServedError
from pipelines.serving.monitoring.traffic import Span, Traffic

if TYPE_CHECKING:
    from pipelines.serving.counterfactuals import Counterfactual
    from pipelines.serving.monitoring.report import Report
    from pipelines.serving.monitoring.truth import Live

Row = Annotated[Path | None, typer.Option(help="A JSON file with one row; the model's example unless said.")]
Chosen = Annotated[str, typer.Option(help="The one with the most traffic unless said.")]
commands = typer.Typer(no_args_is_help=True, help="Real-time endpoints.")


@commands.command("create")
def create(name: str, model_uri: str, processes: int = 1, as_json: Json = False) -> None:
    """Serve a model behind a REST address. The key is shown this once."""
    with answer(as_json) as say:
        try:
            made, key = Workspace.open().endpoints.create(name, model_uri, processes=processes, wait=True)
        except NotServedError as error:  # it is made, and its key is not shown again
            told = {"error": {"step": None, "message": error.message, "fix": error.fix}}
            lines = f"{_endpoint_lines(error.endpoint)}\nkey: {error.key}\nError: {error}"
            say(_endpoint(error.endpoint) | {"key": error.key} | told, lines)
            raise typer.Exit(1) from error
        say(_endpoint(made) | {"key": key}, f"{_endpoint_lines(made)}\nkey: {key}")


@commands.command("list")
def list_endpoints(as_json: Json = False) -> None:
    """List the endpoints."""
    with answer(as_json) as say:
        found = [_endpoint(e) for e in Workspace.open().endpoints.list()]
        say({"endpoints": found}, "\n".join(f"{e['name']:24} {e['state']:12} {e['url']}" for e in found))


@commands.command("show")
def show(name: str, as_json: Json = False) -> None:
    """Show an endpoint's state and its deployments."""
    _say(as_json, lambda: Workspace.open().endpoints.get(name))


@commands.command("update")
def update(name: str, model_uri: str, deployment: str = "", as_json: Json = False) -> None:
    """Put another model version in place, without losing a request; returns when it answers or has failed."""
    _say(as_json, lambda: Workspace.open().endpoints.update(name, model_uri, deployment=deployment, wait=True))


@commands.command("rollback")
def rollback(name: str, deployment: str = "", as_json: Json = False) -> None:
    """Go back to the version before, or give up the update that is under way."""
    _say(as_json, lambda: Workspace.open().endpoints.rollback(name, deployment=deployment, wait=True))


@commands.command("deploy")
def deploy(
    name: str,
    model_uri: str,
    deployment: Annotated[str, typer.Option(help="Its name; after the version unless said.")] = "",
    traffic: Annotated[int, typer.Option(min=0, max=100, help="Percent taken from the others.")] = 0,
    shadow: Annotated[bool, typer.Option(help="Ask it too, compare, never return its answers.")] = False,
    processes: Annotated[int, typer.Option(min=1)] = 1,
    as_json: Json = False,
) -> None:
    """Put one more model version behind an endpoint."""
    options: dict[str, Any] = {"deployment": deployment, "traffic": traffic, "shadow": shadow, "processes": processes}
    _say(as_json, lambda: Workspace.open().endpoints.deploy(name, model_uri, **options))


@commands.command("traffic")
def traffic(
    name: str, shares: Annotated[list[str], typer.Argument(metavar="DEPLOYMENT=PERCENT...")], as_json: Json = False
) -> None:
    """Share the traffic between deployments, in percent."""
    _say(as_json, lambda: Workspace.open().endpoints.set_traffic(name, _shares(shares)))


@commands.command("scale")
def scale(name: str, deployment: str, processes: int, as_json: Json = False) -> None:
    """Have a deployment served by so many processes."""
    _say(as_json, lambda: Workspace.open().endpoints.set_processes(name, deployment, processes))


@commands.command("shadow")
def shadow(name: str, deployment: str, off: bool = False, as_json: Json = False) -> None:
    """Make a deployment a shadow, or with --off no longer."""
    _say(as_json, lambda: Workspace.open().endpoints.set_shadow(name, deployment, not off))


@commands.command("remove")
def remove(name: str, deployment: str, as_json: Json = False) -> None:
    """End a deployment without traffic and forget it."""
    _say(as_json, lambda: Workspace.open().endpoints.remove(name, deployment))


@commands.command("limits")
def limits(
    name: str, requests_per_minute: int | None = None, max_request_mib: float | None = None, as_json: Json = False
) -> None:
    """Set how often and with how large a request an endpoint may be asked; what is not said has no limit of its own."""
    limits: dict[str, Any] = {"requests_per_minute": requests_per_minute, "max_request_mib": max_request_mib}
    _say(as_json, lambda: Workspace.open().endpoints.set_limits(name, **limits))


@commands.command("rotate-key")
def rotate_key(name: str, slot: str = "primary", as_json: Json = False) -> None:
    """Make a new primary or secondary key, shown this once; the one before is void."""
    with answer(as_json) as say:
        key = Workspace.open().endpoints.rotate_key(name, slot)
        say({"name": name, "slot": slot, "key": key}, key)


@commands.command("start")
def start(name: str, as_json: Json = False) -> None:
    """Start an endpoint, or try again those of its model servers that failed."""
    _say(as_json, lambda: Workspace.open().endpoints.start(name))


@commands.command("stop")
def stop(name: str, as_json: Json = False) -> None:
    """Stop an endpoint; its name and keys stay."""
    _say(as_json, lambda: Workspace.open().endpoints.stop(name))


@commands.command("requests")
def requests(name: str, limit: int = 50, as_json: Json = False) -> None:
    """Show the last requests from an endpoint's access log."""
    with answer(as_json) as say:
        found = [asdict(a) for a in Workspace.open().endpoints.requests(name, limit)]
        lines = [f"{a['time']:%Y-%m-%d %H:%M:%S} {a['status']} {a['milliseconds']:9.1f} ms  {a['id']}" for a in found]
        say({"requests": found}, "\n".join(lines))


@commands.command("monitor")
def monitor(
    name: str,
    span: Annotated[str, typer.Option(help="hour, day or week.")] = "day",
    deployment: Annotated[str, typer.Option(help="The one with the most traffic unless said.")] = "",
    as_json: Json = False,
) -> None:
    """Show an endpoint's traffic, and how far what it is asked and answers is from training."""
    with answer(as_json) as say:
        endpoints = Workspace.open().endpoints
        traffic, report = endpoints.traffic(name, cast(Span, span)), endpoints.drift(name, deployment)
        say({"traffic": asdict(traffic), "drift": asdict(report)}, _monitored(traffic, report))


@commands.command("explain")
def explain(name: str, row: Row = None, deployment: Chosen = "", as_json: Json = False) -> None:
    """Show how far each column's value moves the answer to a row, against its typical value."""
    with answer(as_json) as say:
        endpoints = Workspace.open().endpoints
        found = endpoints.explain(name, _row(endpoints.get(name), row), deployment=deployment)
        lines = [f"{found.answer.get(LABELS)}" + ("" if found.value is None else f"  ({found.value:.6g})")]
        lines += [f"  {e.column} = {e.value}  (typical {e.typical})  {e.effect:+.6g}" for e in found.effects]
        say(asdict(found), "\n".join(lines))


@commands.command("counterfactuals")
def counterfactuals(
    name: str,
    row: Row = None,
    target: Annotated[str | None, typer.Option(help="The class, or the number, to get to.")] = None,
    deployment: Chosen = "",
    as_json: Json = False,
) -> None:
    """Show the smallest changes to a row that change its answer."""
    with answer(as_json) as say:
        endpoints = Workspace.open().endpoints
        given = _row(endpoints.get(name), row)
        found = endpoints.counterfactuals(name, given, target=target, deployment=deployment)
        lines = [f"now: {found.answer.get(LABELS)}", *map(_counterfactual, found.found)]
        say(asdict(found), "\n".join(lines if found.found else [*lines, "No change of one or two columns is enough."]))


@commands.command("truth")
def truth(
    name: str,
    file: Annotated[
        Path | None, typer.Argument(help="Ids and true values; without one, what is known is shown.")
    ] = None,
    id_column: Annotated[
        str, typer.Option("--id", help="A column that requests have too; request_id unless said.")
    ] = "",
    column: Annotated[str, typer.Option(help="The one with the true values; the label's unless said.")] = "",
    deployment: Annotated[str, typer.Option(help="The one with the most traffic unless said.")] = "",
    as_json: Json = False,
) -> None:
    """Say what was true of rows that an endpoint was asked, and show how good its answers were."""
    with answer(as_json) as say:
        endpoints = Workspace.open().endpoints
        if file is None:
            found = endpoints.live_metrics(name, deployment)
        else:
            found = endpoints.add_truth(name, file, id_column=id_column, column=column, deployment=deployment)
        say(asdict(found), _live_lines(found))


@commands.command("delete")
def delete(name: str, as_json: Json = False) -> None:
    """Stop an endpoint and forget it."""
    with answer(as_json) as say:
        Workspace.open().endpoints.delete(name)
        say({"name": name, "deleted": True}, f"{name} is gone")


def _row(endpoint: Endpoint, file: Path | None) -> Mapping[str, Any]:
    """The row in a JSON file; the endpoint's example without one."""
    if file is None:
        return endpoint.example
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            _("The row in {file} cannot be read.", file=str(file)), fix=_("Give a JSON file with one object in it.")
        ) from error
    found = found[0] if isinstance(found, list) and len(found) == 1 else found
    if not isinstance(found, dict):
        raise InputError(
            _("The row in {file} cannot be read.", file=str(file)), fix=_("Give a JSON file with one object in it.")
        )
    return found


def _counterfactual(found: Counterfactual) -> str:
    changes = ", ".join(f"{c.column} {c.before} → {c.after}" for c in found.changes)
    value = "" if found.value is None or found.value == found.label else f"  ({found.value:.6g})"
    return f"  {changes}: {found.label}{value}"


def _say(as_json: bool, change: Callable[[], Endpoint]) -> None:
    with answer(as_json) as say:
        found = change()
        say(_endpoint(found), _endpoint_lines(found))


def _endpoint(endpoint: Endpoint) -> dict[str, Any]:
    names = ("name", "state", "reason", "model_uri", "traffic", "shadow", "processes", "restarts", "replaces")
    deployments = [{n: getattr(d, n) for n in names} for d in endpoint.running]
    shown = {n: getattr(endpoint, n) for n in ("name", "url", "state", "reason", "model_uri", "restarts")}
    return shown | {"deployments": deployments}


def _endpoint_lines(endpoint: Endpoint) -> str:
    lines = [f"{endpoint.name}: {endpoint.state} at {endpoint.url}", endpoint.reason]
    lines += [f"  {d.name:16} {d.state:12} {d.traffic:3} %  {d.model_uri}  {d.reason}" for d in endpoint.running]
    return "\n".join(line.rstrip() for line in lines if line)


def _monitored(traffic: Traffic, report: Report) -> str:
    whole = traffic.whole
    lines = [f"{whole.requests} requests in the last {traffic.span}, {whole.refused} refused, {whole.failed} failed"]
    if whole.p50 is not None and whole.p95 is not None:
        lines.append(f"p50 {whole.p50:.1f} ms, p95 {whole.p95:.1f} ms")
    lines.append(report.reason or f"{report.rows} rows sampled of {report.model_uri}, against {report.source}")
    for drift in (*report.columns, *report.answers):
        index = "" if drift.psi is None else f"{drift.psi:.3f}"
        lines.append(f"  {drift.column:28} {drift.state:9} {index:>7}  {drift.message}")
    return "\n".join([*lines, *([report.answers_reason] if report.answers_reason else [])])


def _live_lines(live: Live) -> str:
    lines = [f"{live.given} true values, {live.matched} of them belong to {live.rows} sampled rows", live.reason]
    for name, value in live.metrics.items():
        trained = f"{live.training[name]:10.4g} in training" if name in live.training else ""
        lines.append(f"  {name:32} {value:10.4g} {trained}".rstrip())
    return "\n".join(line for line in (*lines, *live.notes) if line)


def _shares(given: list[str]) -> dict[str, int]:
    try:
        return {name: int(share) for name, share in (g.split("=", 1) for g in given)}
    except ValueError as error:
        raise InputError(
            _("The shares of the traffic cannot be read."), fix=_("Write them as DEPLOYMENT=PERCENT.")
        ) from error
