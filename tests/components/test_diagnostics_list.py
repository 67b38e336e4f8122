"""Problems: errors first, each with its way to the step and its fix."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from components.diagnostics_list import headline
from pipelines.document.edits import SetParameter
from pipelines.graph.diagnostic import Diagnostic


def draw() -> None:
    import streamlit as st

    from components import diagnostics_list
    from pipelines.document.edits import SetParameter
    from pipelines.graph.diagnostic import Diagnostic

    found = [
        Diagnostic("SK2", "warning", "Scale: *it* learns from all rows.", "scale", None, "Move it."),
        Diagnostic(
            "SK1",
            "error",
            "Label: no column 'prise'.",
            "label",
            "column",
            "Did you mean 'price'?",
            (SetParameter("label", "column", "price"),),
        ),
        Diagnostic("SK0", "error", "The pipeline has no steps."),
        Diagnostic("SK3", "info", "One.", "scale", None, "", (SetParameter("scale", "columns", {"a": 1}),)),
        Diagnostic("SK3", "info", "Two.", "scale", None, "", (SetParameter("scale", "columns", {"b": 1}),)),
    ]
    seen = st.session_state.setdefault("seen", [])
    diagnostics_list.show(
        found,
        {"scale": "Scale", "label": "Label"},
        key="d",
        on_select=seen.append,
        on_edit=lambda *e: seen.extend(e),
        on_mend=seen.append,
    )


def test_errors_come_first_and_each_leads_to_its_step_or_is_mended() -> None:
    app = AppTest.from_function(draw).run()
    assert not app.exception
    texts = [m.value.split("] ", 1)[1] for m in app.markdown]
    assert [t.split()[0] for t in texts] == ["Label\\:", "The", "Scale\\:", "One.", "Two."]
    assert "\\*it\\*" in texts[2]
    app.button(key="d.0.fix").click().run()
    app.button(key="d.2.show").click().run()
    app.button(key="d.all.SK3").click().run()
    assert app.session_state.seen == [SetParameter("label", "column", "price"), "scale", "SK3"]
    assert [b.key for b in app.button][:4] == ["d.all.SK3", "d.0.fix", "d.0.show", "d.2.show"]


def test_headline_counts_in_words() -> None:
    one = Diagnostic("SK1", "error", "x")
    assert headline([]) == "no problems"
    assert headline([one]) == "1 error"
    assert headline([one, one, Diagnostic("SK2", "warning", "y")]) == "2 errors, 1 warning"
