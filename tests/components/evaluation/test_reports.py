"""Pictures of what a run found: right way round, right kind, and valid charts."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from components.evaluation import anomaly, classification, clustering, findings, regression, training
from components.evaluation import report as report_view
from pipelines.steps.base import Curve, Report

PIECES = [anomaly, classification, regression, clustering, training, findings]


def test_a_confusion_cell_is_found_under_its_actual_and_predicted_class() -> None:
    frame = classification.confusion_frame({"labels": ["good", "bad"], "matrix": [[90, 10], [5, 20]]})
    cells = {(r.true, r.predicted): (r.rows, r.share) for r in frame.itertuples()}
    assert cells["good", "bad"] == (10, 0.1)
    assert cells["bad", "good"] == (5, 0.2)


def test_the_confusion_chart_has_actual_classes_down_and_predicted_along() -> None:
    at = AppTest.from_function(_draw_confusion).run()
    assert not at.exception
    spec = at.session_state["spec"]
    for layer in spec["layer"]:
        assert layer["encoding"]["y"]["field"] == "true"
        assert layer["encoding"]["x"]["field"] == "predicted"
        assert layer["encoding"]["x"]["sort"] == layer["encoding"]["y"]["sort"] == ["good", "bad"]
    assert spec["layer"][0]["encoding"]["y"]["title"] == "Actual"


def test_a_class_without_rows_has_no_share() -> None:
    frame = classification.confusion_frame({"labels": ["a", "b"], "matrix": [[0, 0], [1, 3]]})
    assert list(frame["share"]) == [0.0, 0.0, 0.25, 0.75]


@pytest.mark.parametrize("piece", PIECES, ids=lambda p: p.__name__)
def test_each_task_is_drawn_by_its_own_piece(piece: object) -> None:
    assert report_view.piece_of(piece.example()) is piece.show  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", [p.__name__.rpartition(".")[2] for p in PIECES])
def test_every_report_is_drawn(name: str) -> None:
    at = AppTest.from_function(_draw_report, args=(name,)).run()
    assert not at.exception
    assert len(at.get("vega_lite_chart")) >= 1


@pytest.mark.parametrize(("labels", "told"), [(["no", "yes"], ["yes"]), (["a", "b", "c"], [])])
def test_it_is_said_of_which_of_two_classes_the_metrics_are(labels: list[str], told: list[str]) -> None:
    def page(labels: list[str]) -> None:
        from components.evaluation import classification
        from pipelines.steps.base import Report

        confusion = {"labels": labels, "matrix": [[1] * len(labels)] * len(labels)}
        classification.show(Report(metrics={"precision": 0.5}, confusion=confusion), key="report")

    at = AppTest.from_function(page, args=(labels,)).run()
    assert not at.exception
    assert [c.value.rpartition(" ")[2].strip(".") for c in at.caption] == told


def test_two_models_are_told_apart_and_the_reference_line_stays() -> None:
    def page() -> None:
        import streamlit as st

        from components.evaluation import pictures
        from pipelines.steps.base import Curve

        curves = [(n, Curve("roc", n, [0.0, 1.0], [0.0, 1.0], "False", "True")) for n in ("one", "two")]
        st.session_state["spec"] = pictures.picture("roc", curves).to_dict()

    at = AppTest.from_function(page).run()
    assert not at.exception
    reference, lines = at.session_state["spec"]["layer"]
    assert reference["mark"]["strokeDash"]
    assert lines["encoding"]["color"]["scale"]["domain"] == ["one", "two"]
    assert len(set(lines["encoding"]["color"]["scale"]["range"])) == 2


def test_an_unknown_kind_of_curve_is_a_line_with_its_own_labels() -> None:
    def page() -> None:
        import streamlit as st

        from components.evaluation import pictures
        from pipelines.steps.base import Curve

        curve = Curve("learning_rate", "model", [1.0, 2.0], [0.1, 0.05], "Pass", "Rate")
        st.session_state["spec"] = pictures.picture("learning_rate", [("model", curve)]).to_dict()

    spec = AppTest.from_function(page).run().session_state["spec"]
    assert spec["layer"][0]["mark"]["type"] == "line"
    assert spec["layer"][0]["encoding"]["x"]["title"] == "Pass"


def test_the_bars_of_a_histogram_meet_at_the_edges_of_their_bins() -> None:
    def page() -> None:
        import streamlit as st

        from components.evaluation import pictures
        from pipelines.steps.base import Curve

        curve = Curve("residuals", "model", [-1.0, 1.0, 3.0], [4.0, 9.0, 2.0], "Error", "Rows")
        st.session_state["spec"] = pictures.picture("residuals", [("model", curve)]).to_dict()

    spec = AppTest.from_function(page).run().session_state["spec"]
    (bars,) = spec["layer"]
    encoding = bars["encoding"]
    assert (encoding["x"]["field"], encoding["x"]["bin"], encoding["x2"]["field"]) == ("from", "binned", "to")
    (rows,) = spec["datasets"].values()
    assert [(r["from"], r["to"], r["y"]) for r in rows] == [(-2, 0, 4), (0, 2, 9), (2, 4, 2)]


def test_importances_and_coefficients_leave_out_the_intercept() -> None:
    found = training.weights(training.example())
    assert found is not None
    assert list(found[1]["feature"]) == ["age", "plan"]
    assert training.weights(Report(curves=(Curve("loss", "t", [1.0], [1.0], "Pass", "Loss"),))) is None


def test_a_conclusion_stands_in_words_with_a_bar_chart_and_a_heat_map() -> None:
    at = AppTest.from_function(_draw_report, args=("findings",)).run()
    assert not at.exception
    assert "Cars with diesel engines cost more" in at.markdown[0].value
    assert len(at.get("vega_lite_chart")) == 2


def test_a_heat_map_has_a_cell_for_each_pair_in_the_order_given() -> None:
    def page() -> None:
        import streamlit as st

        from components.evaluation import findings

        st.session_state["spec"] = findings.heat_map_chart(findings.example().heat_maps[0]).to_dict()

    spec = AppTest.from_function(page).run().session_state["spec"]
    cells = next(iter(spec["datasets"].values()))
    assert [(c["row"], c["column"], c["value"]) for c in cells] == [
        ("a", "a", 1.0),
        ("a", "b", -0.5),
        ("b", "a", -0.5),
        ("b", "b", None),
    ]
    assert spec["layer"][0]["encoding"]["color"]["scale"]["domain"] == [-1.0, 0, 1.0]
    assert spec["layer"][0]["encoding"]["x"]["sort"] == ["a", "b"]


def _draw_confusion() -> None:
    import streamlit as st

    from components.evaluation import classification

    st.session_state["spec"] = classification.confusion_chart(classification.example().confusion).to_dict()


def _draw_report(name: str) -> None:
    import importlib

    from components.evaluation import report as report_view

    report_view.show(importlib.import_module(f"components.evaluation.{name}").example(), key="report")
