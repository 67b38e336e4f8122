"""What the browser says of the canvas becomes an edit once, and an echo none."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from components.canvas_layout import HEIGHT, WIDTH, layout
from components.pipeline_canvas import Intent, _dragged, _plain, _Shown, port_for
from pipelines.document.edits import PlaceStep
from pipelines.graph.order import resolve
from pipelines.samples.gallery import SAMPLES, sample_document


def event(positions: dict[str, tuple[float, float]]) -> dict[str, Any]:
    return {"nodes": [{"id": i, "position": {"x": x, "y": y}} for i, (x, y) in positions.items()]}


def test_one_step_elsewhere_is_a_drag_and_is_told_once() -> None:
    shown = _Shown(picture=("steps", "edges", False, ()), positions={"a": (0, 0), "b": (0, 90)})
    moved = event({"a": (40.4, 8), "b": (0, 90)})
    assert _dragged(moved, shown) == Intent("a", PlaceStep("a", 40, 8))
    assert _dragged(moved, shown) is None


@pytest.mark.parametrize(
    "echo",
    [
        {"a": (0, 0), "b": (0, 90)},
        {"a": (0.4, 0), "b": (0, 90.3)},
        {"a": (0, 0)},
        {"a": (5, 5), "b": (7, 7)},
    ],
)
def test_an_echo_of_what_python_drew_is_no_drag(echo: dict[str, tuple[float, float]]) -> None:
    shown = _Shown(positions={"a": (0, 0), "b": (0, 90)})
    assert _dragged(event(echo), shown) is None


def test_a_connection_means_the_free_input_of_its_kind() -> None:
    graph = resolve(sample_document("german-credit"))
    assert port_for(graph.node("forest"), graph.node("score_logistic")) == "model"
    assert port_for(graph.node("score_forest"), graph.node("evaluate")) == "other"
    assert port_for(graph.node("scale"), graph.node("evaluate")) in ("table", "other")
    assert port_for(graph.node("scale"), graph.node("applicants")) is None


def test_hostile_titles_are_text() -> None:
    assert _plain("<img src=x onerror=alert(1)> **a** `b`").count("<") == 0
    assert "*" not in _plain("**a**")
    assert _plain("Grüße 42") == "Grüße 42"


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
