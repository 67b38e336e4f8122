"""One dataset: its rows, its columns, its versions, and what can be begun with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from components import data_preview, data_profile, record_table, wording
from components.language import N_, _
from components.record_table import Heading, cell
from pipelines.datasets import ColumnProfile, DatasetVersion
from pipelines.sdk.outputs import StepOutput

VERSIONS = [
    Heading(N_("Version")),
    Heading(N_("Rows"), right=True),
    Heading(N_("Columns"), right=True),
    Heading(N_("Size"), right=True),
    Heading(N_("Imported"), quiet=True),
    Heading(N_("Imported from"), quiet=True),
    Heading(
        N_("Content"),
        quiet=True,
        hint=N_("The first letters of the hash of its content; equal tables have equal hashes"),
    ),
]


@dataclass(frozen=True)
class Intent:
    """What the visitor wants of the dataset; ``design``: a pipeline of it, ``version``: another to see."""

    act: Literal["import", "delete", "design", "version"]
    version: int | None = None


def show(
    versions: Sequence[DatasetVersion], current: DatasetVersion, profile: Callable[[], list[ColumnProfile]], *, key: str
) -> Intent | None:
    """Draw ``current`` of ``versions`` (oldest first); ``profile`` is asked only when its tab is open."""
    intent = _head(current, len(versions), key)
    prefix = f"{key}_{current.content_hash[:12]}"
    tabs = st.tabs([_("Preview"), _("Columns"), _("Versions"), _("Use")], key=f"{key}_tab", on_change="rerun")
    if tabs[0].open:
        with tabs[0]:
            data_preview.show(StepOutput(current.path), name=f"{current.name}-v{current.version}", key=f"{prefix}_rows")
    if tabs[1].open:
        with tabs[1]:
            data_profile.show(profile(), key=f"{prefix}_profile")
    if tabs[2].open:
        with tabs[2]:
            intent = _versions(versions, current, key) or intent
    if tabs[3].open:
        with tabs[3]:
            _use(current)
    return intent


def _head(current: DatasetVersion, versions: int, key: str) -> Intent | None:
    intent = None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{current.name}**", width="content")
        version = f"v{current.version}"
        st.badge(_("{version} of {count}", version=version, count=versions) if versions > 1 else version, color="gray")
        st.caption(f"{wording.rows(current.rows)} · {wording.columns(len(current.columns))}", width="content")
        st.space("stretch")
        if st.button(_("Delete"), icon=":material/delete:", type="tertiary", key=f"{key}_delete"):
            intent = Intent("delete")
        if st.button(_("New version"), icon=":material/upload:", key=f"{key}_import"):
            intent = Intent("import")
        if st.button(_("Build a pipeline"), type="primary", icon=":material/account_tree:", key=f"{key}_design"):
            intent = Intent("design")
    return intent


def _versions(versions: Sequence[DatasetVersion], current: DatasetVersion, key: str) -> Intent | None:
    rows = {
        str(v.version): [
            cell(f"v{v.version}", v.version),
            cell(f"{v.rows:,}", v.rows),
            cell(f"{len(v.columns):,}", len(v.columns)),
            cell(wording.size(v.bytes), v.bytes),
            cell(wording.when(v.created_at), v.created_at.timestamp()),
            cell(v.source or _("a run")),
            cell(v.content_hash[:10]),
        ]
        for v in reversed(versions)
    }
    clicked = record_table.show(
        VERSIONS, rows, label=_("Versions"), selected=str(current.version), key=f"{key}_versions"
    )
    st.caption(_("Versions never change. A pipeline reads the newest one unless its dataset step names another."))
    return Intent("version", int(clicked.opened)) if clicked.opened else None


def _use(current: DatasetVersion) -> None:
    st.markdown(_("From Python:"))
    st.code(
        "from pipelines import Workspace\n\n"
        f"rows = Workspace.open().datasets.read({current.name!r}, version={current.version})",
        language="python",
    )
