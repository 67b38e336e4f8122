"""The chain: links and predictor as one object, from rows as the source gives them to predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from pipelines.chain.conform import text_array
from pipelines.chain.contract import Contract
from pipelines.chain.predictor import Predictor, Predicts
from pipelines.chain.transformer import Transformer

Link = tuple[str, Transformer]


class Chain(BaseEstimator):
    """Fitted links in order, then a fitted predictor. The same object trains, validates, is logged, and serves.

    ``links`` pairs a step's id with its fitted transformer. ``head`` holds the head columns that the links look at,
    with their dtypes; ``contract`` those of them that the predictions depend on. The others are filled with missing
    values when the chain predicts. ``path`` is what the training table went through: the key of its head, then of each
    link, those left out of ``links`` among them; ``step`` is the id of the step that trained it.
    """

    def __init__(
        self,
        links: list[Link],
        predictor: Predicts,
        head: dict[str, str],
        contract: Contract | None = None,
        label: str | None = None,
        path: list[str] | None = None,
        step: str = "",
    ) -> None:
        self.links = links
        self.predictor = predictor
        self.head = head
        self.contract = contract
        self.label = label
        self.path = path
        self.step = step

    @property
    def task(self) -> str:
        return str(self.predictor.task)

    @property
    def classes(self) -> list[object]:
        return list(self.predictor.classes_)

    def predict(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Predictions for raw rows, by the contract: ``Scored Labels`` and probabilities, one record a row."""
        if self.contract is None:
            return self.score(rows, 0)
        return self.answer(self.contract.arrays(rows), rows.index)

    def answer(self, given: Mapping[str, Any], index: pd.Index) -> pd.DataFrame:
        """Predictions for the contract's columns as arrays, which are in its types already."""
        taken = self._taken(given, len(index))
        if type(self.predictor) is Predictor:  # around one row, a table costs more than its numbers
            return self.predictor.score_columns(taken, index)
        return self.predictor.score(pd.DataFrame(taken, index=index, copy=False))

    def answer_few(self, given: Mapping[str, Any], rows: int) -> Mapping[str, Any] | pd.DataFrame:
        """The same as columns of values, for rows so few that their table would cost more than they do."""
        taken = self._taken(given, rows)
        found = self.predictor.answers(taken, rows) if type(self.predictor) is Predictor else None
        return self.predictor.score(pd.DataFrame(taken, copy=False)) if found is None else found

    def _taken(self, given: Mapping[str, Any], rows: int) -> dict[str, Any]:
        """The columns that the predictor takes, which the contract's have become."""
        columns = self._head(given, rows)
        for _, link in self.links:
            columns = link.apply(columns, rows)
        return {c: columns[c] for c in self.predictor.columns}

    def before(self, given: pd.DataFrame) -> pd.DataFrame:
        """The columns of the contract with those that the links only look at, as they go into the first link."""
        return pd.DataFrame(self._head({str(n): v for n, v in given.items()}, len(given)), index=given.index)

    def _head(self, given: Mapping[str, Any], rows: int) -> dict[str, Any]:
        return {c: given[c] if c in given else _missing(d, rows) for c, d in self.head.items()}

    def empty(self) -> pd.DataFrame:
        """The predictions of no rows."""
        return self.predictor.empty()

    def score(self, frame: pd.DataFrame, start: int) -> pd.DataFrame:
        """Predictions for rows that the links before ``start`` have already been applied to."""
        return self.predictor.score(self.transform(frame, start))

    def transform(self, frame: pd.DataFrame, start: int = 0) -> pd.DataFrame:
        """The rows as the predictor takes them, from link ``start`` on."""
        for _, link in self.links[start:]:
            frame = link.transform(frame)
        return frame

    def serving(self, rows: pd.DataFrame) -> Chain:
        """The chain that serves: without links nothing depends on, with the contract that head ``rows`` fulfil."""
        links, needed, seen = needed_links(self.links, self.predictor.columns)
        head = {c: d for c, d in self.head.items() if c in seen}
        contract = Contract.of(rows, [c for c in head if c in needed]).model_copy(update={"task": self.task})
        return Chain(links, self.predictor, head, contract, self.label, self.path, self.step)

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        return state | {"contract": self.contract.model_dump_json() if self.contract else None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        text = state["contract"]
        super().__setstate__(state | {"contract": Contract.model_validate_json(text) if text else None})


def head_of(rows: pd.DataFrame) -> dict[str, str]:
    """The columns of a head table with their dtypes, as a chain keeps them."""
    return {str(c): str(dtype) for c, dtype in rows.dtypes.items()}


def needed_links(links: Sequence[Link], outputs: Sequence[str]) -> tuple[list[Link], set[str], set[str]]:
    """The links that ``outputs`` depend on, the head columns they need, and those that only have to be there.

    A link that looks at a column takes part in making it exist, even where nothing depends on its values: a scaler over
    ten columns runs over all ten when one is needed.
    """
    needed, seen = set(outputs), set(outputs)
    kept: list[Link] = []
    for name, link in reversed(links):
        there = set(link.columns_in_)
        before = link.requires(needed)
        if before == needed and seen <= there and not _touches(link, needed):
            continue
        kept.append((name, link))
        needed = before
        touched = getattr(link, "columns", None)
        seen = (seen & there) | (there if touched is None else set(touched) & there) | needed
    return kept[::-1], needed, seen


def _touches(link: Transformer, needed: set[str]) -> bool:
    """Whether ``link`` may change a needed column."""
    touched = getattr(link, "columns", None)
    return touched is None or bool(needed & set(touched))


def _missing(dtype: str, rows: int) -> Any:
    """``rows`` missing values of a head column's dtype, or of the nearest that can be missing."""
    if dtype.startswith("datetime64"):
        return np.full(rows, np.datetime64("NaT"), dtype="datetime64[us]")
    if dtype.startswith(("int", "uint", "float")):
        return np.full(rows, np.nan)
    if dtype in ("str", "string"):
        return text_array([None] * rows)
    if dtype in ("bool", "boolean"):
        return pd.array([None] * rows, dtype="boolean")
    return np.full(rows, np.nan, dtype=object)
