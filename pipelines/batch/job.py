"""A batch job from its order to its result. Killed at any moment and started again, it goes on where it was."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from pipelines.batch import delivery
from pipelines.batch.engines import Task, engine, with_engine
from pipelines.batch.fetch import Fetched, common_types, fetch
from pipelines.batch.order import Order
from pipelines.batch.staging import Counts, TooManyRejectedError, ending_of, stage
from pipelines.batch.work import Work
from pipelines.errors import InputError
from pipelines.inference.loading import load
from pipelines.inference.scoring import ScoringCancelledError
from pipelines.messages import _, ngettext
from pipelines.records import Database
from pipelines.settings import settings
from pipelines.workspace import Home

SCORING, FETCHING = 0.97, 0.02  # of the whole, as progress tells it
Tell = Callable[[float, str, dict[str, int]], None]


def batch_job(payload: dict[str, Any], context: Any) -> dict[str, Any]:
    """The job of kind ``batch``: ``order`` is an Order's plain values; ``name`` what the result is called after.

    ``anywhere``: the file may lie anywhere, as somebody at this machine named it.
    """
    order = Order.model_validate(payload["order"])
    work = Work(context.folder / "batch")
    try:
        return run(
            context.home,
            context.database,
            order,
            work,
            context.job_id,
            name=payload.get("name", ""),
            anywhere=bool(payload.get("anywhere")),
            tell=context.progress,
            cancelled=context.cancelled,
        )
    except ScoringCancelledError:
        return {"status": "cancelled"}
    except TooManyRejectedError as error:
        rejected = delivery.keep_rejected(context.home, work, context.job_id, error.count)
        told = {"message": error.message, "fix": error.fix}
        return {"status": "failed", "error": told, "rejected_file": rejected}


def run(
    home: Home,
    database: Database,
    order: Order,
    work: Work,
    job_id: str,
    *,
    name: str = "",
    anywhere: bool = False,
    tell: Tell = lambda done, text, counts: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """Score the rows and put the result into its place. What is over already, in ``work``, is not done again."""
    began = time.monotonic()
    delivered = work.read("delivered")
    if delivered is not None:
        work.drop_staged()
        return delivered
    order = with_engine(order)
    work.open()
    staged = work.read("staged")
    if staged is None:
        counts = _score(home, database, order, work, anywhere, tell, cancelled)
        staged = {"rows": counts.rows, "rejected": counts.rejected, "engine": order.parameters.engine}
        work.write("staged", staged)
    work.drop_parts()
    rejected = delivery.keep_rejected(home, work, job_id, staged["rejected"])
    told = delivery.deliver(home, database, order, work, job_id, name or name_of(order))
    result = staged | told | {"rejected_file": rejected, "model_uri": order.model_uri}
    result["seconds"] = time.monotonic() - began
    work.write("delivered", result)
    work.drop_staged()
    tell(1.0, _rows(staged["rows"]), {n: staged[n] for n in ("rows", "rejected")})
    return result


def _score(
    home: Home,
    database: Database,
    order: Order,
    work: Work,
    anywhere: bool,
    tell: Tell,
    cancelled: Callable[[], bool],
) -> Counts:
    """Have every row scored and the whole result staged."""
    parameters = order.parameters
    loaded = load(home, order.model_uri)
    size = (work.read("plan") or {}).get("rows") or parameters.batch_rows or settings().batch_rows

    def fetched_rows() -> Fetched:
        return fetch(home, database, order.input, work, size, _fetching(tell, cancelled), anywhere=anywhere)

    found = fetched_rows()
    plan = {"rows": size, "model": str(loaded.folder), "fetched": found.to_dict()}
    if work.read("plan") not in (None, plan):  # the rows, or the model, are others than those that have parts
        work.restart()
        found = fetched_rows()
        plan["fetched"] = found.to_dict()
    work.write("plan", plan)
    share = 0.0

    def reading(done: float) -> None:
        nonlocal share
        share = done

    def count(counts: Counts) -> None:
        tell(FETCHING + share * (SCORING - FETCHING), _rows(counts.rows), _numbers(counts))

    task = Task(
        work=work,
        model=loaded,
        fetched=found,
        rows=size,
        processes=min(parameters.processes or settings().batch_processes, settings().batch_processes),
        carried={"all": None, "none": ()}[parameters.columns]
        if isinstance(parameters.columns, str)
        else parameters.columns,
        types=common_types(found.paths),
        typed=ending_of(order.output) == "parquet",
        cancelled=cancelled,
        reading=reading,
    )
    counts = stage(work, engine(str(parameters.engine)).parts(task), order.output, parameters, count)
    if found.to_dict() != plan["fetched"]:
        work.restart()
        raise InputError(_("The rows were changed while they were read."), fix=_("Run the job again."))
    return counts


def _fetching(tell: Tell, cancelled: Callable[[], bool]) -> Callable[[int], None]:
    def hear(rows: int) -> None:
        if cancelled():
            raise ScoringCancelledError(_("Scoring was cancelled. Nothing was written."))
        tell(0.0, ngettext("{count} row read", "{count:,} rows read", count=rows), {})

    return hear


def _numbers(counts: Counts) -> dict[str, int]:
    return {k: v for k, v in asdict(counts).items() if isinstance(v, int)}


def _rows(count: int) -> str:
    return ngettext("{count} row", "{count:,} rows", count=count)


def name_of(order: Order) -> str:
    """What a result is called after: the dataset, file or table."""
    given = order.input
    last = str(given).rstrip("/").rpartition("/")[2] if not hasattr(given, "dataset") else str(given.dataset)
    return file_name(re.sub(r"\.(csv|tsv|txt|parquet|pq|xlsx?|jsonl?|ndjson)$", "", last.rpartition(":")[2]))


def file_name(name: str) -> str:
    """``name`` as a file may be called."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.")[:80] or "rows"
