"""The gallery of samples."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from components import pipeline_picture, theme
from pipelines.samples.gallery import SAMPLES


def gallery() -> None:
    import streamlit as st

    from components import sample_gallery
    from pipelines.samples.gallery import SAMPLES

    sample_gallery.show(SAMPLES, key="g", on_use=lambda name: st.session_state.update(used=name))


def test_every_sample_has_a_card_that_makes_it_ones_own() -> None:
    at = AppTest.from_function(gallery).run(timeout=30)
    assert not at.exception
    assert len(at.button) == len(SAMPLES)
    at.button(key="g.use.flight-delay").click().run()
    assert at.session_state["used"] == "flight-delay"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.name)
@pytest.mark.parametrize("palette", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_the_picture_has_a_block_for_each_step(sample, palette) -> None:
    found = pipeline_picture.svg(sample.document, palette)
    assert found.count("<rect") == len(sample.document.steps)
    assert found.count("<path") >= len(sample.document.steps) - 1
