"""Errors on a page: a message and a fix, or an apology; never a bare trace."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def known() -> None:
    from components import error_box
    from pipelines.errors import NotFoundError

    with error_box.shown("box"):
        raise NotFoundError("pipeline", "carz", ["cars"])


def unknown() -> None:
    import streamlit as st

    from components import error_box

    @error_box.guarded("box")
    def fails() -> None:
        raise ZeroDivisionError("secret detail")

    fails()
    st.caption("the page goes on")


def test_an_error_raised_on_purpose_shows_its_message_and_fix() -> None:
    app = AppTest.from_function(known).run()
    assert not app.exception
    assert app.error[0].value == "There is no pipeline 'carz'.\n\nDid you mean 'cars'?"


def test_any_other_error_is_an_apology_with_the_trace_folded_away(caplog: pytest.LogCaptureFixture) -> None:
    app = AppTest.from_function(unknown).run()
    assert not app.exception
    assert not app.error
    assert "Something went wrong" in app.markdown[0].value
    assert "ZeroDivisionError" in app.expander[0].code[0].value
    assert app.caption[0].value == "the page goes on"
    assert "ZeroDivisionError" in caplog.text
