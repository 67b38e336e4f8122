"""A scored table measured: what Evaluate model and each fold of a cross-validation report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from pipelines.chain.features import FeatureMatrix
from pipelines.chain.predictor import LABELS, probability_columns
from pipelines.errors import InputError
from pipelines.schema import column_type
from pipelines.steps.base import Curve
from pipelines.steps.evaluation import classification, clustering, regression
from pipelines.table import Scored, Table


@dataclass(frozen=True)
class Assessment:
    """Metrics with what there is to show beside them."""

    metrics: dict[str, float]
    curves: tuple[Curve, ...] = ()
    tables: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    confusion: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()


def assess(table: Table) -> Assessment:
    """The rows of a scored table that have a prediction and a label, measured; the others are counted in a note."""
    scored = table.scored
    if scored is None or LABELS not in table.frame.columns:
        raise InputError("These rows have no predictions.", fix="Put Score model before Evaluate model.")
    frame = table.frame
    has_score = frame[LABELS].notna().to_numpy()
    notes = (
        [] if has_score.all() else [f"{(~has_score).sum()} of {len(frame)} rows have no prediction and are left out."]
    )
    unscored = int((~has_score).sum())
    if scored.task != "clustering":
        if scored.label is None or scored.label not in frame.columns:
            raise InputError(
                f"The rows have no label column{_named(scored.label)} to compare with.",
                fix="Evaluate rows that have the label.",
            )
        has_label = frame[scored.label].notna().to_numpy()
        if not has_label.all():
            notes.append(f"{(~has_label).sum()} of {len(frame)} rows have no label and are left out.")
        has_score = has_score & has_label
    if not has_score.any():
        raise InputError("No row has both a prediction and a label.", fix="Check the rows that were scored.")
    rows = frame if has_score.all() else frame[has_score]
    found = TASKS[scored.task](rows, scored, table)
    extra = {"rows_not_scored": float(unscored)} if unscored else {}
    return Assessment(found.metrics | extra, found.curves, found.tables, found.confusion, (*notes, *found.notes))


def _classes(rows: pd.DataFrame, scored: Scored, table: Table) -> Assessment:
    assert scored.label is not None
    names = probability_columns(list(scored.classes))
    shares = rows[names].to_numpy(dtype=np.float64) if names and all(n in rows.columns for n in names) else None
    found = classification.Classified.of(rows[scored.label], rows[LABELS], scored.classes, shares)
    metrics, notes = classification.measure(found)
    return Assessment(
        metrics,
        classification.curves(found),
        {"classes": classification.by_class(found)},
        classification.confusion(found),
        tuple(notes),
    )


def _numbers(rows: pd.DataFrame, scored: Scored, table: Table) -> Assessment:
    assert scored.label is not None
    if not column_type(rows[scored.label]).is_numeric:
        raise InputError(
            f"The label {scored.label!r} holds no numbers.", fix="Evaluate rows whose label was not changed."
        )
    actual, predicted = rows[scored.label].to_numpy(dtype=np.float64), rows[LABELS].to_numpy(dtype=np.float64)
    metrics, notes = regression.measure(actual, predicted)
    return Assessment(metrics, regression.curves(actual, predicted, scored.label), notes=tuple(notes))


def _clusters(rows: pd.DataFrame, scored: Scored, table: Table) -> Assessment:
    features = [c for c in table.schema.features if c in rows.columns]
    matrix = FeatureMatrix().fit(rows[features]).transform(rows)
    whole = np.isfinite(matrix).all(axis=1)
    clusters = rows[LABELS].to_numpy(dtype=np.int64)
    metrics, notes = clustering.measure(matrix[whole], clusters[whole])
    return Assessment(metrics, tables={"clusters": clustering.sizes(rows[LABELS])}, notes=tuple(notes))


def _named(label: str | None) -> str:
    return f" {label!r}" if label else ""


TASKS: dict[str, Callable[[pd.DataFrame, Scored, Table], Assessment]] = {
    "classification": _classes,
    "regression": _numbers,
    "clustering": _clusters,
}
