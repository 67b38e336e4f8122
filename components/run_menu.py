"""Beside Run: a part of the pipeline, a part of it anew, or values of one's own; each with how long it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import streamlit as st

from components.language import _
from components.wording import duration, listed

Part = Literal["run", "run_to", "run_from"]
Estimate = Callable[[Part], Mapping[str, float | None]]


def show(title: str | None, estimate: Estimate, *, key: str, on_act: Callable[[str], None]) -> None:
    """Draw the menu. ``title``: the selected step's; ``estimate``: seconds a step of such a run, asked when open."""
    opened = f"{key}.open"

    def chosen(act: str) -> None:
        st.session_state[opened] = False
        on_act(act)

    name = _("Run a part, or with values")
    with st.popover(name, icon=":material/more_time:", key=opened, on_change="rerun", help=name):
        if not st.session_state.get(opened):
            return
        with st.container(gap="xxsmall", key=f"{key}.entries"):
            _entry("run", _("Run all"), "Ctrl + Enter", estimate, key, chosen)
            if title is not None:
                _entry("run_to", _("Run to {title}", title=title), "Shift + Enter", estimate, key, chosen)
                _entry(
                    "run_from",
                    _("Rerun from {title}", title=title),
                    _("nothing from there on is reused"),
                    estimate,
                    key,
                    chosen,
                )
            st.button(
                _("Run with …"),
                key=f"{key}.run_with",
                icon=":material/tune:",
                type="tertiary",
                on_click=chosen,
                args=("run_with",),
                help=_("A name, a description, and values of the pipeline's parameters"),
            )


def in_words(seconds: Mapping[str, float | None]) -> str:
    """How long it would take, how much of it is there already, and how much is not known."""
    known = [s for s in seconds.values() if s is not None]
    worked, reused, unknown = [s for s in known if s > 0], known.count(0), len(seconds) - len(known)
    parts = []
    if worked:
        parts.append(_("about {time}", time=duration(sum(worked))))
    if reused:
        parts.append(_("{count} of {all} steps reused", count=reused, all=len(seconds)))
    if unknown:
        parts.append(_("{count} never run before", count=unknown))
    return listed(parts)


def _entry(part: Part, label: str, note: str, estimate: Estimate, key: str, chosen: Callable[[str], None]) -> None:
    icons = {"run": "play_arrow", "run_to": "vertical_align_bottom", "run_from": "restart_alt"}
    with st.container(gap=None):
        st.button(
            label,
            key=f"{key}.{part}",
            icon=f":material/{icons[part]}:",
            type="tertiary",
            on_click=chosen,
            args=(part,),
        )
        st.caption("  ·  ".join(filter(None, [in_words(estimate(part)), note])))
