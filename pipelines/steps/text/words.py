"""Texts as words, and numbers made of them as columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from pipelines.chain.transformer import Columnwise, array_of
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.schema import ColumnType, TableSchema
from pipelines.steps.checks import WORDS
from pipelines.steps.names import free
from pipelines.steps.texts import distinct

TEXTS = (ColumnType.TEXT, ColumnType.CATEGORY, ColumnType.OTHER)
WORD = r"(?u)\b\w+\b"


def require_text(schema: TableSchema, name: str) -> str:
    """``name``, which must be a column of text."""
    schema.require([name])
    kind = schema[name].type
    if kind not in TEXTS:
        raise InputError(
            _("Column {column!r} holds {kind}, not text.", column=name, kind=WORDS[kind]),
            fix=_("Choose a column of text."),
        )
    return name


def documents(values: Any) -> list[str]:
    """The text of each value of an array; of a missing one, none."""
    codes, texts = distinct(values)
    return [texts[i] or "" for i in codes]


class Vectors(Columnwise):
    """A column of text as columns of numbers, which follow at the end; the text leaves unless it is kept."""

    def __init__(self, column: str, keep_column: bool = False) -> None:
        self.column = column
        self.keep_column = keep_column

    @property
    def columns(self) -> list[str]:
        """The columns it looks at."""
        return [self.column]

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        taken = {str(c) for c in frame.columns if self.keep_column or c != self.column}
        names = self.learn_from(documents(array_of(frame[self.column])))
        self.outputs_: list[str] = [free(name, taken) for name in names]

    def fit(self, X: pd.DataFrame, y: pd.Series | None = None) -> Self:
        super().fit(X, y)
        self.__dict__.pop("counted", None)
        return self

    def fit_transform(self, X: pd.DataFrame, y: pd.Series | None = None, **params: Any) -> pd.DataFrame:
        """The same as ``fit`` and ``transform``; words counted while it learns are not counted again."""
        super().fit(X, y)
        counted = self.__dict__.pop("counted", None)
        return self.transform(X) if counted is None else self.placed(X, self._named(self.of_counts(counted)))

    def learn_from(self, texts: list[str]) -> list[str]:
        """Learn from the training rows' texts, and give the names of the columns to come.

        What it counted in them may stay in ``counted``, as ``of_counts`` takes it, until ``fit`` is done.
        """
        raise NotImplementedError

    def of_counts(self, counts: Any) -> Any:
        """An array, or a sparse one, with a row for each text, made of how often each learned word is in it."""
        raise NotImplementedError

    def vectors(self, texts: list[str]) -> Any:
        """An array, or a sparse one, with a row for each text."""
        return self.of_counts(self.counting.transform(texts))

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        if not rows:  # scikit-learn refuses none
            return {name: np.zeros(0) for name in self.outputs_}
        return self._named(self.vectors(documents(columns[self.column])))

    def _named(self, vectors: Any) -> dict[str, Any]:
        return dict(zip(self.outputs_, by_column(vectors), strict=True))

    def gone(self) -> Collection[str]:
        return () if self.keep_column else (self.column,)

    def counter(self) -> CountVectorizer:
        """What counts the learned words of a text."""
        raise NotImplementedError

    @cached_property
    def counting(self) -> CountVectorizer:
        return self.counter()

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in super().__getstate__().items() if k != "counting"}

    def requires(self, outputs: set[str]) -> set[str]:
        made = set(self.outputs_)
        return (outputs - made) | ({self.column} if outputs & made else set())


def by_column(matrix: Any) -> np.ndarray:
    """An array of rows as one block with a row for each column, so that each column is one piece of it."""
    if sparse.issparse(matrix):
        return np.asarray(matrix.T.toarray(order="C"), dtype=np.float64)
    return np.ascontiguousarray(np.asarray(matrix, dtype=np.float64).T)


def nothing_left(error: ValueError) -> InputError:
    """What to say where scikit-learn found no words to learn from."""
    return InputError(
        _("The training rows' texts leave no words to learn from: {reason}", reason=str(error).splitlines()[0]),
        fix=_("Allow shorter or rarer words, or check the steps before that change the text."),
    )
