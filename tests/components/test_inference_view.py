"""Inference pipelines as they are drawn."""

from __future__ import annotations

from components import inference_steps, theme
from pipelines.document import codec
from pipelines.inference.derive import resolve_derived

PIPELINE = """
format: 2
name: cars-realtime
steps:
- {id: web_service_input, type: web_service_input, params: {columns: [make, "a<b"], ids: [car]}}
- {id: clean, type: fitted_state, params: {of: clean_missing_data, run_id: r}}
- {id: train, type: trained_model, params: {model: "models:/m"}}
- {id: score, type: score_model}
- {id: web_service_output, type: web_service_output, params: {threshold: 0.3, explanations: 2}}
"""


def test_each_step_is_drawn_with_what_it_is_and_what_it_says() -> None:
    document = codec.loads(PIPELINE)
    steps = inference_steps.shown(document)
    assert [(s.title, s.state) for s in steps] == [
        ("Web Service Input", "source"),
        ("Clean Missing Data", "fitted"),
        ("Trained Model", "model"),
        ("Score Model", "score"),
        ("Web Service Output", "output"),
    ]
    assert steps[0].summary.startswith("car, make")
    assert steps[-1].summary == "threshold 0.3, 2 reasons"
    picture = inference_steps.svg(resolve_derived(document), steps, "clean", theme.LIGHT)
    assert picture.count("<g data-id=") == 5
    assert picture.count("<path") == 4
    assert theme.LIGHT.violet in picture
    assert "a<b" not in picture
    assert "a&lt;b" in picture


def test_a_title_is_cut_by_its_width() -> None:
    assert inference_steps._cut("データセットの入力を受け取る列", 10) == "データセッ…"
    assert inference_steps._cut("short") == "short"
