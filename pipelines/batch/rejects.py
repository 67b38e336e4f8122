"""Rows that cannot be scored, told from those that can, each with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.chain.conform import unfit
from pipelines.chain.contract import Contract
from pipelines.chain.predictor import LABELS
from pipelines.errors import InputError
from pipelines.inference.reading import Source
from pipelines.messages import _, listed

_PROBES = 8  # so many single rows are tried before a model is taken to refuse each one


class Predicting(Protocol):
    """A model that is asked here or elsewhere, and the types that it declares for its answers."""

    @property
    def contract(self) -> Contract | None: ...
    @property
    def score_types(self) -> dict[str, pa.DataType]: ...
    def predict(self, rows: pd.DataFrame) -> pd.DataFrame: ...


@dataclass(frozen=True)
class Scored:
    """What became of some rows: ``kept`` are the positions of those with predictions, ``reasons`` of the others."""

    kept: np.ndarray
    rows: pd.DataFrame
    scores: pd.DataFrame
    reasons: dict[int, str]


def score_rows(model: Predicting, source: Source, table: pa.Table) -> Scored:
    """Predictions for the rows of ``table`` that can have one. InputError when the model refuses each row."""
    rows = source.frame(table, model.contract)
    everything = np.arange(table.num_rows)
    try:
        found = model.predict(rows)
        reasons: dict[int, str] = {}
        kept = everything
    except InputError as error:
        reasons = _unfit(model, rows)
        kept = np.setdiff1d(everything, list(reasons))
        rows = source.frame(table.take(kept), model.contract) if reasons else rows
        found, refused = _rest(model, rows, error, tried=not reasons)
        if refused:
            reasons |= {int(kept[i]): said for i, said in refused.items()}
            keep = np.setdiff1d(np.arange(len(kept)), list(refused))
            kept, rows = kept[keep], rows.iloc[keep]
    return _answered(model, Scored(kept, rows, found, reasons))


def _unfit(model: Predicting, rows: pd.DataFrame) -> dict[int, str]:
    reasons: dict[int, str] = {}
    for column in model.contract.columns if model.contract else ():
        if column.name in rows:
            reasons = unfit(rows[column.name], column) | reasons
    return reasons


def _rest(model: Predicting, rows: pd.DataFrame, error: InputError, tried: bool) -> tuple[pd.DataFrame, dict[int, str]]:
    """Predictions for rows whose types are right; where the model refuses them still, each half is tried alone."""
    if not tried:
        try:
            return model.predict(rows), {}
        except InputError as again:
            error = again
    probes = np.unique(np.linspace(0, max(len(rows) - 1, 0), min(_PROBES, len(rows))).astype(int))
    if all(_refused(model, rows.iloc[[i]]) for i in probes):
        raise error
    refused: dict[int, str] = {}
    found: list[pd.DataFrame] = []
    _halve(model, rows, 0, found, refused)
    return pd.concat(found), refused


def _refused(model: Predicting, rows: pd.DataFrame) -> str | None:
    try:
        model.predict(rows)
    except InputError as error:
        return error.message
    return None


def _halve(
    model: Predicting, rows: pd.DataFrame, first: int, found: list[pd.DataFrame], refused: dict[int, str]
) -> None:
    try:
        found.append(model.predict(rows))
    except InputError as error:
        if len(rows) == 1:
            refused[first] = error.message
            return
        middle = len(rows) // 2
        _halve(model, rows.iloc[:middle], first, found, refused)
        _halve(model, rows.iloc[middle:], first + middle, found, refused)


def _answered(model: Predicting, scored: Scored) -> Scored:
    """A row that got no prediction is rejected too: the model could not do without something."""
    if LABELS not in scored.scores or not len(scored.scores):
        return scored
    blank = scored.scores[LABELS].isna().to_numpy()
    if not blank.any():
        return scored
    reasons = dict(scored.reasons)
    needed = [c.name for c in model.contract.columns if c.required and c.name in scored.rows] if model.contract else []
    gaps = {n: scored.rows[n].isna().to_numpy() for n in needed}
    for i in np.flatnonzero(blank):
        lacking = [repr(n) for n in needed if gaps[n][i]]
        reasons[int(scored.kept[i])] = (
            _("There is no prediction without a value in {columns}.", columns=listed(lacking))
            if lacking
            else _("The model has no prediction for this row.")
        )
    return Scored(scored.kept[~blank], scored.rows[~blank], scored.scores[~blank], reasons)
