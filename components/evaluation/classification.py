"""How well a classifier does: the confusion matrix and the curves over every threshold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from components import charts, row_columns, theme, wording
from components.evaluation import pictures
from components.language import _
from components.markdown import escaped
from pipelines.steps.base import Curve, Report

ORDER = ("roc", "precision_recall", "calibration", "gain", "lift")


def show(report: Report, *, key: str) -> None:
    """Draw the confusion matrix, if there is one, and every curve of ``report``."""
    curves = [(c.name, c) for c in report.curves]
    if (told := _of_class(report)) is not None:
        st.caption(_("Precision, recall, F1 and the areas under the curves are those of {name}.", name=escaped(told)))
    if report.confusion:
        matrix, classes = st.columns(2, gap="medium")
        with matrix:
            confusion(report, key=f"{key}_confusion")
        with classes:
            by_class(report, key=f"{key}_classes")
    pictures.grid(curves, key=key, order=ORDER)


def _of_class(report: Report) -> str | None:
    """The class that the metrics of a report on two classes speak of; None where they speak of all."""
    labels = (report.confusion or {}).get("labels", ())
    return str(labels[1]) if len(labels) == 2 else None


def confusion(report: Report, *, key: str) -> None:
    """Draw the confusion matrix of ``report``, which has one."""
    assert report.confusion is not None
    _confusion(report.confusion, model_of(report), key)


def model_of(report: Report) -> str:
    """Whose confusion matrix it is, in a report of two models: the first's."""
    first = next(iter(report.metrics), "")
    return first.rpartition(".")[0]


def by_class(report: Report, *, key: str) -> None:
    """Draw precision, recall and rows of every class; in a report of two models, of each."""
    for name, table in report.tables.items():
        if name.rpartition(".")[2] == "classes":
            model = name.rpartition(".")[0]
            title = _("By class, {model}", model=model) if model else _("By class")
            st.markdown(f"**{title}**")
            columns = {
                c: st.column_config.NumberColumn(wording.metric(c), format="%.3f")
                for c in ("precision", "recall", "f1")
            }
            st.dataframe(
                pd.DataFrame(table),
                hide_index=True,
                height="auto" if len(table["class"]) <= 8 else 320,
                placeholder=row_columns.MISSING,
                column_config=columns | {"class": _("Class"), "rows": _("Rows")},
                key=f"{key}_{name}",
                alt=_("Precision, recall and F1 of every class"),
            )


def _confusion(found: Mapping[str, Any], model: str, key: str) -> None:
    rows = int(sum(map(sum, found["matrix"])))
    title = _("Confusion matrix, {model}", model=model) if model else _("Confusion matrix")
    st.markdown(f"**{title}**  :gray[{wording.rows(rows)}]")
    charts.draw(
        confusion_chart(found),
        key=key,
        alt_text=_("Confusion matrix: actual classes in rows, predicted classes in columns"),
    )


def confusion_chart(found: Mapping[str, Any]) -> alt.LayerChart:
    """A heat map with the actual classes down the side and the predicted ones along the top.

    A cell's colour is its share of the true class, so that a rare class shows as well as a frequent one.
    """
    frame = confusion_frame(found)
    labels, palette = [str(c) for c in found["labels"]], theme.palette()
    x = alt.X("predicted:N", title=_("Predicted"), sort=labels, axis=alt.Axis(orient="top", labelAngle=0, grid=False))
    y = alt.Y("true:N", title=_("Actual"), sort=labels, axis=alt.Axis(grid=False))
    base = alt.Chart(frame).encode(x=x, y=y)
    cells = base.mark_rect(stroke=palette.background, strokeWidth=2, cornerRadius=3).encode(
        color=alt.Color(
            "share:Q",
            legend=None,
            scale=alt.Scale(domain=[0, 1], range=[palette.raised, palette.blue], interpolate="rgb"),
        ),
        tooltip=[
            alt.Tooltip("true:N", title=_("actual")),
            alt.Tooltip("predicted:N", title=_("predicted")),
            alt.Tooltip("rows:Q", title=_("rows")),
            alt.Tooltip("share:Q", format=".1%", title=_("of the actual class")),
        ],
    )
    on_colour, turns = ("#0e1218", 0.6) if theme.is_dark() else ("#ffffff", 0.75)
    readable = alt.condition(alt.datum.share > turns, alt.value(on_colour), alt.value(palette.text))
    counts = base.mark_text(fontSize=15, fontWeight=600, dy=-7).encode(
        text=alt.Text("rows:Q", format=","), color=readable
    )
    shares = base.mark_text(fontSize=11, dy=11).encode(text=alt.Text("share:Q", format=".1%"), color=readable)
    small = len(labels) <= 8
    return alt.layer(cells, counts, *([shares] if small else [])).properties(
        height=max(charts.HEIGHT, 40 * len(labels))
    )


def confusion_frame(found: Mapping[str, Any]) -> pd.DataFrame:
    """One line a cell: ``true``, ``predicted``, ``rows`` and the ``share`` of the true class."""
    labels, lines = [str(c) for c in found["labels"]], []
    for true, row in zip(labels, found["matrix"], strict=True):
        total = sum(row)
        lines += [
            {"true": true, "predicted": predicted, "rows": int(n), "share": n / total if total else 0.0}
            for predicted, n in zip(labels, row, strict=True)
        ]
    return pd.DataFrame(lines)


def example() -> Report:
    """Two classes, the second rarer and harder, for tests."""
    x = [0.0, 0.1, 0.4, 1.0]
    return Report(
        {"accuracy": 0.85, "roc_auc": 0.9},
        (
            Curve("roc", "model", x, [0.0, 0.6, 0.9, 1.0], "False positive rate", "True positive rate"),
            Curve("precision_recall", "model", x, [1.0, 0.9, 0.7, 0.3], "Recall", "Precision"),
        ),
        {},
        {"labels": ["good", "bad"], "matrix": [[90, 10], [5, 20]]},
    )
