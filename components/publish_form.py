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
    endpoint_of: Callable[[ModelVersion], str],
    on_try: Callable[[ModelVersion], None],
) -> None:
    """Open the dialog. ``publish`` does it when the form is sent; what its check found is then shown.

    ``on_try`` leads on to an endpoint of the version; ``endpoint_of`` gives the one that its model has already, or "".
    """

    @st.dialog(_("Publish model"), width="medium")
    def dialog() -> None:
        done: ModelVersion | None = st.session_state.get(f"{key}_done")
        if done is not None:
            _published(done, key)
            _ways_on(done, endpoint_of(done), on_try, key)
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


def _ways_on(done: ModelVersion, endpoint: str, on_try: Callable[[ModelVersion], None], key: str) -> None:
    st.caption(
        _("The model has the endpoint **{name}**. There, its versions can be changed.", name=endpoint)
        if endpoint
        else _("To try it starts an endpoint: an address with a key at which forms and programs get its answers.")
    )
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"), error_box.shown(f"{key}_try_failed"):
        if st.button(_("Open the model"), icon=":material/deployed_code:", key=f"{key}_open"):
            st.switch_page("pages/deploy/models.py", query_params={"model": done.name, "version": str(done.version)})
        label = _("Open the endpoint") if endpoint else _("Try it")
        if st.button(label, type="primary", icon=":material/bolt:", key=f"{key}_try"):
            on_try(done)
