"""The head of a run's page: its name and state, what can be done with it, and its main facts."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from components import facts, page_header, status, wording
from components.language import _
from pipelines.tracking import RunDetail

Act = Literal["delete", "design", "publish"]


def show(detail: RunDetail, *, key: str) -> Act | None:
    """Draw the head; what the visitor wants of the run."""
    act: Act | None = None
    summary = detail.summary
    with page_header.row(summary.name, "play_circle", badges=lambda: status.show(summary.status)):
        st.page_link("pages/review/runs.py", label=_("All runs"), icon=":material/arrow_back:")
        if summary.mlflow_url:
            st.link_button(
                "MLflow", summary.mlflow_url, icon=":material/open_in_new:", type="tertiary", key=f"{key}_mlflow"
            )
        if st.button(_("Delete"), icon=":material/delete:", type="tertiary", key=f"{key}_delete"):
            act = "delete"
        if st.button(_("Pipeline"), icon=":material/account_tree:", key=f"{key}_design"):
            act = "design"
        if summary.status == "done" and detail.models:
            label, icon = _("Publish model"), ":material/publish:"
            if st.button(label, type="primary", icon=icon, key=f"{key}_publish"):
                act = "publish"
    facts.show(
        {
            _("Pipeline"): summary.pipeline,
            _("Revision"): summary.revision or _("not saved"),
            _("Started"): wording.when(summary.started_at),
            _("Took"): wording.duration(summary.seconds),
            _("Data"): ", ".join(f"{d.name} v{d.version}" for d in detail.datasets) or _("none"),
        },
        min_width=180,
    )
    return act
