"""Why a row got its answer: how far the answer moves when one column has its typical value instead of the row's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipelines.chain.chain import Chain
from pipelines.chain.conform import conform_column
from pipelines.chain.contract import ContractColumn
from pipelines.chain.predictor import LABELS, PROBABILITIES

NOISE = 1e-9  # of the answer: a smaller effect is the arithmetic's, and would change the order from way to way
AT_ONCE = 20_000  # rows that are asked for in one go

NUMBERS = ("regression", "recommendation")
REASON, EFFECT = "Reason", "Effect"


def can_be_explained(chain: Chain) -> bool:
    """Whether the model's answer is a number, or comes with probabilities."""
    return answer_of(chain, chain.empty()) is not None


def reasons(chain: Chain, given: Mapping[str, Any], found: pd.DataFrame, most: int) -> dict[str, Any]:
    """The ``most`` columns that move each row's answer furthest, with how far: ``Reason 1``, ``Effect 1`` and so on.

    The answer is the number predicted, the score, the probability of the second of two classes, or that of the class
    predicted. Above 0: the row's value raises it. A column without any effect is no reason. Each column is set to its
    typical value (``example`` in the contract) alone, so that a row alone and among others gets the same.
    """
    assert chain.contract is not None
    columns = [c for c in chain.contract.columns if not c.passed and c.example is not None]
    before, rows = answer_of(chain, found), len(found)
    assert before is not None
    effects = np.zeros((rows, len(columns)))
    together = max(1, AT_ONCE // max(rows, 1))
    for start in range(0, len(columns), together):
        chosen = columns[start : start + together]
        other = chain.answer(_varied(given, chosen, rows), pd.RangeIndex(rows * len(chosen)))
        first = pd.concat([found] * len(chosen), ignore_index=True)
        after = answer_of(chain, other, first)
        assert after is not None
        effects[:, start : start + len(chosen)] = before[:, None] - after.reshape(len(chosen), rows).T
    least = NOISE * np.maximum(1.0, np.abs(before))[:, None]
    effects[~(np.abs(effects) > least)] = 0.0
    return _strongest(effects, np.round(effects / least), [c.name for c in columns], most)


def _varied(given: Mapping[str, Any], columns: Sequence[ContractColumn], rows: int) -> dict[str, Any]:
    """The rows once for each column, in which that column has its typical value."""
    at = np.tile(np.arange(rows), len(columns))
    made = {name: values.take(at) for name, values in given.items()}
    for place, column in enumerate(columns):
        values = made[column.name].copy()
        values[place * rows : (place + 1) * rows] = _typical(column, rows)
        made[column.name] = values
    return made


def answer_of(chain: Chain, found: pd.DataFrame, first: pd.DataFrame | None = None) -> np.ndarray | None:
    """The number that stands for each answer, by the class that ``first`` (or ``found``) predicts; None without one."""
    if PROBABILITIES in found:
        return _floats(found[PROBABILITIES])
    names = [f"{PROBABILITIES}_{c}" for c in chain.classes]
    if names and all(n in found for n in names):
        shares = np.column_stack([_floats(found[n]) for n in names])
        chosen = shares if first is None else np.column_stack([_floats(first[n]) for n in names])
        best = np.where(np.isfinite(chosen), chosen, -1).argmax(axis=1)
        return np.asarray(shares[np.arange(len(shares)), best])
    is_number = chain.task in NUMBERS and pd.api.types.is_numeric_dtype(found[LABELS].dtype)
    return _floats(found[LABELS]) if is_number else None


def _strongest(effects: np.ndarray, ranks: np.ndarray, names: Sequence[str], most: int) -> dict[str, Any]:
    order = np.argsort(-np.abs(ranks), axis=1, kind="stable")
    labels = pd.array(list(names), dtype="str")
    made: dict[str, Any] = {}
    for number in range(most):
        if number < len(names):
            at = order[:, number]
            effect = np.take_along_axis(effects, at[:, None], axis=1)[:, 0]
        else:
            at, effect = np.zeros(len(effects), dtype=np.intp), np.zeros(len(effects))
        none = effect == 0
        made[f"{REASON} {number + 1}"] = labels.take(np.where(none, -1, at), allow_fill=True)
        made[f"{EFFECT} {number + 1}"] = np.where(none, np.nan, effect)
    return made


def _typical(column: ContractColumn, rows: int) -> Any:
    return conform_column(pd.Series([column.example], dtype=object), column).repeat(rows)


def _floats(values: pd.Series) -> np.ndarray:
    return values.to_numpy(dtype=np.float64, na_value=np.nan)
