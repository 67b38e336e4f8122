"""The scoring jobs there were, with what they gave."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from components import engine_choice, error_box, facts, record_table, row_columns, status, wording
from components.language import N_, _, ngettext
from components.record_table import Heading, cell
from pipelines.datasets import preview, sniff
from pipelines.jobs import Job

HEADINGS = [
    Heading(N_("Scoring"), wide=True),
    Heading(N_("State"), "status"),
    Heading(N_("Rows"), right=True),
    Heading(N_("Took"), right=True, quiet=True),
    Heading(N_("Started"), right=True, quiet=True),
]
ROWS = 10
ANSWERS = "Scored "  # how the names of predictions begin
MIME = {".csv": "text/csv", ".parquet": "application/vnd.apache.parquet"}


def show(jobs: Sequence[Job], *, selected: str | None, key: str) -> str | None:
    """Draw the jobs; the id of the one just opened."""
    rows = {j.id: _cells(j) for j in jobs}
    return record_table.show(
        HEADINGS,
        rows,
        label=_("Batch scoring"),
        selected=selected,
        key=key,
        height=360,
        empty=_("Nothing was scored yet."),
    ).opened


def detail(job: Job, *, key: str) -> str | None:
    """Draw what a job gave; the name of the dataset that the visitor wants to open."""
    with st.container(border=True, gap="small", key=f"{key}_detail"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            order = job.payload.get("order", {})
            st.markdown(f"**{order.get('model_uri', '').removeprefix('models:/')}**", width="content")
            status.show(str(job.state))
            given = order.get("input", {})
            st.caption(Path(str(given.get("dataset") or given.get("file") or job.title)).name, width="content")
        if job.error:
            error_box.show(error_box.stored(job.error), key=f"{key}_error")
        if not job.result:
            return None
        engine = job.result.get("engine")
        facts.show(
            {
                _("Rows"): f"{int(job.result.get('rows') or 0):,}",
                _("Took"): wording.duration(seconds(job)),
                _("Written"): wording.when(job.finished_at),
            }
            | ({_("Computed on"): engine_choice.name(engine)} if engine else {}),
            min_width=200,
        )
        return _result(str(job.result.get("output", "")), key)


def seconds(job: Job) -> float | None:
    """How long a job took."""
    if job.result.get("seconds") is not None:
        return float(job.result["seconds"])
    return (job.finished_at - job.started_at).total_seconds() if job.started_at and job.finished_at else None


def _result(output: str, key: str) -> str | None:
    if output.startswith("dataset:"):
        name = output.removeprefix("dataset:")
        return (
            name
            if st.button(_("Open dataset {name}", name=name), icon=":material/database:", key=f"{key}_open")
            else None
        )
    path = Path(output)
    if not path.is_file():
        st.caption(_("The file is no longer there."))
        return None
    st.download_button(
        _(
            "Download {format} ({size})",
            format=path.suffix.removeprefix(".").upper(),
            size=wording.size(path.stat().st_size),
        ),
        data=lambda: path.read_bytes(),
        file_name=path.name,
        mime=MIME.get(path.suffix, "application/octet-stream"),
        on_click="ignore",
        icon=":material/download:",
        type="primary",
        key=f"{key}_download",
    )
    with error_box.shown(f"{key}_unreadable"):
        frame = _first_rows(str(path), path.stat().st_mtime)
        st.dataframe(
            frame,
            height="content",
            hide_index=True,
            placeholder=row_columns.MISSING,
            key=f"{key}_rows",
            alt=_("The first rows with their predictions"),
            column_config=row_columns.named(frame),
        )
        if len(frame) == ROWS:
            st.caption(ngettext("The first row", "The first {count:,} rows", ROWS))
    return None


@st.cache_data(max_entries=20, show_spinner=False)
def _first_rows(path: str, written: float) -> pd.DataFrame:
    """The first rows of a result, the predictions before what they are of."""
    file = Path(path)
    frame = preview(file, sniff(file, file.name), ROWS, file_name=file.name)
    answers = [c for c in frame.columns if str(c).startswith(ANSWERS)]
    return frame[[*answers, *(c for c in frame.columns if c not in answers)]]


def _cells(job: Job) -> list[dict[str, object]]:
    rows = job.result.get("rows")
    return [
        cell(job.title, hint=job.title),
        cell(status.word(job.state), colour=status.colour(str(job.state)), pulse=str(job.state) == "running"),
        cell("" if rows is None else f"{rows:,}", rows),
        cell(wording.duration(seconds(job)), seconds(job)),
        cell(wording.ago(job.created_at), job.created_at.timestamp(), hint=wording.when(job.created_at)),
    ]
