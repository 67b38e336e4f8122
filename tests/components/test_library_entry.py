"""The library's page: every entry can be read."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from components import step_palette
from components.markdown import prose
from pipelines.algorithms.library import ALGORITHMS
from pipelines.steps.library import STEP_TYPES


def drawn(kind: str, name: str) -> None:
    from components import library_entry
    from pipelines.algorithms.library import ALGORITHMS
    from pipelines.steps.library import STEP_TYPES

    if kind == "step":
        library_entry.show_step(STEP_TYPES[name], key="entry")
    else:
        library_entry.show_algorithm(ALGORITHMS[name], key="entry")


@pytest.mark.parametrize("name", STEP_TYPES)
def test_every_step_type_is_shown_with_its_example(name: str) -> None:
    at = AppTest.from_function(drawn, args=("step", name)).run(timeout=30)
    assert not at.exception
    assert not at.error
    texts = " ".join(m.value for m in at.markdown)
    assert STEP_TYPES[name].title in texts.replace("\\", "")
    for parameter in STEP_TYPES[name].model_fields:
        assert f"`{parameter}`" in texts
    assert bool(at.dataframe) == (STEP_TYPES[name].example is not None)


@pytest.mark.parametrize("name", [next(iter(ALGORITHMS)), "random_forest_classifier", "k_means"])
def test_an_algorithm_is_shown(name: str) -> None:
    at = AppTest.from_function(drawn, args=("algorithm", name)).run(timeout=30)
    assert not at.exception
    assert ALGORITHMS[name].title in " ".join(m.value for m in at.markdown).replace("\\", "")


def test_every_entry_of_the_palette_can_be_opened() -> None:
    for entry in step_palette.entries():
        step_type, _slash, algorithm = entry["id"].partition("/")
        assert step_type in STEP_TYPES
        assert not algorithm or algorithm in ALGORITHMS


@pytest.mark.parametrize(
    ("text", "written"), [("a_b ``c_d`` *e*", "a\\_b `c_d` \\*e\\*"), ("plain", "plain"), ("``x``", "`x`")]
)
def test_code_in_prose(text: str, written: str) -> None:
    assert prose(text) == written
