"""The rows that leave a step: on the sample while designing, and as the last run gave them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from components import charts, row_columns, step_changes, wording
from components.language import N_, _, ngettext, said
from components.step_changes import Changes
from pipelines.datasets.profile import ColumnProfile, profile
from pipelines.schema import Column, Role, TableSchema, schema_of
from pipelines.table import TEST, TRAIN, Table

if TYPE_CHECKING:
    from pipelines.sdk.outputs import StepOutput

ROWS = 200
CELLS, FEWEST = 20_000, 20  # of a wide table fewer rows are shown, so that it comes as quickly
PAGE = 100
KEPT = 60
_PROFILES: OrderedDict[int, tuple[Table, list[ColumnProfile]]] = OrderedDict()


def show_sample(table: Table, *, key: str, height: int, changes: Changes | None = None) -> None:
    """Draw the first rows of the design-time sample, with what is known of them.

    ``changes``: what the step changed; said above the rows, and marked in the headers.
    """
    frame = table.frame
    parts = [
        ngettext("{count} row of the sample", "{count:,} rows of the sample", len(frame)),
        wording.columns(len(frame.columns)),
    ]
    if table.partition is not None:
        parts.append(
            " / ".join(
                _("{rows:,} {part}", rows=int((table.partition == p).sum()), part=said(p)) for p in (TRAIN, TEST)
            )
        )
    _facts(parts, table.schema, step_changes.in_words(changes) if changes else "")
    st.dataframe(
        frame.head(max(FEWEST, min(ROWS, CELLS // max(1, len(frame.columns))))),
        height=height,
        hide_index=True,
        placeholder=row_columns.MISSING,
        key=key,
        column_config=headers(table.schema, frame, changes),
        alt=_("Rows after this step, on the sample"),
    )


def show_output(
    output: StepOutput,
    roles: dict[str, Role],
    *,
    key: str,
    height: int,
    on_csv: Callable[[], bytes],
    on_parquet: Callable[[], bytes],
) -> None:
    """Draw a page of what the last run gave, with search, and the whole of it for download."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}.bar"):
        search = st.text_input(
            _("Search"), key=f"{key}.search", placeholder=_("Search all rows"), label_visibility="collapsed", width=220
        )
        found = output.count(search)
        last = max(1, -(-found // PAGE))
        page = min(st.session_state.get(f"{key}.page", 1), last)
        st.session_state[f"{key}.page"] = page
        st.number_input(
            _("Page"),
            1,
            last,
            key=f"{key}.page",
            label_visibility="collapsed",
            width=110,
            help=ngettext("{rows} rows a page, {count} page", "{rows} rows a page, {count:,} pages", last, rows=PAGE),
        )
        st.download_button(
            "CSV",
            on_csv,
            "rows.csv",
            "text/csv",
            icon=":material/download:",
            key=f"{key}.csv",
            on_click="ignore",
            type="tertiary",
        )
        st.download_button(
            "Parquet",
            on_parquet,
            "rows.parquet",
            icon=":material/download:",
            key=f"{key}.parquet",
            on_click="ignore",
            type="tertiary",
        )
        # Last: the toolbar of the rows comes up over the right end of this line.
        st.markdown(f":gray[{wording.rows(found)} · {wording.columns(len(output.columns))}]", width="stretch")
    rows = output.page((page - 1) * PAGE, PAGE, search=search)
    schema = schema_of(rows).with_roles(roles)
    st.dataframe(
        rows,
        height=height,
        hide_index=True,
        placeholder=row_columns.MISSING,
        key=f"{key}.rows",
        column_config=headers(schema, rows),
        alt=_("Rows after this step, from the last run"),
    )


def show_columns(profiles: Sequence[ColumnProfile], schema: TableSchema | None, *, key: str, height: int) -> None:
    """Draw every column: type, role, missing, distinct values, range and distribution; one selected in detail."""
    roles = {c.name: c.role.value for c in schema} if schema else {}
    left, right = st.columns([3.1, 1], gap="small")
    with left:
        chosen: Any = st.dataframe(
            _columns_frame(profiles, roles),
            height=height + 26,
            hide_index=True,
            placeholder=row_columns.MISSING,
            key=key,
            on_select="rerun",
            selection_mode="single-row",
            column_config={
                **{name: said(name) for name in (N_("Type"), N_("Role"), N_("Min"), N_("Mean"), N_("Max"))},
                "column": st.column_config.TextColumn(_("Column"), width="medium"),
                "missing": st.column_config.ProgressColumn(
                    _("Missing"), format="percent", min_value=0, max_value=1, width="small"
                ),
                "distinct": st.column_config.NumberColumn(_("Distinct"), format="localized", width="small"),
                "shape": st.column_config.BarChartColumn(_("Distribution"), width="medium", y_min=0),
            },
            alt=_("The columns after this step"),
        )
    picked = chosen.selection.rows
    with right, st.container(border=True, gap="xsmall", height=height + 26, key=f"{key}.one"):
        if profiles:
            _distribution(profiles[picked[0] if picked and picked[0] < len(profiles) else 0], f"{key}.picture")


def sample_profile(table: Table) -> list[ColumnProfile]:
    """The profile of a sample, worked out once for as long as the sample is the same."""
    known = _PROFILES.get(id(table))
    if known is None or known[0] is not table:
        known = _PROFILES[id(table)] = (table, profile(table.frame, table.schema))
        while len(_PROFILES) > KEPT:
            _PROFILES.popitem(last=False)
    return known[1]


def headers(schema: TableSchema, rows: pd.DataFrame, changes: Changes | None = None) -> dict[str, Any]:
    """Column headers that tell type and role, and mark what is new or of another type than before."""
    marks = changes.marks if changes else {}
    return {c.name: _header(c, rows[c.name], marks.get(c.name, "")) for c in schema}


def _header(column: Column, values: pd.Series, mark: str) -> Any:
    label = column.name if column.role is Role.FEATURE else f"{column.name} ({said(column.role.value)})"
    label = f"{mark} {label}" if mark else label
    parts = [said(column.type.value), said(column.role.value), _("has missing values") if column.missing else ""]
    return row_columns.column(label, values, help=", ".join(filter(None, parts)))


def _facts(parts: Sequence[str], schema: TableSchema, changes: str) -> None:
    missing = sum(c.missing for c in schema)
    label = schema.label
    parts = [
        *parts,
        *([_("label {name}", name=label)] if label else []),
        ngettext("{count} column with missing values", "{count:,} columns with missing values", missing)
        if missing
        else _("nothing missing"),
    ]
    st.caption("  ·  ".join(parts) + (f"  \n{changes}" if changes else ""))


def _columns_frame(profiles: Sequence[ColumnProfile], roles: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "column": [p.name for p in profiles],
            "Type": [said(p.type) for p in profiles],
            "Role": [said(roles.get(p.name, "feature")) for p in profiles],
            "missing": [p.missing / p.rows if p.rows else 0.0 for p in profiles],
            "distinct": [p.distinct for p in profiles],
            "Min": [_brief(p.min) for p in profiles],
            "Mean": [_brief(p.mean) for p in profiles],
            "Max": [_brief(p.max) for p in profiles],
            "shape": [list(p.counts or [n for _, n in p.top]) for p in profiles],
        }
    )


def _distribution(one: ColumnProfile, key: str) -> None:
    st.markdown(f"**{one.name.replace('*', '')}** :gray[{said(one.type)}]")
    facts = [_("{count:,} missing", count=one.missing), _("{count:,} distinct", count=one.distinct)]
    if one.mean is not None:
        facts += [_("mean {value}", value=_brief(one.mean)), _("median {value}", value=_brief(one.median))]
    st.caption("  ·  ".join(facts))
    if one.counts and len(one.edges) == len(one.counts) + 1:
        chart = charts.histogram(one.edges, one.counts, "", is_time=one.type == "datetime", height=150)
    elif one.top:
        chart = charts.bars(
            [str(v) for v, _ in one.top], [float(n) for _, n in one.top], "", height=40 + 20 * len(one.top), limit=90
        )
    else:
        return
    charts.draw(chart, key=key, alt_text=_("Distribution of {name}", name=one.name))


def _brief(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1e5 else f"{value:,.0f}"
    return str(value)[:19]
