"""The steps of a run: how each went, how long it took, what it gave; the one that failed says why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from components import record_table, status, wording
from components.language import N_, _, said
from components.record_table import Heading, cell
from pipelines.execution.result import Status, StepResult

HEADINGS = [
    Heading(N_("Step"), wide=True, sortable=False),
    Heading(N_("Status"), "status", sortable=False),
    Heading(N_("Time"), right=True, quiet=True),
    Heading(N_("Rows"), right=True),
    Heading(N_("Columns"), right=True),
]


def show(steps: Sequence[StepResult], *, selected: str | None, key: str) -> str | None:
    """Draw the steps; the id of the one just opened."""
    rows = {s.id: _cells(n, s) for n, s in enumerate(steps, 1)}
    return record_table.show(
        HEADINGS, rows, label=_("Steps"), selected=selected, key=key, height=640, empty=_("No steps yet.")
    ).opened


def failure(step: StepResult, *, key: str) -> None:
    """Draw why a step failed and what to do; the trace stays folded."""
    with st.container(gap="small", key=f"{key}_failure"):
        text = said(step.message) or _("This step failed.")
        st.error(
            f"**{said(step.title) or step.id}**: {text}" + (f"\n\n{said(step.fix)}" if step.fix else ""),
            icon=":material/error:",
        )
        if step.trace:
            with st.expander(_("Trace, for a report"), key=f"{key}_trace"):
                st.code(step.trace, language=None, height=240)


def _cells(number: int, s: StepResult) -> list[dict[str, Any]]:
    seconds = None if s.reused or s.status not in (Status.DONE, Status.FAILED) else s.seconds
    return [
        cell(f"{number}  {said(s.title) or s.id}", hint=s.id),
        cell(status.word(s.status), colour=status.colour(s.status), pulse=s.status is Status.RUNNING),
        cell("" if seconds is None else wording.duration(seconds), seconds),
        cell("" if s.rows is None else f"{s.rows:,}", s.rows),
        cell("" if s.columns is None else f"{s.columns:,}", s.columns),
    ]


def example() -> list[StepResult]:
    """A step reused, one that failed and one skipped, for tests."""
    return [
        StepResult("cars", "dataset", "Dataset", Status.REUSED, 0.0, 201, 26, "a1"),
        StepResult("filter", "filter_rows", "Filter rows", Status.FAILED, 0.2, message="There is no column 'prize'.",
                   fix="Did you mean 'price'?", trace="Traceback …\nKeyError: 'prize'"),
        StepResult("train", "train_model", "Train Model", Status.SKIPPED),
    ]  # fmt: skip
