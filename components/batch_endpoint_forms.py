"""The forms of batch endpoints: making one, adding a version, asking for a job, and having jobs begin by themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import streamlit as st

from components import engine_choice, model_picker, page_header, wording
from components.endpoint_form import endpoint_name
from components.language import _
from pipelines.tracking import RegisteredModel

PLACES = "dataset:NAME · file:PATH · store:NAME/PATH · database:NAME/TABLE"
FILES = ("csv", "parquet")
OUTPUTS = " · ".join([*FILES, PLACES])


@dataclass(frozen=True)
class NewEndpoint:
    """What is to be made."""

    name: str
    model_uri: str
    connections: tuple[str, ...]


@dataclass(frozen=True)
class NewJob:
    """Which rows are scored, where the results go, which rows may fail, and what scores (empty: as set up)."""

    input: str
    output: str
    deployment: str
    reject_limit: str
    engine: str = ""

    def to_request(self) -> dict[str, object]:
        """As a caller would send it."""
        said = {"reject_limit": self.reject_limit, "engine": self.engine}
        parameters = {n: v for n, v in said.items() if v}
        return {"input": self.input, "output": self.output, "deployment": self.deployment, "parameters": parameters}


@dataclass(frozen=True)
class NewSchedule:
    """When jobs begin."""

    name: str
    cron: str
    time_zone: str
    job: NewJob


def endpoint(
    models: Sequence[RegisteredModel], taken: Collection[str], connections: Sequence[str], *, wanted: str, key: str
) -> NewEndpoint | None:
    """Draw the form of a new endpoint; what to make when it is sent."""
    page_header.section(_("New batch endpoint"))
    with st.container(border=True, gap="small"):
        uri = model_picker.show(models, wanted=wanted, key=f"{key}_model", room=80)
        proposed = wording.free_name(endpoint_name(uri), taken) if uri else ""
        name = st.text_input(_("Name"), value=proposed, max_chars=63, key=f"{key}_name_{uri}")
        allowed = st.multiselect(
            _("Connections that callers may use"),
            list(connections),
            key=f"{key}_connections",
            placeholder=_("None"),
            disabled=not connections,
        )
        sent = st.button(_("Create"), type="primary", key=f"{key}_create", disabled=not (uri and name))
    return NewEndpoint(name.strip(), uri, tuple(allowed)) if sent and uri else None


def version(models: Sequence[RegisteredModel], *, key: str) -> str | None:
    """Draw the form of a new version; the model's address when it is sent."""
    left, right = st.columns([5, 2], gap="small", vertical_alignment="bottom")
    with left:
        uri = model_picker.show(models, wanted="", key=f"{key}_model", room=60)
    sent = right.button(_("Add version"), icon=":material/add:", key=f"{key}_add", disabled=not uri, width="stretch")
    return uri if sent else None


def job(deployments: Sequence[str], default: str | None, datasets: Sequence[str], *, key: str) -> NewJob | None:
    """Draw the form of a job; what is asked for when it is sent."""
    made = _job_fields(deployments, default, datasets, key)
    sent = st.button(
        _("Start job"), type="primary", icon=":material/play_arrow:", key=f"{key}_go", disabled=not made.input
    )
    return made if sent else None


def schedule(
    deployments: Sequence[str], default: str | None, datasets: Sequence[str], *, key: str
) -> NewSchedule | None:
    """Draw the form of a schedule; what is wanted when it is sent."""
    with st.expander(_("New schedule"), icon=":material/add_alarm:", key=f"{key}_new"):
        first, second, third = st.columns(3, gap="small")
        name = first.text_input(_("Name"), value="nightly", max_chars=63, key=f"{key}_name")
        cron = second.text_input(
            _("Cron expression"),
            value="30 2 * * *",
            key=f"{key}_cron",
            help=_("Minute, hour, day, month and weekday, as in 30 6 * * MON-FRI"),
        )
        zone = third.text_input(_("Time zone"), value="UTC", key=f"{key}_zone")
        made = _job_fields(deployments, default, datasets, key)
        sent = st.button(_("Save schedule"), key=f"{key}_save", disabled=not (made.input and name and cron))
    return NewSchedule(name.strip(), cron, zone, made) if sent else None


def _job_fields(deployments: Sequence[str], default: str | None, datasets: Sequence[str], key: str) -> NewJob:
    left, right = st.columns(2, gap="small")
    given = left.selectbox(
        _("Rows from"),
        [f"dataset:{name}" for name in datasets],
        index=None,
        accept_new_options=True,
        placeholder=_("Choose a dataset, or type a place"),
        key=f"{key}_input",
        help=PLACES,
    )
    output = right.selectbox(
        _("Predictions to"),
        [*FILES, *([f"{given}-scored"] if given and given.startswith("dataset:") else [])],
        accept_new_options=True,
        key=f"{key}_output",
        help=OUTPUTS,
    )
    left, right = st.columns(2, gap="small")
    index = list(deployments).index(default) if default in deployments else 0
    chosen = left.selectbox(_("Version"), list(deployments), index=index, key=f"{key}_deployment")
    limit = right.text_input(
        _("Rows that may fail"), value="10%", key=f"{key}_limit", help=_("A number of rows, or a share of them")
    )
    engine = engine_choice.show(key=f"{key}_engine")
    return NewJob((given or "").strip(), (output or "").strip(), chosen or "", limit.strip(), engine)
