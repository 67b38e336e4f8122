"""A chain as the inference pipelines ask it: what comes back with its answers, and how they are told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from pipelines.chain.chain import Chain
from pipelines.chain.contract import Contract
from pipelines.chain.explain import reasons
from pipelines.chain.predictor import LABELS, PROBABILITIES, probability_columns
from pipelines.schema import ColumnType

CLASS, PROBABILITY = "Class", "Probability"


class Served(BaseEstimator):
    """A fitted chain and what is made of its answers; stored, logged and served as the chain itself is.

    ``passed`` are columns of the chain's contract that come back first. ``threshold``: the least probability (or score)
    that makes ``Scored Labels`` the second class. ``top_k``: the likeliest classes as ``Class 1``, ``Probability 1``
    and so on. ``scores`` False: no other column of the chain's than ``Scored Labels``. ``explanations``: so many
    columns that move the answer furthest.
    """

    def __init__(
        self,
        chain: Chain,
        passed: list[str] | None = None,
        threshold: float | None = None,
        top_k: int | None = None,
        scores: bool = True,
        explanations: int = 0,
    ) -> None:
        self.chain = chain
        self.passed = passed
        self.threshold = threshold
        self.top_k = top_k
        self.scores = scores
        self.explanations = explanations

    @property
    def contract(self) -> Contract | None:
        return self.chain.contract

    @property
    def task(self) -> str:
        return self.chain.task

    @property
    def classes(self) -> list[object]:
        return self.chain.classes

    @property
    def label(self) -> str | None:
        return self.chain.label

    def predict(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Answers for raw rows, by the contract, one record a row."""
        assert self.contract is not None
        given = self.contract.arrays(rows)
        found = self.chain.answer(given, rows.index)
        made: dict[str, Any] = {name: returned(given[name], self.contract[name].type) for name in self.passed or []}
        made[LABELS] = found[LABELS] if self.threshold is None else decided(found, self.threshold, self.classes)
        if self.scores:
            made |= {str(c): found[c] for c in found if c != LABELS}
        if self.top_k is not None:
            made |= likeliest(found, self.classes, self.top_k)
        if self.explanations:
            made |= reasons(self.chain, given, found, self.explanations)
        arrays = {name: v.array if isinstance(v, pd.Series) else v for name, v in made.items()}
        return pd.DataFrame(arrays, index=rows.index, copy=False)

    def empty(self) -> pd.DataFrame:
        """The answers of no rows."""
        assert self.contract is not None
        return self.predict(pd.DataFrame({c: pd.Series([], dtype=object) for c in self.contract.names}))


def returned(values: Any, kind: ColumnType) -> Any:
    """A column as it comes back: in one type whether a value is missing or not, times as text."""
    series = pd.Series(values)
    match kind:
        case ColumnType.INTEGER if pd.api.types.is_integer_dtype(series.dtype) or _is_whole(series):
            return series.astype("Int64").array
        case ColumnType.BOOLEAN:
            return series.astype("boolean").array
        case ColumnType.DATETIME:
            texts = [None if pd.isna(v) else v.isoformat() for v in series.tolist()]
            return pd.array(texts, dtype="str")
        case ColumnType.INTEGER | ColumnType.FLOAT:
            return series.to_numpy(dtype=np.float64, na_value=np.nan)
        case _:
            return series.array


def _is_whole(series: pd.Series) -> bool:
    known = series[series.notna()]
    return bool((np.isfinite(known) & (known % 1 == 0) & (known.abs() < 2**53)).all())


def decided(found: pd.DataFrame, threshold: float, classes: list[object]) -> Any:
    """The second class where its probability is at least ``threshold``, else the first; of anomalies 1 and 0."""
    share = found[PROBABILITIES].to_numpy(dtype=np.float64, na_value=np.nan)
    codes = np.where(np.isnan(share), -1, share >= threshold).astype(np.intp)
    return labelled(codes, classes if len(classes) == 2 else [0, 1])


def labelled(codes: np.ndarray, classes: list[object]) -> Any:
    """The classes by their numbers, -1 for none: of one type whether some are missing or not."""
    texts = any(isinstance(c, str) for c in classes)
    values = pd.array([str(c) for c in classes], dtype="str") if texts else pd.array(classes)
    found = values.take(codes, allow_fill=True)
    return found if texts or (codes < 0).any() else found.to_numpy(dtype=np.array(classes).dtype)


def likeliest(found: pd.DataFrame, classes: list[object], most: int) -> dict[str, Any]:
    """The ``most`` likeliest classes of each row with their probabilities, equal ones in the classes' order."""
    names = probability_columns(classes)
    shares = np.column_stack([found[n].to_numpy(dtype=np.float64, na_value=np.nan) for n in names])
    if len(classes) == 2:
        shares = np.column_stack([1 - shares[:, 0], shares[:, 0]])
    order = np.argsort(-shares, axis=1, kind="stable")
    none = np.isnan(shares).any(axis=1)
    made: dict[str, Any] = {}
    for place in range(min(most, len(classes))):
        at = order[:, place]
        made[f"{CLASS} {place + 1}"] = labelled(np.where(none, -1, at), classes)
        made[f"{PROBABILITY} {place + 1}"] = np.take_along_axis(shares, at[:, None], axis=1)[:, 0]
    return made
