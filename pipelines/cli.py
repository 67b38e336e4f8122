"""The command line: every command calls the SDK and nothing below it.

With ``--json`` a command prints one JSON object on standard output and nothing else there; what libraries print goes to
standard error. The exit code is 0, or 1 when what was asked for could not be done.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.commands import batch_endpoints, endpoints, models
from pipelines.commands.answering import Json, answer, diagnostic_line
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.sdk import Workspace
from pipelines.sdk.step_check import check_step

app = typer.Typer(
    name="sekkei",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Sekkei without the pages.",
)
steps_app = typer.Typer(help="Step types and algorithms.")
dataset_app = typer.Typer(no_args_is_help=True, help="Datasets and their versions.")
connection_app = typer.Typer(no_args_is_help=True, help="Named connections to databases and stores.")
pipeline_app = typer.Typer(no_args_is_help=True, help="Pipelines kept in the workspace.")
run_app = typer.Typer(no_args_is_help=True, help="Runs.")
for name, group in {
    "steps": steps_app,
    "dataset": dataset_app,
    "connection": connection_app,
    "pipeline": pipeline_app,
    "runs": run_app,
    "model": models.commands,
    "inference": models.inference,
    "batch-endpoint": batch_endpoints.commands,
    "endpoint": endpoints.commands,
}.items():
    app.add_typer(group, name=name)


@steps_app.callback(invoke_without_command=True)
def steps(context: typer.Context, as_json: Json = False) -> None:
    """List the step types and algorithms, with their parameters."""
    if context.invoked_subcommand is not None:
        return
    with answer(as_json) as say:
        library = Workspace.library()
        lines = [f"{s['type']:24} {s['behaviour']:14} {s['title']}: {s['help']}" for s in library["steps"]]
        lines += [""] + [f"{a['type']:30} {a['task']}" for a in library["algorithms"]]
        say(library, "\n".join(lines))


@steps_app.command("check")
def steps_check(file: Path, as_json: Json = False) -> None:
    """Try the step type that a file declares: its declaration, and its example as a pipeline runs it."""
    with answer(as_json) as say:
        found = check_step(file)
        say(found, "\n".join([*found["passed"], "The step type keeps the contract."]))


@dataset_app.command("add")
def dataset_add(
    name: str,
    file: Annotated[Path | None, typer.Argument(help="A file, or a folder of files with the same columns.")] = None,
    missing: Annotated[list[str] | None, typer.Option(help="Text that marks a missing value, such as '?'.")] = None,
    address: Annotated[str, typer.Option(help="An HTTP(S) address instead of a file.")] = "",
    connection: Annotated[str, typer.Option(help="The name of a connection to a database instead of a file.")] = "",
    table: Annotated[str, typer.Option(help="A table of that database.")] = "",
    query: Annotated[str, typer.Option(help="A query to that database.")] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many rows of that database.")] = None,
    as_json: Json = False,
) -> None:
    """Import a file, an address, a table or a query as a dataset, or as its next version."""
    with answer(as_json) as say:
        if sum(map(bool, (file, address, connection))) != 1 or bool(connection) != bool(table or query):
            raise InputError(
                _("It is not said what to import."),
                fix=_("Give a file, --address, or --connection with --table or --query."),
            )
        workspace = Workspace.open()
        if connection:
            made = workspace.import_database(name, connection, table=table, query=query, limit=limit)
        elif address:
            made = workspace.import_address(name, address)
        else:
            made = workspace.import_file(name, file or "", missing=missing)
        say(made, f"{made['name']}, version {made['version']}: {made['rows']} rows, {len(made['columns'])} columns")


@connection_app.command("list")
def connection_list(as_json: Json = False) -> None:
    """List the named connections to databases and stores."""
    with answer(as_json) as say:
        found = Workspace.connections()
        say({"connections": found}, "\n".join(f"{c['name']:28} {c['kind']:10} {c['system']}" for c in found))


@dataset_app.command("list")
def dataset_list(as_json: Json = False) -> None:
    """List the datasets, each in its newest version."""
    with answer(as_json) as say:
        found = Workspace.open().list_datasets()
        say(
            {"datasets": found},
            "\n".join(
                f"{d['name']:28} v{d['version']:<4} {d['rows']:>10} rows {len(d['columns']):>5} columns" for d in found
            ),
        )


@dataset_app.command("show")
def dataset_show(name: str, version: int | None = None, as_json: Json = False) -> None:
    """Show a dataset's columns."""
    with answer(as_json) as say:
        found = Workspace.open().show_dataset(name, version)
        lines = [f"{found['name']}, version {found['version']}: {found['rows']} rows"]
        lines += [f"  {c['name']:32} {c['type']:10} {c['missing']} missing" for c in found["columns"]]
        say(found, "\n".join(lines))


@app.command()
def validate(file: Path, as_json: Json = False) -> None:
    """Check a pipeline file without running it."""
    with answer(as_json) as say:
        workspace = Workspace.open()
        inspection = workspace.inspect(workspace.read_document(file))
        found = [d.to_dict() for d in inspection.diagnostics]
        say(
            {"ok": inspection.ok, "diagnostics": found},
            "\n".join(diagnostic_line(d) for d in found) or "Nothing to object to.",
        )
    if not inspection.ok:
        raise typer.Exit(1)


@app.command()
def run(
    file: Path,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", help="NAME=VALUE for a pipeline parameter, STEP.PARAM=VALUE for a step's."),
    ] = None,
    until: Annotated[str, typer.Option(metavar="STEP", help="Run this step and what it needs, no more.")] = "",
    experiment: Annotated[
        str, typer.Option(metavar="NAME", help="MLflow's experiment; the pipeline's own unless said.")
    ] = "",
    fresh: Annotated[str, typer.Option(metavar="STEP", help="From this step on, compute anew what is kept.")] = "",
    as_json: Json = False,
) -> None:
    """Run a pipeline file and track the run in MLflow."""
    with answer(as_json) as say:
        workspace = Workspace.open()
        document = workspace.read_document(file)
        found = workspace.run(
            document, overrides=assignments or [], until=until or None, fresh_from=fresh or None, experiment=experiment
        )
        values = found.to_dict()
        lines = [_step_line(s) for s in values["steps"]]
        lines += [f"{k} = {v:.6g}" for k, v in values["metrics"].items()]
        lines.append(
            f"run {values['run_id']}: {values['status']}"
            + (f". {values['error']['message']}" if values.get("error") else "")
        )
        say(values, "\n".join(lines))
    if values["status"] != "done":
        raise typer.Exit(1)


@run_app.command("list")
def runs_list(pipeline: str = "", limit: int = 20, as_json: Json = False) -> None:
    """List the newest runs."""
    with answer(as_json) as say:
        found = Workspace.open().runs.list(pipeline=pipeline or None, limit=limit)
        values = [
            {
                "run_id": r.run_id,
                "pipeline": r.pipeline,
                "status": r.status,
                "started_at": r.started_at,
                "seconds": r.seconds,
                "metrics": r.metrics,
            }
            for r in found
        ]
        say({"runs": values}, "\n".join(f"{r['run_id']} {r['status']:10} {r['pipeline']}" for r in values))


app.command()(models.publish)


@app.command()
def score(
    model_uri: str,
    input_file: Annotated[Path, typer.Argument(metavar="INPUT")],
    output_file: Annotated[Path, typer.Argument(metavar="OUTPUT")],
    as_json: Json = False,
) -> None:
    """Score a CSV or Parquet file with a model; the output's ending decides its format."""
    with answer(as_json) as say:
        found = Workspace.open().batch.score(model_uri, input_file, output_file)
        say(
            {"rows": found.rows, "output": str(found.output), "seconds": found.seconds},
            f"{found.rows} rows in {found.seconds:.1f} s: {found.output}",
        )


@app.command()
def up(parent: Annotated[int, typer.Option(hidden=True)] = 0) -> None:
    """Start the services without the pages, print their addresses, and run until stopped."""
    from pipelines.services import main_up
    from pipelines.workspace import Home

    main_up(Home.open(), parent or None)


@app.command(hidden=True)
def service(name: str) -> None:
    """Run one service in the foreground: worker or api. For installations that start each on its own."""
    from pipelines.services import main_service
    from pipelines.workspace import Home

    main_service(name, Home.open())


def _step_line(step: dict[str, Any]) -> str:
    rows = "" if step["rows"] is None else step["rows"]
    return f"{step['id']:24} {step['status']:10} {step['seconds']:8.2f} s {rows:>10}  {step['reason']}".rstrip()
