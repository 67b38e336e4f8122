"""Publishing a run's model: under which name, which alias, and which of its models."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import streamlit as st

from components import error_box, gate_list, gate_rules, parity_list
from components.language import _
from pipelines.inference.gate import Gate
from pipelines.tracking import ModelRef, ModelVersion
from pipelines.tracking.registry import model_name


@dataclass(frozen=True)
class Publication:
    """What is to be published."""

    name: str
    alias: str
    step: str
    gate: Gate


def ask(
    models: Sequence[ModelRef],
    name: str,
    known: Collection[str],
    publish: Callable[[Publication], ModelVersion],
    *,
    key: str,
) -> None:
    """Open the dialog. ``publish`` does it when the form is sent; what its check found is then shown."""

    @st.dialog(_("Publish model"), width="medium")
    def dialog() -> None:
        done: ModelVersion | None = st.session_state.get(f"{key}_done")
        if done is not None:
            _published(done, key)
            return
        wanted = _form(models, name, known, key)
        if wanted is not None:
            with error_box.shown(f"{key}_failed"), st.spinner(_("Checking that the model answers alike everywhere …")):
                st.session_state[f"{key}_done"] = publish(wanted)
                st.rerun(scope="fragment")

    st.session_state.pop(f"{key}_done", None)
    dialog()


def _form(models: Sequence[ModelRef], name: str, known: Collection[str], key: str) -> Publication | None:
    with st.form(f"{key}_form", border=False):
        if len(models) > 1:
            step = st.selectbox(
                _("Model"), [m.step for m in models], key=f"{key}_step", help=_("The step that trained it")
            )
        else:
            step = models[0].step
        given = st.text_input(_("Registered name"), value=model_name(name), max_chars=100, key=f"{key}_name")
        alias = st.text_input(
            _("Alias"),
            value="champion",
            max_chars=100,
            key=f"{key}_alias",
            help=_("A name that points at this version; others can follow it"),
        )
        gate = gate_rules.show(key=f"{key}_gate")
        st.caption(
            _(
                "Before it is published, the same rows are predicted in memory, from the stored model, in batch and "
                "over REST. A model that does not answer alike everywhere is refused."
            )
        )
        sent = st.form_submit_button(_("Publish"), type="primary", icon=":material/publish:", key=f"{key}_send")
    if given in known:
        st.caption(":material/history: " + _("{name!r} exists; this becomes its next version.", name=given))
    return Publication(given.strip(), alias.strip(), step, gate) if sent else None


def _published(done: ModelVersion, key: str) -> None:
    if any(v["state"] == "failed" for v in done.gate):
        st.warning(
            _(
                "{name} version {version} is published, but no alias was moved to it.",
                name=done.name,
                version=done.version,
            ),
            icon=":material/block:",
        )
    else:
        st.success(
            _(
                "{name} version {version} is published as {aliases}.",
                name=done.name,
                version=done.version,
                aliases=", ".join(done.aliases),
            )
            if done.aliases
            else _("{name} version {version} is published.", name=done.name, version=done.version),
            icon=":material/check_circle:",
        )
    gate_list.show(done.gate, key=f"{key}_gate_found")
    parity_list.show(done.parity, key=f"{key}_parity")
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        if st.button(_("Deploy"), icon=":material/cloud_upload:", key=f"{key}_deploy"):
            st.switch_page("pages/deploy/endpoints.py", query_params={"view": "create", "model": done.model_uri})
        if st.button(_("Open the model"), type="primary", key=f"{key}_open"):
            st.switch_page("pages/deploy/models.py", query_params={"model": done.name, "version": str(done.version)})
