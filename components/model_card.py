"""A registered model: its versions, and everything about one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from components import contract_table, export_panel, facts, gate_list, metric_cards, parity_list, record_table, wording
from components.language import N_, _, said
from components.record_table import Heading, cell
from pipelines.document.values import brief
from pipelines.tracking import ModelVersion

VERSIONS = [
    Heading(N_("Version")),
    Heading(N_("Aliases"), "badges", sortable=False),
    Heading(N_("Metrics"), wide=True, sortable=False),
    Heading(N_("Published"), quiet=True),
]

TABS = [N_("Input"), N_("Checked"), N_("Origin"), N_("Metrics"), N_("Aliases"), N_("Use elsewhere")]


@dataclass(frozen=True)
class Intent:
    """What the visitor wants of a version."""

    act: Literal["open", "deploy", "score", "alias", "unalias", "rollback", "retrain", "delete", "run"]
    version: int
    alias: str = ""


def show(
    versions: Sequence[ModelVersion],
    current: ModelVersion,
    *,
    export: export_panel.Make,
    key: str,
    before: Mapping[str, int] | None = None,
) -> Intent | None:
    """Draw the versions of a model (newest first) and ``current`` of them.

    ``before`` are the versions that aliases would go back to; ``export`` makes the files of a version for elsewhere.
    """
    intent = _head(current, key)
    opened = record_table.show(
        VERSIONS,
        {str(v.version): _line(v) for v in versions},
        label=_("Versions"),
        selected=str(current.version),
        key=f"{key}_versions",
        height=190,
    ).opened
    if opened:
        intent = Intent("open", int(opened))
    prefix = f"{key}_{current.version}"
    labels = [said(name) for name in TABS]
    for name, tab in zip(TABS, st.tabs(labels, key=f"{key}_tab", on_change="rerun"), strict=True):
        if tab.open:
            with tab:
                intent = _tab(name, current, export, prefix, before or {}) or intent
    return intent


def _head(current: ModelVersion, key: str) -> Intent | None:
    intent = None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{current.name}**", width="content")
        st.badge(f"v{current.version}", color="gray")
        for alias in current.aliases:
            st.badge(alias, color="blue", icon=":material/flag:")
        st.space("stretch")
        if current.mlflow_url:
            st.link_button(
                "MLflow", current.mlflow_url, icon=":material/open_in_new:", type="tertiary", key=f"{key}_mlflow"
            )
        if current.run_id and st.button(_("Train again"), icon=":material/autorenew:", key=f"{key}_retrain"):
            intent = Intent("retrain", current.version)
        if st.button(_("Score in batch"), icon=":material/table_rows:", key=f"{key}_score"):
            intent = Intent("score", current.version)
        if st.button(_("Deploy"), type="primary", icon=":material/cloud_upload:", key=f"{key}_deploy"):
            intent = Intent("deploy", current.version)
    return intent


def _line(v: ModelVersion) -> list[dict[str, object]]:
    main = metric_cards.main_metrics(v.metrics, 3)
    words = " · ".join(f"{wording.metric(n)} {wording.number(x)}" for n, x in main.items())
    return [
        cell(f"v{v.version}", v.version),
        cell("", items=[{"text": a, "colour": "blue"} for a in v.aliases]),
        cell(words),
        cell(
            wording.ago(v.created_at),
            v.created_at.timestamp() if v.created_at else None,
            hint=wording.when(v.created_at),
        ),
    ]


def _tab(name: str, v: ModelVersion, export: export_panel.Make, key: str, before: Mapping[str, int]) -> Intent | None:
    match name:
        case "Input":
            contract_table.show(v.contract, key=f"{key}_contract")
        case "Checked":
            gate_list.show(v.gate, key=f"{key}_gate")
            parity_list.show(v.parity, key=f"{key}_parity")
        case "Origin":
            return _origin(v, key)
        case "Metrics":
            metric_cards.show(v.metrics, key=f"{key}_metrics", limit=8)
        case "Use elsewhere":
            export_panel.show(v, export, key=f"{key}_export")
        case _:
            return _aliases(v, key, before)
    return None


def _origin(v: ModelVersion, key: str) -> Intent | None:
    edited = [f"{name} {brief(value)}" for name, value in v.edits.model_dump(exclude_defaults=True).items()]
    data = ", ".join(f"{d.name} v{d.version} ({wording.rows(d.rows)})" for d in v.datasets)
    facts.show(
        {
            _("Pipeline"): v.pipeline or _("not trained here"),
            _("Revision"): v.revision if v.revision is not None else _("not saved"),
            _("Step"): v.step or "–",
            _("Task"): said(v.task.replace("_", " ")) or "–",
            _("Edits"): ", ".join(edited) or _("none"),
            _("Data"): data or "–",
            _("Published"): wording.when(v.created_at),
            _("Address"): v.model_uri,
        },
        min_width=320,
    )
    if v.run_id and st.button(_("Open the run"), icon=":material/play_circle:", key=f"{key}_run"):
        return Intent("run", v.version)
    return None


def _aliases(v: ModelVersion, key: str, before: Mapping[str, int]) -> Intent | None:
    st.caption(_("An alias points at one version. Endpoints and scoring can follow it, as in NAME@champion."))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        alias = st.text_input(
            _("Alias for this version"), value="champion", max_chars=100, key=f"{key}_alias", width=240
        )
        if st.button(
            _("Set alias"), icon=":material/flag:", key=f"{key}_set", disabled=not alias or alias in v.aliases
        ):
            return Intent("alias", v.version, alias.strip())
        for name in v.aliases:
            if st.button(_("Remove {name}", name=name), key=f"{key}_unset_{name}", type="tertiary"):
                return Intent("unalias", v.version, name)
    for name, version in before.items():
        if st.button(
            _("Put {name} back to version {version}", name=name, version=version),
            icon=":material/undo:",
            key=f"{key}_back_{name}",
        ):
            return Intent("rollback", version, name)
    if st.button(_("Delete this version"), icon=":material/delete:", type="tertiary", key=f"{key}_delete"):
        return Intent("delete", v.version)
    return None
