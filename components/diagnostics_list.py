"""Problems found before running: what, where and what to do; a click goes to the step, another mends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from components.markdown import escaped
from pipelines.document.edits import Edit
from pipelines.graph.diagnostic import Diagnostic

ICONS = {"error": ":red[:material/error:]", "warning": ":orange[:material/warning:]", "info": ":blue[:material/info:]"}
ORDER = ("error", "warning", "info")
SHOWN = 30


def show(
    diagnostics: Sequence[Diagnostic],
    titles: Mapping[str, str],
    *,
    key: str,
    on_select: Callable[[str], None],
    on_edit: Callable[..., None],
) -> None:
    """Draw the problems, errors first. ``titles`` names the steps; ``on_edit`` gets a fix's edits."""
    if not diagnostics:
        st.caption(":green[:material/check_circle:] No problems found. The pipeline can run.")
        return
    ordered = sorted(diagnostics, key=lambda d: ORDER.index(d.severity))
    for number, each in enumerate(ordered[:SHOWN]):
        _row(each, titles, f"{key}.{number}", on_select, on_edit)
    if len(ordered) > SHOWN:
        st.caption(f"And {len(ordered) - SHOWN} more.")


def headline(diagnostics: Sequence[Diagnostic]) -> str:
    """How many problems of each severity, in words."""
    counts = {s: sum(d.severity == s for d in diagnostics) for s in ORDER}
    parts = [f"{n} {s}{'' if n == 1 or s == 'info' else 's'}" for s, n in counts.items() if n]
    return ", ".join(parts) or "no problems"


def _row(
    each: Diagnostic,
    titles: Mapping[str, str],
    key: str,
    on_select: Callable[[str], None],
    on_edit: Callable[..., None],
) -> None:
    edits: tuple[Edit, ...] = each.edits
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=key):
        st.markdown(f"{ICONS[each.severity]} {escaped(each.message)} :gray[{escaped(each.fix)}]", width="stretch")
        if edits:
            st.button(
                "Fix", icon=":material/build:", key=f"{key}.fix", on_click=on_edit, args=edits, help=each.fix or None
            )
        if each.step is not None and each.step in titles:
            st.button(
                "Show",
                key=f"{key}.show",
                type="tertiary",
                on_click=on_select,
                args=(each.step,),
                help=f"Go to {titles[each.step]}",
            )
