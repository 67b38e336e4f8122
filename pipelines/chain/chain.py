"""The chain: links and predictor as one object, from rows as the source gives them to predictions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from pipelines.chain.contract import Contract
from pipelines.chain.predictor import Predictor
from pipelines.chain.transformer import Transformer

Link = tuple[str, Transformer]


class Chain(BaseEstimator):
    """Fitted links in order, then a fitted predictor. The same object trains, validates, is logged, and serves.

    ``links`` pairs a step's id with its fitted transformer. ``contract`` names the head columns that the predictions
    depend on; the other head columns, kept in ``head`` with their dtypes, are filled with missing values so that every link sees
    the columns it was fitted on.
    """

    def __init__(self, links: list[Link], predictor: Predictor, head: dict[str, str], contract: Contract | None = None, label: str | None = None) -> None:
        self.links = links
        self.predictor = predictor
        self.head = head
        self.contract = contract
        self.label = label

    @property
    def task(self) -> str:
        return self.predictor.task

    @property
    def classes(self) -> list[object]:
        return list(self.predictor.classes_)

    def predict(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Predictions for raw rows, by the contract: ``Scored Labels`` and probabilities, one record a row."""
        conformed = self.contract.conform(rows) if self.contract else rows
        return self.score(self._with_head(conformed), 0)

    def score(self, frame: pd.DataFrame, start: int) -> pd.DataFrame:
        """Predictions for rows that the links before ``start`` have already been applied to."""
        return self.predictor.score(self.transform(frame, start))

    def transform(self, frame: pd.DataFrame, start: int = 0) -> pd.DataFrame:
        """The rows as the predictor takes them, from link ``start`` on."""
        for _, link in self.links[start:]:
            frame = link.transform(frame)
        return frame

    def serving(self, rows: pd.DataFrame) -> Chain:
        """The chain that serves: without links nothing depends on, with the contract that ``rows`` of the head fulfil."""
        links, needed = needed_links(self.links, self.predictor.columns)
        names = [c for c in self.head if c in needed]
        head = {c: str(rows[c].dtype) for c in self.head}
        return Chain(links, self.predictor, head, Contract.of(rows, names), self.label)

    def _with_head(self, frame: pd.DataFrame) -> pd.DataFrame:
        absent = [c for c in self.head if c not in frame.columns]
        if not absent or not self.links:
            return frame
        blank = {c: _missing(self.head[c], len(frame)) for c in absent}
        return pd.DataFrame({c: blank[c] if c in blank else frame[c] for c in self.head}, index=frame.index)


def needed_links(links: Sequence[Link], outputs: Sequence[str]) -> tuple[list[Link], set[str]]:
    """The links that ``outputs`` depend on, and the columns they need at the head."""
    needed, kept = set(outputs), []
    for name, link in reversed(links):
        before = link.requires(needed)
        if before != needed or not _is_untouched(link, needed):
            kept.append((name, link))
        needed = before
    return kept[::-1], needed


def _is_untouched(link: Transformer, needed: set[str]) -> bool:
    """Whether ``link`` leaves every needed column as it finds it."""
    touched = getattr(link, "columns", None)
    return touched is not None and not needed & set(touched) and needed <= set(link.columns_in_)


def _missing(dtype: str, rows: int) -> Any:
    if dtype.startswith("datetime64"):
        return np.full(rows, np.datetime64("NaT"), dtype="datetime64[ns]")
    if dtype.startswith(("int", "uint", "float")):
        return np.full(rows, np.nan)
    if dtype in ("str", "string"):
        return pd.array([np.nan] * rows, dtype="str")
    return np.full(rows, np.nan, dtype=object)
