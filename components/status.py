"""How a state looks: the same word, colour and sign for runs, jobs, steps, endpoints and services."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from components.language import N_, said

Colour = Literal["green", "blue", "red", "orange", "violet", "gray"]

_COLOURS: dict[str, Colour] = {
    "done": "green",
    "reused": "green",
    "healthy": "green",
    "running": "blue",
    "starting": "blue",
    "restarting": "orange",
    "degraded": "orange",
    "unhealthy": "orange",
    "queued": "violet",
    "failed": "red",
    "cancelled": "orange",
    "external": "gray",
}
_ICONS = {
    "done": "check",
    "reused": "history",
    "healthy": "check",
    "running": "progress_activity",
    "starting": "progress_activity",
    "restarting": "refresh",
    "degraded": "warning",
    "unhealthy": "warning",
    "queued": "schedule",
    "failed": "error",
    "cancelled": "block",
    "stopped": "stop_circle",
}


_WORDS = {
    "done": N_("Done"),
    "reused": N_("Reused"),
    "healthy": N_("Healthy"),
    "running": N_("Running"),
    "starting": N_("Starting"),
    "restarting": N_("Restarting"),
    "degraded": N_("Degraded"),
    "unhealthy": N_("Unhealthy"),
    "queued": N_("Queued"),
    "failed": N_("Failed"),
    "cancelled": N_("Cancelled"),
    "skipped": N_("Skipped"),
    "stopped": N_("Stopped"),
    "external": N_("External"),
    "error": N_("Error"),
    "off": N_("Off"),
}


def word(state: str) -> str:
    """The state as a heading or a badge says it."""
    return said(_WORDS.get(str(state)) or str(state).capitalize())


def colour(state: str) -> Colour:
    """The colour's name, as ``st.badge`` and ``record_table`` take it."""
    return _COLOURS.get(str(state), "gray")


def service_colour(state: str) -> Colour:
    """As ``colour``, for a service: there ``running`` is the good end, not the way to it."""
    return "green" if state == "running" else "red" if state == "stopped" else colour(state)


def show(state: str, *, label: str = "", help: str = "") -> None:
    """Draw a state as a badge."""
    icon = _ICONS.get(str(state))
    st.badge(label or word(state), color=colour(state), icon=f":material/{icon}:" if icon else None, help=help or None)
