"""Problems found before running: what, where and what to do; a click goes to the step, another mends it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from components import wording
from components.language import _, ngettext, said
from components.markdown import escaped
from pipelines.document.edits import Edit
from pipelines.graph.diagnostic import Diagnostic

ICONS = {"error": ":red[:material/error:]", "warning": ":orange[:material/warning:]", "info": ":blue[:material/info:]"}
ORDER = ("error", "warning", "info")
SHOWN = 30
LEAK = "SK421"  # the rule whose columns have a price


def show(
    diagnostics: Sequence[Diagnostic],
    titles: Mapping[str, str],
    *,
    key: str,
    on_select: Callable[[str], None],
    on_edit: Callable[..., None],
    on_mend: Callable[[str], None],
    price: Callable[[str, str], str] | None = None,
) -> None:
    """Draw the problems, errors first. ``titles`` names the steps; ``on_edit`` gets a fix's edits.

    ``on_mend`` gets the code of the kind of which all are to be fixed. ``price`` says, for a step that learns and a
    suspect column, what the column adds to the score.
    """
    if not diagnostics:
        st.caption(":green[:material/check_circle:] " + _("No problems found. The pipeline can run."))
        return
    ordered = sorted(diagnostics, key=lambda d: ORDER.index(d.severity))
    _alike(ordered, key, on_mend)
    for number, each in enumerate(ordered[:SHOWN]):
        _row(each, titles, f"{key}.{number}", on_select, on_edit)
        if price is not None and each.code == LEAK and each.step is not None:
            _price(each, f"{key}.{number}", price)
    if len(ordered) > SHOWN:
        st.caption(_("And {count} more.", count=len(ordered) - SHOWN))


def headline(diagnostics: Sequence[Diagnostic]) -> str:
    """How many problems of each severity, in words."""
    errors, warnings, notes = (sum(d.severity == s for d in diagnostics) for s in ORDER)
    parts = [
        ngettext("{count} error", "{count} errors", errors) if errors else "",
        ngettext("{count} warning", "{count} warnings", warnings) if warnings else "",
        ngettext("{count} hint", "{count} hints", notes) if notes else "",
    ]
    return wording.listed(parts) or _("no problems")


def _alike(diagnostics: Sequence[Diagnostic], key: str, on_mend: Callable[[str], None]) -> None:
    """One button for every kind of problem that is there more than once with a fix."""
    kinds: dict[str, list[Diagnostic]] = {}
    for each in diagnostics:
        kinds.setdefault(each.code, []).append(each)
    fixable = {code: [d for d in found if d.edits] for code, found in kinds.items()}
    several = {code: found for code, found in fixable.items() if len(found) > 1}
    if not several:
        return
    with st.container(horizontal=True, gap="small", key=f"{key}.alike"):
        for code, found in several.items():
            st.button(
                _("Fix all {count}: {fix}", count=len(found), fix=said(found[0].fix).rstrip(".。")),
                icon=":material/build:",
                key=f"{key}.all.{code}",
                on_click=on_mend,
                args=(code,),
            )


def _price(each: Diagnostic, key: str, price: Callable[[str, str], str]) -> None:
    """On demand, the score with the suspect column and without it."""
    found = re.search(r"'([^']+)' gives the label", each.message)
    if found is None or each.step is None:
        return
    column, told = found.group(1), f"{key}.price_told"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}.price_row"):
        if st.button(_("Score with and without it"), icon=":material/sell:", key=f"{key}.price", type="tertiary"):
            with st.spinner(_("Training with it and without it")):
                st.session_state[told] = (each.message, price(each.step, column))
        known = st.session_state.get(told)
        if known and known[0] == each.message:
            st.markdown(escaped(known[1]), width="stretch")


def _row(
    each: Diagnostic,
    titles: Mapping[str, str],
    key: str,
    on_select: Callable[[str], None],
    on_edit: Callable[..., None],
) -> None:
    edits: tuple[Edit, ...] = each.edits
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}.oneline"):
        st.markdown(
            f"{ICONS[each.severity]} {escaped(said(each.message))} :gray[{escaped(said(each.fix))}]", width="stretch"
        )
        if edits:
            st.button(
                _("Fix"),
                icon=":material/build:",
                key=f"{key}.fix",
                on_click=on_edit,
                args=edits,
                help=said(each.fix) or None,
            )
        if each.step is not None and each.step in titles:
            st.button(
                _("Show"),
                key=f"{key}.show",
                type="tertiary",
                on_click=on_select,
                args=(each.step,),
                help=_("Go to {step}", step=titles[each.step]),
            )
