"""The datasets of the catalogue as a list."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components import record_table, wording
from components.language import N_, _
from components.record_table import Heading, cell
from pipelines.datasets import DatasetInfo

HEADINGS = [
    Heading(N_("Name"), wide=True),
    Heading(N_("Version"), right=True),
    Heading(N_("Rows"), right=True),
    Heading(N_("Columns"), right=True),
    Heading(N_("Updated"), right=True, quiet=True),
]


def show(datasets: Sequence[DatasetInfo], *, selected: str | None, key: str) -> str | None:
    """Draw the datasets that the search finds; the name of the one just opened."""
    text = st.text_input(
        _("Find a dataset"),
        placeholder=_("Find a dataset"),
        type="search",
        live=True,
        key=f"{key}_search",
        label_visibility="collapsed",
    )
    wanted = (text or "").casefold()
    rows = {
        d.name: [
            cell(d.name, hint=d.description or d.source),
            cell(f"v{d.version}", d.version),
            cell(f"{d.rows:,}", d.rows),
            cell(f"{d.columns:,}", d.columns),
            cell(wording.ago(d.updated_at), d.updated_at.timestamp(), hint=wording.when(d.updated_at)),
        ]
        for d in datasets
        if wanted in f"{d.name} {d.description} {d.source}".casefold()
    }
    none = _("No dataset has this in its name.") if wanted else _("No datasets yet. Import a file to begin.")
    return record_table.show(
        HEADINGS, rows, label=_("Datasets"), selected=selected, key=f"{key}_table", height=620, empty=none
    ).opened
