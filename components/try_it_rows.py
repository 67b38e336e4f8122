"""Trying a model on several rows: written as JSON or brought as a CSV file, and their answers as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from components import row_columns
from components.language import _, ngettext, said
from pipelines.chain.remarks import Remark
from pipelines.serving.trial import Trial, written
from pipelines.settings import settings

TOLD = 8  # warnings in words; the rest is counted


def json(row: Mapping[str, Any], *, key: str) -> bytes | None:
    """Draw an editor that holds ``row``; its text when Predict was pressed."""
    with st.form(f"{key}_form", border=True):
        text = st.text_area(
            _("Rows as JSON"),
            value=written([row]),
            height=280,
            key=f"{key}_text",
            help=_("A list of rows, one row, or the body of a request with dataframe_records"),
        )
        sent = st.form_submit_button(_("Predict"), type="primary", icon=":material/bolt:", key=f"{key}_send")
    return text.encode("utf-8", "surrogatepass") if sent else None


def csv(row: Mapping[str, Any], name: str, *, key: str) -> bytes | None:
    """Draw the place for a file, and an example of one with ``row`` in it; the content when Predict was pressed."""
    with st.container(border=True, gap="small"):
        given = st.file_uploader(
            _("CSV with a header line"),
            type=["csv"],
            max_upload_size=settings().max_request_mib,
            key=f"{key}_file",
            on_change=lambda: st.session_state.pop(kept(key), None),
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            sent = st.button(
                _("Predict"), type="primary", icon=":material/bolt:", key=f"{key}_send", disabled=given is None
            )
            st.download_button(
                _("Example file"),
                data=_csv(pd.DataFrame([dict(row)])),
                file_name=f"{name}-example.csv",
                mime="text/csv",
                on_click="ignore",
                icon=":material/download:",
                type="tertiary",
                key=f"{key}_example",
            )
    return given.getvalue() if sent and given is not None else None


def kept(key: str) -> str:
    """Where the latest trial stays for as long as its rows do."""
    return f"{key}_trial"


def answers(trial: Trial, name: str, *, key: str) -> None:
    """Draw the answers beside their rows, what is unusual about these, and the way to keep both."""
    table = trial.table()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            "**" + ngettext("{count} row answered", "{count:,} rows answered", count=len(table)) + "**", width="content"
        )
        st.download_button(
            "CSV",
            data=lambda: _csv(table),
            file_name=f"{name}-answers.csv",
            mime="text/csv",
            on_click="ignore",
            icon=":material/download:",
            type="tertiary",
            key=f"{key}_download",
        )
    remarks(trial.remarks)
    st.dataframe(
        table,
        height=min(420, 38 + 35 * len(table)),
        placeholder=row_columns.MISSING,
        key=f"{key}_table",
        alt=_("Answers of {name}", name=name),
        column_config=row_columns.named(table),
    )


def remarks(found: Sequence[Remark]) -> None:
    """Draw what is unusual about rows that were answered all the same."""
    if not found:
        return
    lines = [f"- {said(r.message)}" if len(found) > 1 else said(r.message) for r in found[:TOLD]]
    if len(found) > TOLD:
        lines.append("- " + ngettext("{count} more warning", "{count:,} more warnings", count=len(found) - TOLD))
    st.warning("\n".join(lines), icon=":material/warning:")


def _csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False).encode("utf-8", "replace")
