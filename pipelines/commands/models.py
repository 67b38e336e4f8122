"""Commands of models: published, promoted, taken back, trained again; and of the inference pipelines behind them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from pipelines.commands.answering import Json, answer
from pipelines.document import codec
from pipelines.document.model import InferenceEdits
from pipelines.errors import NotFoundError, ParameterError
from pipelines.inference.derive import Kind
from pipelines.inference.gate import RULES, Gate, Verdict
from pipelines.messages import _, listed
from pipelines.sdk import Workspace

commands = typer.Typer(no_args_is_help=True, help="Registered models.")
inference = typer.Typer(no_args_is_help=True, help="Inference pipelines derived from runs.")

Off = Annotated[
    list[str] | None, typer.Option("--without", help=f"A rule that is not looked at: {', '.join(RULES)}, or all.")
]
Budget = Annotated[float, typer.Option("--latency-ms", min=0.001, help="So long may one row take.")]
Tolerance = Annotated[float | None, typer.Option(min=0, help="So much worse it may be at most.")]
Rows = Annotated[str, typer.Option("--on", metavar="DATASET", help="Rows to compare on, as NAME or NAME@VERSION.")]


def publish(
    run_id: str,
    name: str,
    alias: str = "champion",
    step: str = "",
    without: Off = None,
    latency_ms: Budget = 50.0,
    tolerance: Tolerance = None,
    on: Rows = "",
    as_json: Json = False,
) -> None:
    """Publish a run's model, after checking that it answers alike everywhere. The alias moves if the rules let it."""
    with answer(as_json) as say:
        gate = _gate(without or [], latency_ms, tolerance, on)
        made = Workspace.open().models.publish(run_id, name, alias=alias, step=step or None, gate=gate)
        lines = [f"{made.name}, version {made.version}: {made.model_uri}", *map(_verdict_line, made.gate)]
        held = any(v["state"] == "failed" for v in made.gate)
        say(
            {
                "name": made.name,
                "version": made.version,
                "model_uri": made.model_uri,
                "aliases": list(made.aliases),
                "gate": made.gate,
                "promoted": not held,
            },
            "\n".join(lines),
        )
    if held:
        raise typer.Exit(1)


@commands.command("list")
def model_list(as_json: Json = False) -> None:
    """List the registered models."""
    with answer(as_json) as say:
        found = [
            {"name": m.name, "latest_version": m.latest_version, "aliases": dict(m.aliases)}
            for m in Workspace.open().models.list()
        ]
        say({"models": found}, "\n".join(f"{m['name']:28} v{m['latest_version']} {m['aliases']}" for m in found))


@commands.command("compare")
def model_compare(
    run_id: str,
    name: str,
    alias: str = "champion",
    step: str = "",
    tolerance: Tolerance = None,
    on: Rows = "",
    as_json: Json = False,
) -> None:
    """Compare a run's model with the version that has the alias, on the same rows. Nothing is published."""
    with answer(as_json) as say:
        gate = _gate([], 50.0, tolerance, on)
        found = Workspace.open().models.judge(run_id, name, alias, step or None, gate=gate)
        _say_verdicts(say, found)


@commands.command("promote")
def model_promote(
    name: str,
    version: int,
    alias: str = "champion",
    without: Off = None,
    latency_ms: Budget = 50.0,
    tolerance: Tolerance = None,
    on: Rows = "",
    as_json: Json = False,
) -> None:
    """Point the alias at a version, if the rules let it."""
    with answer(as_json) as say:
        gate = _gate(without or [], latency_ms, tolerance, on)
        found = Workspace.open().models.promote(name, version, alias, gate=gate)
        _say_verdicts(say, found)
    if any(v.state == "failed" for v in found):
        raise typer.Exit(1)


@commands.command("rollback")
def model_rollback(name: str, alias: str = "champion", as_json: Json = False) -> None:
    """Point the alias back at the version that had it before."""
    with answer(as_json) as say:
        version = Workspace.open().models.rollback(name, alias)
        say({"name": name, "alias": alias, "version": version}, f"{name}@{alias}: version {version}")


@commands.command("retrain")
def model_retrain(
    model_uri: str,
    data: Annotated[
        list[str] | None, typer.Option(metavar="NAME@VERSION", help="The dataset's version; the newest unless said.")
    ] = None,
    as_json: Json = False,
) -> None:
    """File a run of the pipeline that trained a version, on newer data; its edits are kept."""
    with answer(as_json) as say:
        versions = dict(_versioned(each) for each in data or [])
        job = Workspace.open().models.retrain(model_uri, versions)
        say({"job_id": job.id, "state": str(job.state)}, f"job {job.id}: {job.state}")


@commands.command("export")
def model_export(
    model_uri: str,
    target: Annotated[str, typer.Argument(help="archive, container, kubernetes or kserve.")],
    output: Annotated[Path, typer.Argument(help="A new folder, or a file that ends in .zip.")],
    image: Annotated[str, typer.Option(help="The container image's name.")] = "",
    as_json: Json = False,
) -> None:
    """Write a model version as files that run elsewhere."""
    with answer(as_json) as say:
        made = Workspace.open().models.export(model_uri, target, output, image=image)
        say({"output": str(made)}, str(made))


@inference.command("show")
def inference_show(run_id: str, kind: str = "realtime", step: str = "", as_json: Json = False) -> None:
    """Print an inference pipeline of a run as YAML, and what became of each training step."""
    with answer(as_json) as say:
        chosen = _kind(kind)
        derived = Workspace.open().inference.derive(run_id, step or None)
        text = codec.dumps(derived.document(chosen))
        fates = [vars(f) for f in derived.fates[chosen]]
        lines = [f"# {f['title']}: {f['change']}. {f['reason']}" for f in fates]
        say({"kind": chosen, "yaml": text, "fates": fates}, "\n".join([text, *lines]))


@inference.command("edit")
def inference_edit(
    pipeline: str,
    assignments: Annotated[
        list[str],
        typer.Option("--set", help="NAME=VALUE, as in threshold=0.3 or ids=[customer]; an empty value takes it back."),
    ],
    as_json: Json = False,
) -> None:
    """Edit the inference pipelines of a kept pipeline: ids, passed, scores, threshold, top_k, explanations, export."""
    with answer(as_json) as say:
        values = dict(_assignment(each) for each in assignments)
        edits = Workspace.open().inference.edit(pipeline, **values).model_dump(mode="json", exclude_defaults=True)
        say({"edits": edits}, "\n".join(f"{k}: {v}" for k, v in edits.items()) or "no edits")


def _gate(without: list[str], latency_ms: float, tolerance: float | None, on: str) -> Gate:
    unknown = [r for r in without if r not in (*RULES, "all")]
    if unknown:
        raise ParameterError(
            _("There is no rule {name!r}.", name=unknown[0]),
            fix=_("The rules are {names}.", names=listed([*RULES, "all"])),
        )
    dataset, version = _versioned(on) if on else ("", None)
    gate = Gate(latency_ms=latency_ms, tolerance=tolerance, dataset=dataset, version=version)
    off = RULES if "all" in without else without
    return gate.model_copy(update=dict.fromkeys(off, False))


def _versioned(text: str) -> tuple[str, int | None]:
    name, at, version = text.rpartition("@")
    if not at:
        return text, None
    if not version.isdigit():
        raise ParameterError(_("{text!r} names no version.", text=text), fix=_("Write NAME@VERSION, as in cars@2."))
    return name, int(version)


def _kind(text: str) -> Kind:
    kinds: dict[str, Kind] = {"realtime": "realtime", "batch": "batch"}
    if text not in kinds:
        raise NotFoundError("inference pipeline", text, kinds)
    return kinds[text]


def _assignment(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or name not in InferenceEdits.model_fields:
        raise ParameterError(
            _("{text!r} edits nothing.", text=text),
            fix=_("Write NAME=VALUE; the names are {names}.", names=listed(list(InferenceEdits.model_fields))),
        )
    return name, yaml.safe_load(value)


def _say_verdicts(say: Any, found: list[Verdict]) -> None:
    verdicts = [v.to_dict() for v in found]
    say({"verdicts": verdicts}, "\n".join(map(_verdict_line, verdicts)) or "no rule was looked at")


def _verdict_line(verdict: dict[str, Any]) -> str:
    return f"{verdict['rule']:8} {verdict['state']:8} {verdict['message']}"
