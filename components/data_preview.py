"""The rows of a kept table, one page at a time: sorted, searched, and to take away."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
import streamlit as st

from components import row_columns, wording
from components.language import _
from pipelines.sdk.outputs import StepOutput

PAGE_ROWS = 100


def show(output: StepOutput, *, name: str, key: str, height: int = 440) -> None:
    """Draw ``output``; ``name`` is what its downloads are called."""
    columns = output.columns
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        text = st.text_input(
            _("Search"),
            placeholder=_("Search all columns"),
            type="search",
            key=f"{key}_search",
            label_visibility="collapsed",
            width=190,
        )
        sort = st.selectbox(
            _("Sort by"),
            columns,
            index=None,
            placeholder=_("Sort by …"),
            key=f"{key}_sort",
            label_visibility="collapsed",
            width=170,
        )
        down = st.toggle(_("Descending"), key=f"{key}_down", disabled=sort is None)
    found = output.count(text or "")
    pages = max(1, -(-found // PAGE_ROWS))
    place = f"{key}_page"
    if st.session_state.get(place, 1) > pages:
        st.session_state[place] = 1
    page = int(st.session_state.get(place, 1))
    frame = output.page((page - 1) * PAGE_ROWS, PAGE_ROWS, sort, down, text or "")
    _table(frame, name, key, height)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        first = (page - 1) * PAGE_ROWS
        last = first + len(frame)
        shown = (
            _("Rows {first:,} to {last:,} of {all:,}", first=first + 1, last=last, all=found)
            if found
            else _("No row contains this")
        )
        st.caption(f"{shown} · {wording.columns(len(columns))}", width="content")
        _downloads(output, name, key)  # not above the rows, where their toolbar comes up
        st.space("stretch")
        st.pagination(pages, key=place, disabled=pages == 1, max_visible_pages=5)


def _table(frame: pd.DataFrame, name: str, key: str, height: int) -> None:
    st.dataframe(
        frame,
        height=height,
        hide_index=True,
        placeholder=row_columns.MISSING,
        key=f"{key}_rows",
        alt=_("Rows of {name}", name=name),
        column_config=row_columns.named(frame),
    )


def _downloads(output: StepOutput, name: str, key: str) -> None:
    st.download_button(
        "CSV",
        data=lambda: _csv(output),
        file_name=f"{name}.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
        key=f"{key}_csv",
        type="tertiary",
    )
    st.download_button(
        "Parquet",
        data=lambda: output.path.read_bytes(),
        file_name=f"{name}.parquet",
        mime="application/vnd.apache.parquet",
        on_click="ignore",
        icon=":material/download:",
        key=f"{key}_parquet",
        type="tertiary",
    )


def _csv(output: StepOutput) -> bytes:
    with tempfile.TemporaryDirectory(prefix="sekkei-download-") as folder:
        return output.to_csv(Path(folder) / "rows.csv").read_bytes()
