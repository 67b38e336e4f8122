"""Every picture can be drawn, also from the odd numbers that evaluations give."""

from __future__ import annotations

import pytest

from pipelines.steps.base import Bars, Curve, HeatMap, Report
from pipelines.tracking.plots import pictures

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
