"""What is done on the canvas becomes an edit, and only what stands elsewhere makes a new picture."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components.canvas_layout import HEIGHT, WIDTH, layout
from components.pipeline_canvas import Intent, Shown, intent_of, picture, port_for
from components.step_acts import Together
from components.theme import DARK, LIGHT
from pipelines.document.edits import MoveStep, PlaceStep, SetInput, SetParameter
from pipelines.document.model import PipelineDocument
from pipelines.graph.order import resolve
from pipelines.samples.gallery import SAMPLES, sample_document


@pytest.fixture
def cars() -> PipelineDocument:
    return sample_document("automobile-price")


def test_steps_elsewhere_are_a_drag_and_are_not_drawn_again(cars: PipelineDocument) -> None:
    shown = Shown()
    before = picture(shown, cars, resolve(cars), "cars", LIGHT)
    intent = intent_of({"moved": [["clean", [40.4, 8]]]}, resolve(cars), shown)
    assert intent == Intent("clean", PlaceStep("clean", 40, 8))
    assert intent.edit is not None
    moved = intent.edit.apply(cars)
    assert picture(shown, moved, resolve(moved), "cars", LIGHT) is before
    again = picture(shown, cars, resolve(cars), "cars", LIGHT)  # as undo makes it
    assert again.timestamp > before.timestamp

    several = intent_of({"moved": [["clean", [1, 2]], ["split", [3, 4]], ["gone", [5, 6]]]}, resolve(cars), shown)
    assert several is not None
    assert several.select is None
    assert isinstance(several.edit, Together)
    assert several.edit.edits == (PlaceStep("clean", 1, 2), PlaceStep("split", 3, 4))


def test_only_places_lines_and_colours_make_a_new_picture(cars: PipelineDocument) -> None:
    shown = Shown()
    first = picture(shown, cars, resolve(cars), "cars", LIGHT)
    changed = SetParameter("split", "train_fraction", 0.6).apply(cars)
    assert picture(shown, changed, resolve(changed), "cars", LIGHT) is first
    assert shown.fit
    dark = picture(shown, cars, resolve(cars), "cars", DARK)
    assert dark.timestamp > first.timestamp
    assert not shown.fit  # the same steps: the view stays
    moved = MoveStep("clean", cars.index("clean") + 1).apply(cars)
    assert picture(shown, moved, resolve(moved), "cars", DARK).timestamp > dark.timestamp
    assert not shown.fit
    other = sample_document("wine-groups")
    picture(shown, other, resolve(other), "wine", DARK)
    assert shown.fit


def test_a_line_names_its_input_as_the_form_does_in_the_visitors_language() -> None:
    def page() -> None:
        import streamlit as st

        from components import language
        from components.pipeline_canvas import Shown, picture
        from components.theme import LIGHT
        from pipelines.graph.order import resolve
        from pipelines.samples.gallery import sample_document

        language.follow()
        document = sample_document("automobile-compare")
        found = picture(Shown(), document, resolve(document), "cars", LIGHT)
        st.text("".join(e.label for e in found.edges))

    for chosen, label in (("en", "other"), ("ja", "その他")):
        at = AppTest.from_function(page)
        at.query_params["language"] = chosen
        assert at.run(timeout=30).text[0].value == label


def test_a_drawn_line_becomes_an_input_and_is_drawn_anew(cars: PipelineDocument) -> None:
    shown, graph = Shown(), resolve(cars)
    first = picture(shown, cars, graph, "cars", LIGHT)
    assert intent_of({"connect": ["columns", "clean"]}, graph, shown) == Intent(
        edit=SetInput("clean", "table", "columns")
    )
    assert picture(shown, cars, graph, "cars", LIGHT).timestamp > first.timestamp
    for refused in (["clean", "clean"], ["gone", "clean"], ["clean", "cars"]):
        assert intent_of({"connect": refused}, graph, shown) is None


@pytest.mark.parametrize(
    ("event", "step"),
    [({"select": "clean"}, "clean"), ({"select": "split.train>clean.table"}, "clean"), ({"select": "gone"}, None)],
)
def test_a_click_on_a_step_or_a_line_selects_a_step(
    event: dict[str, Any], step: str | None, cars: PipelineDocument
) -> None:
    assert intent_of(event, resolve(cars), Shown()) == (Intent(step) if step else None)


def test_a_connection_means_the_free_input_of_its_kind() -> None:
    graph = resolve(sample_document("german-credit"))
    assert port_for(graph.node("forest"), graph.node("score_logistic")) == "model"
    assert port_for(graph.node("score_forest"), graph.node("evaluate")) == "other"
    assert port_for(graph.node("scale"), graph.node("evaluate")) in ("table", "other")
    assert port_for(graph.node("scale"), graph.node("applicants")) is None


@pytest.mark.parametrize("name", [s.name for s in SAMPLES])
def test_laid_out_steps_do_not_overlap_and_stand_below_what_they_read(name: str) -> None:
    document = sample_document(name)
    pairs = [(e.step, n.id) for n in resolve(document).nodes for e in n.edges.values()]
    places = layout(document.ids, pairs, columns=False)
    assert places.keys() == set(document.ids)
    boxes = list(places.values())
    for i, (x, y) in enumerate(boxes):
        for other_x, other_y in boxes[i + 1 :]:
            assert abs(x - other_x) >= WIDTH or abs(y - other_y) >= HEIGHT
    assert all(places[target][1] > places[source][1] for source, target in pairs)


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (8, 1), (10, 1), (14, 2), (50, 4)])
def test_a_chain_too_long_to_be_read_goes_on_in_further_columns(count: int, columns: int) -> None:
    steps = [f"s{i}" for i in range(count)]
    places = layout(steps, list(pairwise(steps)))
    assert len(set(places.values())) == count
    assert len({x for x, _ in places.values()}) == columns
