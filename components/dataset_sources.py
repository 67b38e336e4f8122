"""Importing from elsewhere than a file: a database by the name of its connection, or an address."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import streamlit as st

from components import error_box, page_header, row_columns, wording
from components.language import _
from pipelines import connections
from pipelines.datasets import databases, web
from pipelines.errors import SekkeiError

PREVIEW_ROWS = 100


@dataclass(frozen=True)
class DatabaseOrder:
    """A table, or the rows of a query, that the visitor wants imported."""

    name: str
    connection: str
    table: str
    query: str
    limit: int | None


@dataclass(frozen=True)
class AddressOrder:
    """The file at an address that the visitor wants imported."""

    name: str
    address: str


def choose(*, key: str) -> str:
    """Where the rows come from: ``file``, ``database`` or ``address``."""
    titles = {"file": _("File"), "database": _("Database"), "address": _("Address")}
    return st.segmented_control(
        _("Rows from"),
        list(titles),
        default="file",
        required=True,
        format_func=titles.__getitem__,
        key=f"{key}_source",
        label_visibility="collapsed",
        width="stretch",
    )


def database(known: Collection[str], *, key: str) -> DatabaseOrder | None:
    """Draw the form of an import from a database; the order when Import was pressed."""
    names = [c.name for c in connections.connections() if c.kind == "database"]
    if not names:
        page_header.empty(
            _("There is no connection to a database yet. The guide says how to add one to the workspace."),
            icon="database",
        )
        return None
    with st.container(border=True, gap="small"):
        left, right = st.columns(2, gap="small", vertical_alignment="bottom")
        chosen = left.selectbox(_("Connection"), names, key=f"{key}_connection")
        kinds = {"table": _("Table"), "query": _("Query")}
        kind = right.segmented_control(
            _("Read"), list(kinds), default="table", required=True, format_func=kinds.__getitem__, key=f"{key}_kind"
        )
        table = query = ""
        if kind == "table":
            table = st.selectbox(
                _("Table"),
                databases.tables(chosen),
                index=None,
                placeholder=_("Choose a table"),
                key=f"{key}_{chosen}_table",
            )
        else:
            query = st.text_area(_("Query"), placeholder="SELECT …", height=110, key=f"{key}_query")
        left, right = st.columns(2, gap="small", vertical_alignment="bottom")
        name = left.text_input(_("Dataset name"), value=table or "", max_chars=100, key=f"{key}_{table}_name")
        limit = right.number_input(
            _("Row limit"), min_value=1, value=None, step=1000, placeholder=_("all rows"), key=f"{key}_limit"
        )
        _version_told(name, known)
        row = st.container(horizontal=True, gap="small")
        asked = bool(table or query.strip())
        look = row.button(_("Preview"), icon=":material/visibility:", key=f"{key}_look", disabled=not asked)
        go = row.button(
            _("Import"),
            type="primary",
            icon=":material/upload:",
            key=f"{key}_go",
            disabled=not (asked and name.strip()),
        )
    if look:
        _look(chosen, table or "", query, key)
    return DatabaseOrder(name, chosen, table or "", query, limit) if go else None


def address(known: Collection[str], *, key: str) -> AddressOrder | None:
    """Draw the form of an import from an address; the order when Import was pressed."""
    if not web.is_allowed():
        page_header.empty(
            _("Importing by address is switched off. SEKKEI_HTTP_IMPORT names the hosts that may be asked."),
            icon="link",
        )
        return None
    with st.container(border=True, gap="small"):
        given = st.text_input(_("Address"), placeholder="https://example.org/table.csv", key=f"{key}_address")
        name = st.text_input(_("Dataset name"), max_chars=100, key=f"{key}_address_name")
        _version_told(name, known)
        go = st.button(
            _("Import"),
            type="primary",
            icon=":material/upload:",
            key=f"{key}_address_go",
            disabled=not (given.strip() and name.strip()),
        )
    return AddressOrder(name, given.strip()) if go else None


def _version_told(name: str, known: Collection[str]) -> None:
    if name.strip() in known:
        st.caption(
            _(":orange[:material/history:] This name exists. The rows become its next version; earlier ones stay.")
        )


def _look(connection: str, table: str, query: str, key: str) -> None:
    try:
        frame = databases.read(
            connection, table=table, query=query, limit=PREVIEW_ROWS, seconds=databases.PREVIEW_SECONDS
        )
    except SekkeiError as error:
        error_box.show(error, key=f"{key}_unreadable")
        return
    page_header.section(_("Preview"), f"{wording.rows(len(frame))} · {wording.columns(len(frame.columns))}")
    st.dataframe(
        frame,
        height=300,
        hide_index=True,
        placeholder=row_columns.MISSING,
        key=f"{key}_preview",
        alt=_("The first rows, as they would be imported"),
        column_config=row_columns.named(frame, types=True),
    )
