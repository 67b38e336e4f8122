"""The metrics of a run or of one step: cards for one model, side by side for several."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from components import facts, record_table, wording
from components.record_table import Heading, cell

SHOWN = 6
FIRST = (
    "roc_auc", "f1", "f1_macro", "accuracy", "balanced_accuracy", "precision", "recall", "average_precision",
    "r2", "root_mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error",
    "silhouette", "calinski_harabasz", "davies_bouldin", "n_clusters",
)  # fmt: skip
_LOWER = ("error", "loss", "davies_bouldin")
_NEITHER = ("n_clusters", "rows_not_scored", "rows", "_std")


def main_metrics(metrics: Mapping[str, float], limit: int = SHOWN) -> dict[str, float]:
    """The metrics that tell most, those first that a reader looks for first."""
    return {name: metrics[name] for name in sorted(metrics, key=_rank)[:limit]}


def best(name: str, values: Mapping[str, float | None]) -> str | None:
    """Who has the best value of metric ``name``; None where none is better, or better means nothing."""
    own = name.rpartition(".")[2]
    given = {k: v for k, v in values.items() if v is not None and v == v}
    if len(given) < 2 or len(set(given.values())) < 2 or own.endswith(_NEITHER):
        return None
    choose = min if any(mark in own for mark in _LOWER) else max
    return choose(given, key=lambda k: given[k])


def groups(metrics: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Metrics by what stands before their name: the model, or the step."""
    found: dict[str, dict[str, float]] = {}
    for name, value in metrics.items():
        of, _, own = name.rpartition(".")
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
    with st.container(border=True, horizontal=True, gap="medium", key=f"{key}_cards"):
        for name, value in main_metrics(values, limit).items():
            st.metric(wording.metric(name), wording.number(value), width="content", help=f"`{name}` = {value!r}")
    if len(values) > limit:
        with st.expander(f"All {len(values)} metrics", key=f"{key}_all"):
            facts.show({wording.metric(n): wording.number(values[n]) for n in sorted(values, key=_rank)}, min_width=230)


def table(columns: Mapping[str, Mapping[str, float | None]], *, key: str) -> None:
    """Draw metrics side by side, one column a model, step or run, the best of each line marked."""
    names = sorted({n for values in columns.values() for n in values}, key=_rank)
    rows = {}
    for name in names:
        values = {column: given.get(name) for column, given in columns.items()}
        winner = best(name, values)
        rows[name] = [
            cell(wording.metric(name), hint=name),
            *(
                cell(wording.number(v), v, mark="green" if c == winner else None, hint="" if v is None else repr(v))
                for c, v in values.items()
            ),
        ]
    headings = [
        Heading("Metric", wide=True, sortable=False),
        *(Heading(c or "run", right=True, sortable=False) for c in columns),
    ]
    record_table.show(headings, rows, label="Metrics", opens=False, key=f"{key}_metrics", empty="No metrics.")


def _rank(name: str) -> tuple[int, str]:
    own = name.rpartition(".")[2]
    return (FIRST.index(own) if own in FIRST else len(FIRST), name)
