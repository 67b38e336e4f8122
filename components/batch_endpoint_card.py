"""One batch endpoint: its versions, its jobs with what they gave, its schedules, and how programs ask it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from components import (
    batch_consume,
    batch_endpoint_forms,
    engine_choice,
    error_box,
    job_progress,
    page_header,
    record_table,
    status,
    wording,
)
from components.language import N_, _, said
from components.markdown import escaped
from components.record_table import Heading, cell
from pipelines.serving.batch_endpoints import BatchEndpoint, BatchJob
from pipelines.tracking import RegisteredModel

JOBS = [
    Heading(N_("Job"), wide=True),
    Heading(N_("State"), "status"),
    Heading(N_("Rows"), right=True),
    Heading(N_("Rejected"), right=True),
    Heading(N_("Started"), right=True, quiet=True),
]
Act = Literal[
    "delete",
    "rotate",
    "default",
    "remove",
    "version",
    "start",
    "open",
    "cancel",
    "resume",
    "schedule",
    "switch",
    "drop",
]


@dataclass(frozen=True)
class Intent:
    """What the visitor wants; ``value`` names what it is about."""

    act: Act
    value: Any = ""


def head(endpoint: BatchEndpoint, *, key: str) -> Intent | None:
    """Draw the name and the switches."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{endpoint.name}**", width="content")
        st.caption(endpoint.description, width="content")
        st.space("stretch")
        with st.popover(_("Keys"), icon=":material/key:", type="tertiary", key=f"{key}_keys"):
            st.caption(_("A new key takes the place of the one there is at once."))
            for slot in ("primary", "secondary"):
                label = _("New primary key") if slot == "primary" else _("New secondary key")
                if st.button(label, key=f"{key}_rotate_{slot}", width="stretch"):
                    return Intent("rotate", slot)
        if st.button(_("Delete"), icon=":material/delete:", type="tertiary", key=f"{key}_delete"):
            return Intent("delete")
    return None


def tabs(
    endpoint: BatchEndpoint,
    jobs: Sequence[BatchJob],
    models: Sequence[RegisteredModel],
    datasets: Sequence[str],
    secret: str,
    *,
    opened: str,
    key: str,
) -> Intent | None:
    """Draw jobs, versions, schedules and how to ask; what the visitor wants."""
    names = [_("Jobs"), _("Versions"), _("Schedules"), _("Consume")]
    shown = st.tabs(names, key=f"{key}_tab", on_change="rerun")
    found: list[Intent | None] = []
    versions = [d.name for d in endpoint.deployments]
    with shown[0]:
        found.append(_jobs(endpoint, jobs, versions, datasets, opened, key))
    if shown[1].open:
        with shown[1]:
            found.append(_versions(endpoint, models, key))
    if shown[2].open:
        with shown[2]:
            found.append(_schedules(endpoint, versions, datasets, key))
    if shown[3].open:
        with shown[3]:
            batch_consume.show(endpoint.url, key=f"{key}_consume")
            with st.expander(_("Signing secret of webhooks"), key=f"{key}_secret"):
                st.code(secret, language=None)
    return next((i for i in found if i), None)


def _jobs(
    endpoint: BatchEndpoint,
    jobs: Sequence[BatchJob],
    versions: Sequence[str],
    datasets: Sequence[str],
    opened: str,
    key: str,
) -> Intent | None:
    wanted = batch_endpoint_forms.job(versions, endpoint.default, datasets, key=f"{key}_job")
    rows = {j.id: _cells(j) for j in jobs}
    clicked = record_table.show(
        JOBS,
        rows,
        label=_("Jobs"),
        selected=opened or None,
        key=f"{key}_jobs",
        height=300,
        empty=_("No jobs yet. Start one here, or by HTTP."),
    ).opened
    shown = next((j for j in jobs if j.id == opened), None)
    intent = _detail(shown, key) if shown else None
    return Intent("start", wanted) if wanted else Intent("open", clicked) if clicked else intent


def _cells(job: BatchJob) -> list[dict[str, object]]:
    state = str(job.job.state)
    where = job.job.title.partition(": ")[2] or job.job.title
    return [
        cell(where, hint=job.id, note=job.schedule or job.deployment),
        cell(status.word(state), colour=status.colour(state), pulse=state == "running"),
        cell(f"{job.rows:,}" if job.rows else "", job.rows),
        cell(f"{job.rejected:,}" if job.rejected else "", job.rejected),
        cell(wording.ago(job.job.created_at), job.job.created_at.timestamp(), hint=wording.when(job.job.created_at)),
    ]


def _detail(job: BatchJob, key: str) -> Intent | None:
    state = str(job.job.state)
    with st.container(border=True, gap="small", key=f"{key}_detail"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            status.show(state)
            engine = job.job.result.get("engine")
            told = [job.place, wording.rows(job.rows), *([engine_choice.name(engine)] if engine else [])]
            st.caption(" · ".join(told), width="content")
            st.space("stretch")
            if state in ("failed", "cancelled") and st.button(
                _("Continue"),
                icon=":material/resume:",
                key=f"{key}_resume",
                help=_("Goes on after the last piece that was scored"),
            ):
                return Intent("resume", job.id)
            if not job.job.state.is_final and st.button(_("Cancel"), icon=":material/stop_circle:", key=f"{key}_stop"):
                return Intent("cancel", job.id)
        if not job.job.state.is_final:
            st.progress(min(1.0, max(0.0, job_progress.progress(job.job))))
        if job.job.error:
            error_box.show(error_box.stored(job.job.error), key=f"{key}_error")
        with st.container(horizontal=True, gap="small"):
            _download(job.job.result.get("output"), _("Download predictions"), f"{key}_download")
            _download(job.job.result.get("rejected_file"), _("Download rejected rows"), f"{key}_rejected")
    return None


def _download(given: Any, label: str, key: str) -> None:
    path = Path(str(given or ""))
    if given and path.is_file():
        st.download_button(
            f"{label} ({wording.size(path.stat().st_size)})",
            data=lambda: path.read_bytes(),
            file_name=path.name,
            on_click="ignore",
            icon=":material/download:",
            key=key,
        )


def _versions(endpoint: BatchEndpoint, models: Sequence[RegisteredModel], key: str) -> Intent | None:
    for each in endpoint.deployments:
        with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{each.name}**", width="content")
            st.caption(escaped(wording.model(each.model_uri)), width="content")
            st.space("stretch")
            if each.name == endpoint.default:
                st.badge(_("Default version"), color="green", icon=":material/check:")
                continue
            if st.button(_("Make default"), key=f"{key}_default_{each.name}"):
                return Intent("default", each.name)
            if st.button(_("Remove"), type="tertiary", icon=":material/delete:", key=f"{key}_remove_{each.name}"):
                return Intent("remove", each.name)
    uri = batch_endpoint_forms.version(models, key=f"{key}_version")
    return Intent("version", uri) if uri else None


def _schedules(endpoint: BatchEndpoint, versions: Sequence[str], datasets: Sequence[str], key: str) -> Intent | None:
    if not endpoint.schedules:
        page_header.empty(_("No schedule yet. With one, jobs begin by themselves."), icon="schedule")
    for each in endpoint.schedules:
        with st.container(border=True, gap="small"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f"**{each.name}**", width="content")
                st.caption(f"`{each.cron}` {each.time_zone} · {each.request['input']}", width="content")
                st.space("stretch")
                st.caption(
                    _("next: {when}", when=wording.when(each.due_at)) if each.enabled else _("at rest"), width="content"
                )
                label = _("Pause") if each.enabled else _("Wake")
                if st.button(label, type="tertiary", key=f"{key}_switch_{each.name}"):
                    return Intent("switch", (each.name, not each.enabled))
                if st.button(_("Remove"), type="tertiary", icon=":material/delete:", key=f"{key}_drop_{each.name}"):
                    return Intent("drop", each.name)
            if each.error:
                st.error(said(each.error), icon=":material/error:")
    wanted = batch_endpoint_forms.schedule(versions, endpoint.default, datasets, key=f"{key}_schedule")
    return Intent("schedule", wanted) if wanted else None
