"""What is asked before a run."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def _dialog() -> None:
    import streamlit as st

    from components import run_dialog
    from pipelines.document.model import PipelineDocument

    document = PipelineDocument(name="cars", description="prices")
    st.session_state["wanted"] = run_dialog.show(document, ["cars", "trials"], key="with")


def test_a_run_goes_into_the_pipelines_own_experiment_unless_another_is_chosen_or_named() -> None:
    at = AppTest.from_function(_dialog).run()
    assert at.session_state["wanted"].experiment == ""
    assert at.selectbox(key="with.experiment").options == ["cars (the pipeline's own)", "trials"]
    at.selectbox(key="with.experiment").set_value("trials").run()
    assert at.session_state["wanted"].experiment == "trials"
    assert at.session_state["wanted"].description == "prices"
