"""What exactly was run: the pipeline's text and revision, its parameters, and the data it read."""

from __future__ import annotations

import streamlit as st

from components import facts, page_header, record_table
from components.language import N_, _, ngettext
from components.record_table import Heading, cell
from pipelines.tracking import RunDetail

DATA = [
    Heading(N_("Dataset"), wide=True),
    Heading(N_("Version"), right=True),
    Heading(N_("Rows"), right=True),
    Heading(N_("Step"), quiet=True),
    Heading(N_("Content"), quiet=True, hint=N_("The first letters of the hash of its content")),
]


def show(detail: RunDetail, *, key: str) -> None:
    """Draw the YAML beside parameters and data."""
    text, rest = st.columns([6, 5], gap="medium")
    with text:
        revision = detail.summary.revision
        page_header.section(
            _("Pipeline"),
            _("revision {revision}", revision=revision) if revision is not None else _("run without being saved"),
        )
        st.code(detail.yaml, language="yaml", height=560)
        st.download_button(
            "YAML",
            detail.yaml,
            f"{detail.summary.pipeline}.yaml",
            "application/yaml",
            icon=":material/download:",
            on_click="ignore",
            key=f"{key}_yaml",
        )
    with rest:
        page_header.section(_("Data"))
        rows = {
            f"{d.step}": [
                cell(d.name),
                cell(f"v{d.version}", d.version),
                cell(f"{d.rows:,}", d.rows),
                cell(d.step),
                cell(d.content_hash[:10]),
            ]
            for d in detail.datasets
        }
        record_table.show(
            DATA, rows, label=_("Data"), opens=False, key=f"{key}_data", empty=_("It read no dataset of the catalogue.")
        )
        page_header.section(_("Parameters"), ngettext("{count} parameter", "{count} parameters", len(detail.params)))
        with st.container(height=400, border=True):
            facts.show(detail.params, min_width=420)
