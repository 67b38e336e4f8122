"""The normal rows, from which anomaly detection learns where a label tells them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.algorithms.anomaly import AnomalyAlgorithm
from pipelines.chain.anomalies import commonest
from pipelines.chain.predictor import target
from pipelines.errors import InputError, nearest
from pipelines.messages import _

MOST_VALUES = 20


def tells_normal(label: pd.Series) -> bool:
    """Whether a label can tell which rows are normal: it has some values, and few."""
    return 1 <= int(label.nunique()) <= MOST_VALUES


def normal_value(label: pd.Series) -> str:
    """The text of the commonest value."""
    return commonest(target(label, "anomaly"))


def normal_rows(algorithm: AnomalyAlgorithm, rows: pd.DataFrame, label: str) -> tuple[pd.DataFrame, list[str]]:
    """The rows that ``algorithm`` learns from, and a note on why these. InputError: the label has no such value."""
    values = target(rows[label], "anomaly")
    normal = algorithm.normal or commonest(values)
    is_normal: np.ndarray = values == normal
    if not is_normal.any():
        known = sorted(set(values.tolist()) - {""})
        best = nearest(normal, known)
        raise InputError(
            _("No training row has the value {value!r} in the label {label!r}.", value=normal, label=label),
            fix=_("Did you mean {name!r}?", name=best)
            if best
            else _("Its values are {values}.", values=", ".join(known[:20])),
        )
    if algorithm.learn_from == "all":
        return rows, []
    note = _(
        "It learns from the {count:,} of {rows:,} rows whose label {label!r} is {value!r}, the normal ones.",
        count=int(is_normal.sum()),
        rows=len(rows),
        label=label,
        value=normal,
    )
    return rows[is_normal], [note]
