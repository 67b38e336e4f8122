"""A small table typed in by hand: a grid over comma-separated text, which stays what the document holds."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from components.language import _
from components.widget_state import keep

MOST_ROWS = 2000
_OTHER = re.compile(r"\s*(@relation|%|[-+\d.]+\s+(qid:)?\d+:)|.*\t", re.IGNORECASE)


def show(label: str, text: str, *, key: str, help: str | None, on_change: Callable[[str], None]) -> None:
    """Draw the grid, or the text where that is wanted or the grid cannot show it; a change gives the new text."""
    table = parsed(text)
    titles = {"grid": _("Grid"), "text": _("Text")}
    st.markdown(f":small[{label}]", help=help)
    shown = "text"
    if table is not None:
        shown = st.segmented_control(
            _("Show as"),
            list(titles),
            default="grid",
            required=True,
            format_func=titles.__getitem__,
            key=f"{key}.as",
            label_visibility="collapsed",
        )
    if table is None or shown == "text":
        _text(label, text, key, on_change)
    else:
        _grid(label, text, table, key, on_change)


def parsed(text: str) -> pd.DataFrame | None:
    """The cells as text, the first line the names; None where the text is no plain table or too long for a grid."""
    if _OTHER.match(text):
        return None
    try:
        rows = [r for r in csv.reader(io.StringIO(text.strip("\r\n")), skipinitialspace=True, strict=True) if r]
    except csv.Error:
        return None
    if not rows:
        return pd.DataFrame({"a": pd.Series(dtype=str), "b": pd.Series(dtype=str)})
    names = rows[0]
    fits = all(len(r) == len(names) for r in rows) and len(set(names)) == len(names) and all(n.strip() for n in names)
    if not fits or len(rows) > MOST_ROWS:
        return None
    return pd.DataFrame(rows[1:], columns=names, dtype=str)


def edited(table: pd.DataFrame, edits: Mapping[str, Any]) -> pd.DataFrame:
    """The table after what a data editor says was done to it; rows without any cell are left out."""
    names = list(table.columns)
    rows = [list(r) for r in table.itertuples(index=False)]
    for place, cells in edits.get("edited_rows", {}).items():
        for name, value in cells.items():
            rows[int(place)][names.index(name)] = "" if value is None else str(value)
    gone = set(edits.get("deleted_rows", ()))
    rows = [r for i, r in enumerate(rows) if i not in gone]
    added = [["" if r.get(n) is None else str(r[n]) for n in names] for r in edits.get("added_rows", ())]
    return pd.DataFrame([*rows, *(r for r in added if any(r))], columns=names, dtype=str)


def with_columns(table: pd.DataFrame, edits: Mapping[str, Any]) -> pd.DataFrame:
    """The table with its columns renamed, added and dropped as an editor of their names says."""
    names: list[str | None] = list(table.columns)
    for place, cells in edits.get("edited_rows", {}).items():
        wanted = str(cells.get("name") or "").strip()
        if wanted and wanted not in names:
            names[int(place)] = wanted
    made = table.set_axis(names, axis=1)
    gone = set(edits.get("deleted_rows", ()))
    made = made[[n for i, n in enumerate(names) if i not in gone]]
    for row in edits.get("added_rows", ()):
        wanted = str(row.get("name") or "").strip()
        if wanted and wanted not in made:
            made[wanted] = ""
    return made if len(made.columns) else table


def written(table: pd.DataFrame) -> str:
    """The table as comma-separated text."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(table.columns)
    for row in table.itertuples(index=False):
        # A row of one empty cell would be a blank line, which is no row.
        writer.writerow(row) if any(row) or len(table.columns) > 1 else made.write('""\n')
    return made.getvalue()


def _grid(label: str, text: str, table: pd.DataFrame, key: str, on_change: Callable[[str], None]) -> None:
    # The editor's changes add up on the table it began with; that one stays until the text is changed elsewhere.
    state = st.session_state.setdefault(f"{key}.held", {"text": None, "table": table, "turn": 0})
    if state["text"] != text:
        state.update(text=text, table=table, turn=state["turn"] + 1)
    grid, columns = f"{key}.grid.{state['turn']}", f"{key}.columns.{state['turn']}"

    def typed() -> None:
        state["text"] = written(edited(state["table"], st.session_state[grid]))
        on_change(state["text"])

    def renamed() -> None:
        on_change(written(with_columns(table, st.session_state[columns])))

    st.data_editor(
        state["table"],
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        key=grid,
        on_change=typed,
        column_config={n: st.column_config.TextColumn(n) for n in table.columns},
    )
    with st.popover(_("Columns"), icon=":material/view_column:"):
        st.data_editor(
            pd.DataFrame({"name": list(table.columns)}),
            num_rows="dynamic",
            hide_index=True,
            key=columns,
            on_change=renamed,
            column_config={"name": st.column_config.TextColumn(_("Name"), required=True)},
        )


def _text(label: str, text: str, key: str, on_change: Callable[[str], None]) -> None:
    keep(key, text)
    with st.container(key=f"{key}.mono"):
        st.text_area(
            label,
            key=key,
            height=200,
            label_visibility="collapsed",
            on_change=lambda: on_change(st.session_state[key]) if key in st.session_state else None,
        )
