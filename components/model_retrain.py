"""Training a published model again: on which data, what came of it, and whether it takes the alias."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from components import error_box, gate_list, job_progress, live, wording
from components.language import _, said
from pipelines.inference.gate import Verdict
from pipelines.inference.retrain import DataChoice
from pipelines.jobs import Job
from pipelines.sdk.models import Models
from pipelines.tracking import ModelVersion


def start(models: Models, current: ModelVersion, *, key: str) -> None:
    """Open the dialog for training ``current`` again."""
    ask(models.data_choices(current), lambda versions: models.retrain(current.model_uri, versions), key=key)


def follow(models: Models, current: ModelVersion, versions: Sequence[ModelVersion]) -> None:
    """Draw the latest training again of which none of the model's ``versions`` has come yet, if there is one."""
    published = {v.run_id for v in versions}
    name, step = current.name, current.step or None
    again = next((j for j in models.retrainings(name) if j.run_id not in published), None)
    if again is None:
        return
    run_id = again.run_id or ""
    show(
        again,
        lambda: models.jobs.get(again.id),
        lambda: models.changes(current, run_id),
        lambda: models.judge(run_id, name, step=step),
        lambda: models.publish(run_id, name, step=step),
        key=f"again_{again.id}",
    )


def ask(choices: Sequence[DataChoice], file: Callable[[Mapping[str, int | None]], Any], *, key: str) -> None:
    """Open the dialog; ``file`` gets the versions of datasets to train on."""

    @st.dialog(_("Train again"), on_dismiss="rerun")
    def dialog() -> None:
        st.caption(
            _("The pipeline that trained this version runs again. Its edits are kept; nothing is published yet.")
        )
        wanted: dict[str, int | None] = {}
        for choice in {c.dataset: c for c in choices}.values():
            wanted[choice.dataset] = st.selectbox(
                choice.dataset,
                list(range(choice.newest, 0, -1)),
                format_func=lambda v, c=choice: _version(v, c),
                key=f"{key}_{choice.dataset}",
            )
        if st.button(_("Train"), type="primary", icon=":material/play_arrow:", key=f"{key}_send"):
            with error_box.shown(f"{key}_failed"):
                file(wanted)
                st.rerun()

    dialog()


def _version(version: int, choice: DataChoice) -> str:
    if version == choice.used:
        return _("Version {version}, as before", version=version)
    if version == choice.newest:
        return _("Version {version}, the newest", version=version)
    return _("Version {version}", version=version)


def show(
    job: Job,
    read: Callable[[], Job],
    changes: Callable[[], Sequence[str]],
    judge: Callable[[], Sequence[Verdict]],
    publish: Callable[[], ModelVersion],
    *,
    key: str,
) -> None:
    """Draw the latest training: while it runs (``read`` asks for its state), how far it is; then what changed, and the
    way to promote it."""
    with st.container(border=True, gap="small", key=key):
        st.markdown("**" + _("Trained again") + "** · " + wording.ago(job.created_at))
        if not job.state.is_final:
            live.show(lambda: _going(read(), key), going=True, key=f"{key}_live")
            return
        if job.result.get("status") != "done":
            error_box.show(error_box.stored(job.error or job.result.get("error") or {}), key=f"{key}_error")
            return
        with error_box.shown(f"{key}_changes_failed"):
            for line in changes():
                st.caption(f":material/update: {said(line)}")
            st.caption(_("Model and fitted state are new together."))
        _verdicts(judge, publish, key)
        if st.button(_("Open the run"), icon=":material/play_circle:", type="tertiary", key=f"{key}_run"):
            st.switch_page("pages/review/run_detail.py", query_params={"run": job.run_id or ""})


def _going(job: Job, key: str) -> bool:
    job_progress.show(job, key=f"{key}_job")
    return not job.state.is_final


def _verdicts(judge: Callable[[], Sequence[Verdict]], publish: Callable[[], ModelVersion], key: str) -> None:
    place = f"{key}_verdicts"
    with st.container(horizontal=True, gap="small"):
        if st.button(_("Compare with the champion"), icon=":material/compare_arrows:", key=f"{key}_judge"):
            with error_box.shown(f"{key}_judge_failed"), st.spinner(_("Both are asked about the same rows …")):
                st.session_state[place] = [v.to_dict() for v in judge()]
        promote = st.button(_("Publish and promote"), type="primary", icon=":material/flag:", key=f"{key}_promote")
    gate_list.show(st.session_state.get(place, []), key=f"{key}_found")
    if promote:
        with (
            error_box.shown(f"{key}_promote_failed"),
            st.spinner(_("Checking that the model answers alike everywhere …")),
        ):
            made = publish()
            st.session_state[place] = made.gate
            st.rerun()
