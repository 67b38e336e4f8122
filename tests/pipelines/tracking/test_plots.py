"""Every picture can be drawn, also from the odd numbers that evaluations give."""

from __future__ import annotations

import pytest

from pipelines.steps.base import Bars, Curve, HeatMap, Report
from pipelines.tracking.plots import drawn, pictures

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    "kind", ["roc", "precision_recall", "calibration", "predicted_vs_true", "residuals", "loss", "x/y"]
)
@pytest.mark.parametrize("points", [[0.0, 0.5, 1.0], [3.0], []])
def test_a_curve_of_any_kind_and_length(kind: str, points: list[float]) -> None:
    report = Report(
        curves=(Curve(kind, "$a$ <b>", points, points, "x $1", "y"), Curve(kind, "", points, points, "x", "y"))
    )
    assert [(name, png[:8]) for name, png in pictures(report)] == [(kind.replace("/", "_") + ".png", PNG)]


@pytest.mark.parametrize("classes", [1, 2, 13, 50])
def test_a_matrix_of_any_size(classes: int) -> None:
    counts = [[row * column for column in range(classes)] for row in range(classes)]
    report = Report(confusion={"labels": [f"class ${i}" for i in range(classes)], "matrix": counts})
    assert [name for name, _ in pictures(report)] == ["confusion_matrix.png"]


@pytest.mark.parametrize("count", [1, 3, 40])
def test_bars_and_heat_maps_of_any_size(count: int) -> None:
    names, values = [f"$x {i}" for i in range(count)], [float(i - 1) for i in range(count)]
    square: list[list[float | None]] = [[None if i == j else v for j in range(count)] for i, v in enumerate(values)]
    report = Report(
        bars=(Bars("scores", names, values, "F"), Bars("importance", names, values, "", [abs(v) for v in values])),
        heat_maps=(HeatMap("a/b", names, names, square, -1.0, 1.0), HeatMap("counts", names, names, square, 0.0, 9.0)),
    )
    found = [(name, png[:8]) for name, png in pictures(report)]
    assert found == [(f"{name}.png", PNG) for name in ("scores", "importance", "a_b", "counts")]


def test_no_text_is_cut_off_by_the_edge_of_its_picture() -> None:
    long = [f"a very long name, number {i}, that does not come to an end" for i in range(12)]
    large, small = [-4e7, 0.0, 4.5e7], [-1e-5, 0.0, 1e-5]
    square: list[list[float | None]] = [[1 / (i + j + 1) for i in range(12)] for j in range(12)]
    report = Report(
        curves=(
            Curve("predicted_vs_true", long[0], large, large, "Actual", "Predicted"),
            Curve("residuals", long[0], large, large, "Predicted minus actual", "Rows"),
            Curve("quantiles", long[0], small, small, "Normal", "Found"),
            *(Curve("roc", name, [0.0, 1.0], [0.0, 1.0], "False positive rate", "True positive rate") for name in long),
        ),
        confusion={"labels": long[:8], "matrix": [[90_000 * row for row in range(8)]] * 8},
        bars=(Bars("importance", long, small * 4, "Fall of root mean squared error"),),
        heat_maps=(HeatMap("correlation", long, long, square, -1.0, 1.0),),
    )
    for name, axes in drawn(report):
        figure = axes.get_figure(root=True)
        assert figure is not None
        box, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
        over = {"left": -box.x0, "bottom": -box.y0, "right": box.x1 - width, "top": box.y1 - height}
        assert {side: inches for side, inches in over.items() if inches > 0} == {}, name
