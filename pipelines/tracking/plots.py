"""Pictures of what an evaluation found, for MLflow's pages; drawn without a display without global state."""

from __future__ import annotations

import functools
import io
import warnings
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.chain.chain import Chain
from pipelines.chain.predictor import Predictor
from pipelines.steps.base import Bars, Curve, HeatMap, Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#2563a8", "#c4572b", "#2f8f6b", "#8a5aa8", "#b08a1e", "#4f6472", "#b84a73", "#5b8c2a")
INK, GRID = "#3c4650", "#e3e7eb"
DPI = 96
SHOWN_FEATURES = 20
ABREAST = 60  # letters of labels that stand side by side under a picture; more are turned
POINTS = 2000
MOST_WRITTEN = 150  # cells of a heat map up to which each has its number written in it
LATIN = 0x2E80  # characters from here on are missing from the font that matplotlib brings
JAPANESE = (
    "Noto Sans CJK JP", "Noto Sans JP", "IPAexGothic", "IPAGothic", "Hiragino Sans", "Yu Gothic", "Meiryo", "MS Gothic",
)  # fmt: skip
DIAGONALS = {"roc", "calibration", "predicted_vs_true", "quantiles"}
SCATTERS = {"predicted_vs_true", "quantiles"}
BARS = {"residuals"}
NOT_DRAWN = {"gain", "lift"}  # they say again what the ROC curve says; the run's page draws them from the numbers
TITLES = {
    "roc": "ROC curve",
    "precision_recall": "Precision and recall",
    "calibration": "Calibration",
    "residuals": "Residuals",
    "predicted_vs_true": "Predicted and true values",
    "quantiles": "Quantiles and those of a normal distribution",
}


def pictures(report: Report) -> Iterator[tuple[str, bytes]]:
    """(file name, PNG) for each kind of curve, for the confusion matrix, for bars and heat maps."""
    for name, axes in drawn(report):
        yield f"{name}.png", _png(axes)


def drawn(report: Report) -> Iterator[tuple[str, Axes]]:
    """(name, axes with everything on them) for each of the report's pictures."""
    kinds: dict[str, list[Curve]] = {}
    for curve in report.curves:
        kinds.setdefault(curve.kind, []).append(curve)
    for kind, curves in kinds.items():
        if kind in NOT_DRAWN:
            continue
        yield _file_name(kind), _curves(kind, curves)
    if report.confusion:
        yield "confusion_matrix", _confusion(report.confusion)
    for bars in report.bars:
        yield _file_name(bars.name), _bars(bars)
    for heat_map in report.heat_maps:
        yield _file_name(heat_map.name), _heat_map(heat_map)


def importance_picture(chain: Chain) -> bytes | None:
    """The features that weigh most: a tree's importances, or a linear model's coefficients. None for other models."""
    if not isinstance(chain.predictor, Predictor):
        return None
    names = chain.predictor.features_.get_feature_names_out()
    found = importances(chain.predictor.estimator_)
    if found is None or len(found[1]) != len(names):
        return None
    title, weights = found
    order = np.argsort(-np.abs(weights), kind="stable")[:SHOWN_FEATURES]
    return _png(_bars(Bars(title, [names[i] for i in order], [float(weights[i]) for i in order], "")))


def importances(estimator: Any) -> tuple[str, np.ndarray] | None:
    """What a fitted estimator says of its features: a title and one number each."""
    if hasattr(estimator, "feature_importances_"):
        return "Feature importance", np.asarray(estimator.feature_importances_)
    if hasattr(estimator, "coef_"):
        weights = np.atleast_2d(np.asarray(estimator.coef_))
        several = len(weights) > 1
        title = "Coefficients, mean size over the classes" if several else "Coefficients"
        return title, np.abs(weights).mean(axis=0) if several else weights[0]
    return None


def _curves(kind: str, curves: Sequence[Curve]) -> Axes:
    axes = _axes(TITLES.get(kind, _title(kind)), curves[0].x_label, curves[0].y_label)
    for i, curve in enumerate(curves):
        colour = COLOURS[i % len(COLOURS)]
        x, y = np.asarray(curve.x, dtype=float), np.asarray(curve.y, dtype=float)
        name = _short(curve.name)
        if kind in SCATTERS:
            axes.scatter(x[:POINTS], y[:POINTS], s=8, color=colour, alpha=0.45, linewidths=0, label=name)
        elif kind in BARS:
            axes.bar(x, y, width=0.9 * (x[1] - x[0] if len(x) > 1 else 1.0), color=colour, alpha=0.8, label=name)
        else:
            marker = "o" if kind == "calibration" else None
            axes.plot(x, y, color=colour, linewidth=1.6, marker=marker, markersize=4, label=name)
    _reference(axes, kind)
    if len(curves) > 1 or curves[0].name:
        axes.legend(fontsize=8, frameon=False)
    return axes


def _reference(axes: Axes, kind: str) -> None:
    """The line that the points would lie on: chance, perfect calibration, or no error."""
    if kind in DIAGONALS:
        low, high = (0.0, 1.0) if kind in ("roc", "calibration") else axes.get_ylim()
        axes.plot([low, high], [low, high], color=INK, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    elif kind == "residuals":
        axes.axvline(0, color=INK, linewidth=0.8, linestyle=(0, (4, 3)), zorder=3)


def _bars(bars: Bars) -> Axes:
    """The first bars, from the top down."""
    labels, values = bars.labels[:SHOWN_FEATURES][::-1], bars.values[:SHOWN_FEATURES][::-1]
    height = 1.1 + 0.22 * len(labels) + (0.2 if bars.value_label else 0.0)
    bottom = (0.75 if bars.value_label else 0.55) / height
    axes = _axes(_title(bars.name), bars.value_label, "", height=height, left=0.42, bottom=bottom, top=1 - 0.4 / height)
    spread = bars.spread[:SHOWN_FEATURES][::-1] or None
    colours = [COLOURS[0] if v >= 0 else COLOURS[1] for v in values]
    axes.barh(range(len(labels)), values, color=colours, height=0.7, xerr=spread, ecolor=INK)
    axes.set_yticks(range(len(labels)), [_short(v) for v in labels], fontsize=8)
    axes.grid(visible=False, axis="y")
    return axes


def _heat_map(found: HeatMap) -> Axes:
    values = np.array([[np.nan if v is None else v for v in row] for row in found.values], dtype=float)
    height = min(12.0, max(3.9, 1.4 + 0.26 * len(found.rows)))
    axes = _axes(_title(found.name), "", "", height=height, left=0.3, bottom=1.0 / height, top=1 - 0.4 / height)
    colours = "RdBu" if found.low < 0 < found.high else "Blues"
    axes.imshow(values, cmap=colours, vmin=found.low, vmax=found.high, aspect="auto")
    axes.grid(visible=False)
    axes.set_xticks(range(len(found.columns)), [_short(v, 16) for v in found.columns], fontsize=7, rotation=60)
    axes.set_yticks(range(len(found.rows)), [_short(v, 22) for v in found.rows], fontsize=7)
    if len(found.rows) * len(found.columns) <= MOST_WRITTEN:
        strong = 0.6 * max(abs(found.low), abs(found.high))
        for (row, column), value in np.ndenumerate(values):
            if np.isfinite(value):
                colour = "white" if abs(value) > strong else INK
                written = f"{value:.2f}" if abs(value) < 10 else _number(value)
                axes.text(column, row, written, ha="center", va="center", color=colour, fontsize=7)
    return axes


def _confusion(confusion: dict[str, Any]) -> Axes:
    labels = [str(v) for v in confusion.get("labels") or confusion.get("classes") or []]
    counts = np.asarray(confusion.get("matrix") or confusion.get("counts"), dtype=float)
    shown = [_short(v, 14) for v in labels]
    turned = len(labels) * max(map(len, shown), default=0) > ABREAST
    axes = _axes("Confusion matrix", "Predicted", "True", left=0.24, bottom=0.3 if turned else 0.14)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.grid(visible=False)
    if len(labels) <= 20:
        axes.set_xticks(range(len(labels)), shown, fontsize=8, rotation=60 if turned else 0)
        axes.set_yticks(range(len(labels)), shown, fontsize=8)
    if len(labels) <= 12:
        for (row, column), count in np.ndenumerate(counts):
            colour = "white" if share[row, column] > 0.55 else INK
            axes.text(column, row, f"{count:,.0f}", ha="center", va="center", color=colour, fontsize=9)
    return axes


def _axes(
    title: str, x: str, y: str, *, height: float = 3.9, left: float = 0.14, bottom: float = 0.14, top: float = 0.9
) -> Axes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.4, height), dpi=DPI)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((left, bottom, 0.97 - left, top - bottom))
    axes.set_title(title, fontsize=11, color=INK, loc="left", y=1.02)  # a place of its own spares a measuring pass
    axes.set_xlabel(x, fontsize=9, color=INK)
    axes.set_ylabel(y, fontsize=9, color=INK)
    axes.tick_params(labelsize=8, colors=INK, length=0)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(_number)
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes


def _number(value: float, _place: float = 0) -> str:
    """As it is read on an axis: ``0.05``, ``12,000``, ``40M``; without a power of ten in a corner of the picture."""
    from matplotlib.ticker import EngFormatter

    return f"{value:,.6g}" if abs(value) < 1e5 else EngFormatter(sep="").format_data(value)


def _png(axes: Axes) -> bytes:
    target = io.BytesIO()
    figure: Figure = axes.get_figure(root=True)  # type: ignore[assignment]
    _choose_fonts(axes, figure)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # a box in its place is all that can be drawn
        # Quick rather than small: the picture is a few kilobytes in any case.
        figure.savefig(target, format="png", pil_kwargs={"compress_level": 1})
    return target.getvalue()


def _choose_fonts(axes: Axes, figure: Figure) -> None:
    """Where something is written in Japanese, a font of the machine that has it stands in for matplotlib's own."""
    from matplotlib.text import Text

    texts = figure.findobj(Text)
    labels = [*axes.get_xticklabels(), *axes.get_yticklabels()]
    if any(ord(c) >= LATIN for text in (*texts, *labels) for c in text.get_text()):
        for text in (*texts, *labels):
            text.set_fontfamily(_families())


@functools.cache
def _families() -> list[str]:
    from matplotlib.font_manager import fontManager

    known = set(fontManager.get_font_names())
    return ["DejaVu Sans", *(name for name in JAPANESE if name in known)]


def _short(text: str, limit: int = 28) -> str:
    text = " ".join(text.replace("$", r"\$").split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _file_name(kind: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in kind) or "curve"
