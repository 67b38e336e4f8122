"""A scored table measured: what Evaluate model and each fold of a cross-validation report."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from pipelines.chain.anomalies import commonest
from pipelines.chain.features import FeatureMatrix
from pipelines.chain.predictor import LABELS, PROBABILITIES, probability_columns, target
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.schema import column_type
from pipelines.steps.evaluation import anomaly, classification, clustering, regression
from pipelines.steps.evaluation.assessment import Assessment
from pipelines.steps.training.normal import tells_normal
from pipelines.table import Scored, Table


def assess(table: Table) -> Assessment:
    """The rows of a scored table that have a prediction and a label, measured; the others are counted in a note."""
    scored = table.scored
    if scored is None or LABELS not in table.frame.columns:
        raise InputError(_("These rows have no predictions."), fix=_("Put Score model before Evaluate model."))
    frame = table.frame
    has_score = frame[LABELS].notna().to_numpy()
    notes = (
        []
        if has_score.all()
        else [
            _(
                "{number} of {rows} rows have no prediction and are left out.",
                number=int((~has_score).sum()),
                rows=len(frame),
            )
        ]
    )
    unscored = int((~has_score).sum())
    if scored.task in ("classification", "regression", "recommendation"):
        if scored.label is None or scored.label not in frame.columns:
            raise InputError(
                _("The rows have no label column{label} to compare with.", label=_named(scored.label)),
                fix=_("Evaluate rows that have the label."),
            )
        has_label = frame[scored.label].notna().to_numpy()
        if not has_label.all():
            notes.append(
                _(
                    "{number} of {rows} rows have no label and are left out.",
                    number=int((~has_label).sum()),
                    rows=len(frame),
                )
            )
        has_score = has_score & has_label
    if not has_score.any():
        raise InputError(_("No row has both a prediction and a label."), fix=_("Check the rows that were scored."))
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
            _("The label {label!r} holds no numbers.", label=scored.label),
            fix=_("Evaluate rows whose label was not changed."),
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
    found, combined = clustering.by_cluster(matrix[whole], clusters[whole])
    return Assessment(metrics | combined, tables={"clusters": found}, notes=tuple(notes))


def _anomalies(rows: pd.DataFrame, scored: Scored, table: Table) -> Assessment:
    flagged, score = rows[LABELS].to_numpy(dtype=np.int64), rows[PROBABILITIES].to_numpy(dtype=np.float64)
    found = anomaly.spread(flagged, score)
    label = rows[scored.label] if scored.label is not None and scored.label in rows.columns else None
    if label is None or not tells_normal(label):
        return found
    known = label.notna().to_numpy()
    values = target(label[known], "anomaly")
    normal = str(scored.classes[0]) if scored.classes else commonest(values)
    told = anomaly.measure(values != normal, flagged[known], score[known], normal, scored.label or "")
    notes = () if known.all() else (_("{count:,} rows have no label and are left out.", count=int((~known).sum())),)
    return Assessment(
        found.metrics | told.metrics, (*told.curves, *found.curves), told.tables, told.confusion, (*notes, *told.notes)
    )


def _named(label: str | None) -> str:
    return f" {label!r}" if label else ""


TASKS: dict[str, Callable[[pd.DataFrame, Scored, Table], Assessment]] = {
    "classification": _classes,
    "regression": _numbers,
    "clustering": _clusters,
    "anomaly": _anomalies,
    "recommendation": _numbers,
}
