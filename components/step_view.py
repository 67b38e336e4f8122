"""What the list and the canvas show of a step: one line of facts, worked out once for both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from components import status, step_summary, wording
from components.language import _, said
from components.wording import duration
from pipelines.document.model import PipelineDocument
from pipelines.execution.preview import Inspection
from pipelines.execution.result import Status, StepResult
from pipelines.graph.order import Graph, Node, resolve, title_of
from pipelines.steps.library import STEP_TYPES


@dataclass(frozen=True)
class StepView:
    """A step as drawn. ``status`` is a run's Status value, or ``idle``, ``error`` (a diagnostic), ``off``."""

    id: str
    number: int
    title: str
    category: str
    summary: str
    status: str
    detail: str
    errors: int
    warnings: int
    enabled: bool
    note: str = ""
    reason: str = ""  # why the last run could not reuse it
    state: str = ""  # the status in a word, empty where there is nothing to say


def views(
    document: PipelineDocument, graph: Graph, inspection: Inspection, results: dict[str, StepResult]
) -> list[StepView]:
    """Every step of ``document`` in its order; ``results`` holds what the last run says of the steps it still fits."""
    nodes = {n.id: n for n in graph.nodes}
    counts: dict[tuple[str | None, str], int] = {}
    for each in inspection.diagnostics:
        counts[each.step, each.severity] = counts.get((each.step, each.severity), 0) + 1
    found = []
    for number, placed in enumerate(document.steps, 1):
        step_type = STEP_TYPES.get(placed.type)
        result = results.get(placed.id)
        errors = counts.get((placed.id, "error"), 0)
        found.append(
            StepView(
                id=placed.id,
                number=number,
                title=placed.title or said(title_of(placed, step_type)),
                category=said(step_type.category) if step_type else "",
                summary=_summary(
                    nodes.get(placed.id), placed.params, placed.type if placed.title or not step_type else ""
                ),
                status=(state := _status(placed.enabled, result, errors)),
                detail=_detail(result),
                errors=errors,
                warnings=counts.get((placed.id, "warning"), 0),
                enabled=placed.enabled,
                note=placed.note,
                reason=said(result.reason) if result else "",
                state="" if state == "idle" else status.word(state),
            )
        )
    return found


def fitting_results(
    document: PipelineDocument, graph: Graph, ran: PipelineDocument | None, results: dict[str, StepResult]
) -> dict[str, StepResult]:
    """The results of steps that are as they were when they ran, and so is all they are made from."""
    if ran is None:
        return {}
    if ran.steps == document.steps:
        return results
    then = {n.id: n for n in resolve(ran).nodes}
    fits: set[str] = set()
    for node in graph.nodes:
        before = then.get(node.id)
        if before is not None and _same(node, before) and all(e.step in fits for e in node.edges.values()):
            fits.add(node.id)
    return {k: v for k, v in results.items() if k in fits}


def _same(now: Node, then: Node) -> bool:
    return (
        now.node.type == then.node.type and now.node.params == then.node.params and dict(now.edges) == dict(then.edges)
    )


def _summary(node: Node | None, params: dict[str, Any], fallback: str) -> str:
    if node is None or node.step is None:
        return fallback or (_("needs attention") if params else "")
    return step_summary.summary(node.step) or (said(node.step_type.title) if fallback and node.step_type else "")


def _status(enabled: bool, result: StepResult | None, errors: int) -> str:
    if not enabled:
        return "off"
    if result is not None and not (errors and result.status.is_final):
        return result.status.value
    return "error" if errors else "idle"


def _detail(result: StepResult | None) -> str:
    if result is None or result.status in (Status.QUEUED, Status.SKIPPED, Status.CANCELLED):
        return ""
    if result.status is Status.RUNNING:
        return _("running")
    if result.status is Status.FAILED:
        return _("failed")
    parts = [wording.rows(result.rows)] if result.rows is not None else []
    parts.append(_("reused") if result.reused else duration(result.seconds))
    return " · ".join(parts)
