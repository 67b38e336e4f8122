"""The metrics of a run or of one step: cards for one model, side by side for several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from components import facts, record_table, wording
from components.language import _
from components.record_table import Heading, cell

SHOWN = 6
FIRST = (
    "roc_auc", "f1", "f1_weighted", "f1_macro", "accuracy", "balanced_accuracy", "precision", "recall",
    "average_precision", "r2", "root_mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error",
    "silhouette", "calinski_harabasz", "davies_bouldin", "n_clusters", "anomalies", "anomaly_rate",
)  # fmt: skip
SPREAD = "_std"
_LOWER = ("error", "loss", "davies_bouldin", "distance_to_centre")
_NEITHER = ("n_clusters", "noise_rows", "anomalies", "anomaly_rate", "rows_not_scored", SPREAD)

Values = Mapping[str, float | None]


def main_metrics(metrics: Mapping[str, float], limit: int = SHOWN) -> dict[str, float]:
    """The metrics that tell most by their own names, of several models' the best, the first looked for first."""
    found: dict[str, dict[str, float]] = {}
    for name, value in metrics.items():
        if not name.endswith(SPREAD):
            found.setdefault(name.rpartition(".")[2], {})[name] = value
    ordered = sorted(found, key=_rank)[:limit]
    return {
        own: next((found[own][w] for w in winners(own, found[own])), next(iter(found[own].values()))) for own in ordered
    }


def winners(name: str, values: Values) -> set[str]:
    """Who has the best value of metric ``name``; nobody where all have the same, or better means nothing."""
    own = name.rpartition(".")[2]
    given = {k: v for k, v in values.items() if v is not None and v == v}
    if len(set(given.values())) < 2 or own.endswith(_NEITHER):
        return set()
    top = (min if any(mark in own for mark in _LOWER) else max)(given.values())
    return {k for k, v in given.items() if v == top}


def groups(metrics: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Metrics by what stands before their name: the model, or the step."""
    found: dict[str, dict[str, float]] = {}
    for name, value in metrics.items():
        of, _dot, own = name.rpartition(".")
        found.setdefault(of, {})[own] = value
    return found


def show(metrics: Mapping[str, float], *, key: str, limit: int = SHOWN) -> None:
    """Draw the metrics of one model as cards, the rest folded; of several models as a table with the best marked."""
    if not metrics:
        return
    by_group = groups(metrics)
    if len(by_group) > 1:
        table(by_group, key=key)
        return
    values = next(iter(by_group.values()))
    names = [n for n in sorted(values, key=_rank) if not n.endswith(SPREAD)]
    with st.container(border=True, horizontal=True, gap="medium", key=f"{key}_cards"):
        for name in names[:limit]:
            st.metric(wording.metric(name), _told(name, values), width="content")
    if len(names) > limit:
        with st.expander(_("All {count} metrics", count=len(names)), key=f"{key}_all"):
            facts.show({wording.metric(n): _told(n, values) for n in names}, min_width=230)


def table(columns: Mapping[str, Values], *, key: str) -> None:
    """Draw metrics side by side, one column a model, step or run, the best of each line marked."""
    names = sorted({n for values in columns.values() for n in values if not n.endswith(SPREAD)}, key=_rank)
    rows = {name: _line(name, columns) for name in names}
    headings = [
        Heading(_("Metric"), wide=True, sortable=False),
        *(Heading(c or _("run"), right=True, sortable=False) for c in columns),
    ]
    with st.container(width=220 + 170 * len(columns)):
        record_table.show(headings, rows, label=_("Metrics"), opens=False, key=f"{key}_metrics", empty=_("No metrics."))


def _line(name: str, columns: Mapping[str, Values]) -> list[dict[str, Any]]:
    best = winners(name, {column: values.get(name) for column, values in columns.items()})
    return [
        cell(wording.metric(name), hint=name),
        *(
            cell(
                _told(name, values),
                mark="green" if column in best else None,
                hint="" if values.get(name) is None else repr(values[name]),
            )
            for column, values in columns.items()
        ),
    ]


def _told(name: str, values: Values) -> str:
    spread = values.get(name + SPREAD)
    return wording.number(values.get(name)) + ("" if spread is None else f" ± {spread:.2g}")


def _rank(name: str) -> tuple[int, str, str]:
    own = name.rpartition(".")[2]
    return (FIRST.index(own) if own in FIRST else len(FIRST), own, name)
