"""Replace Discrete Values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from pydantic import Field

from pipelines.chain.transformer import Columnwise, Transformer, array_of, numbers
from pipelines.columns import CATEGORICAL
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnName, ColumnRule
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.names import free
from pipelines.steps.texts import distinct


class Score(Columnwise):
    """Numbers in place of categories: what ``reference`` was like in the training rows of the category."""

    def __init__(self, columns: list[str], reference: str, numeric: bool, keep_columns: bool) -> None:
        self.columns = columns
        self.reference = reference
        self.numeric = numeric
        self.keep_columns = keep_columns

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        measured, labels = self._measured(array_of(frame[self.reference]))
        taken = {str(c) for c in frame.columns if self.keep_columns or c not in self.columns}
        self.made_ = {c: [free(f"{c}_{label}", taken) for label in labels] for c in self.columns}
        self.scores_: dict[str, dict[str, list[float]]] = {}
        known = ~np.isnan(measured).any(axis=1)
        self.overall_ = self._scores(measured[known])
        for name in self.columns:
            codes, texts = distinct(array_of(frame[name]))
            codes = np.asarray(codes) % len(texts)
            self.scores_[name] = {
                text: self._scores(measured[known & (codes == i)])
                for i, text in enumerate(texts)
                if text is not None and (known & (codes == i)).any()
            }

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, outputs in self.made_.items():
            codes, texts = distinct(columns[name])
            scores = self.scores_[name]
            found = np.array([scores.get(t, self.overall_) if t is not None else self.overall_ for t in texts])
            values = found.reshape(len(texts), len(outputs))[np.asarray(codes, dtype=np.int64)]
            made |= {output: values[:, i] for i, output in enumerate(outputs)}
        return made

    def gone(self) -> Collection[str]:
        return () if self.keep_columns else self.columns

    def requires(self, outputs: set[str]) -> set[str]:
        source = {made: name for name, names in self.made_.items() for made in names}
        return {source.get(o, o) for o in outputs}

    def _measured(self, values: Any) -> tuple[np.ndarray, list[str]]:
        """The reference as columns of numbers, and what is made of them: a share for each of its values, or moments."""
        if self.numeric:
            found = np.asarray(numbers(values), dtype=np.float64)
            return found[:, None], ["mean", "std"]
        codes, texts = distinct(values)
        place = np.asarray(codes, dtype=np.int64) % len(texts)
        names = sorted({t for t in texts if t is not None})
        order = np.array([names.index(t) if t is not None else -1 for t in texts])[place]
        shares = (order[:, None] == np.arange(len(names))).astype(np.float64)
        shares[order < 0] = np.nan
        return shares, [f"{self.reference}={n}" for n in names]

    def _scores(self, measured: np.ndarray) -> list[float]:
        if not len(measured):
            return [0.0] * (2 if self.numeric else measured.shape[1])
        means = measured.mean(axis=0)
        return [float(means[0]), float(measured.std())] if self.numeric else [float(m) for m in means]


class ReplaceDiscreteValues(Step):
    """Replace categories by the probability of each value of another column, or by its mean and deviation.

    Like DataFrame.groupby(...).mean() put back into the rows: of a reference of categories the conditional probability
    of each, P(reference | category); of numbers the mean and the standard deviation (of the population). Learned from
    the training rows; a category that they did not have, and a missing one, gets what all rows together have. With the
    label as the reference a row's own label is in its score, so that training rows look better than others: use a
    cross-fitted target encoding for models, and this to look at categories.
    """

    type: ClassVar[str] = "replace_discrete_values"
    title: ClassVar[str] = "Replace Discrete Values"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.FITTED
    synonyms: ClassVar[tuple[str, ...]] = (
        "conditional probability", "mean encoding", "likelihood encoding", "impact coding", "group mean",
    )  # fmt: skip
    known_as: ClassVar[tuple[str, ...]] = ("Replace Discrete Values",)
    equivalent: ClassVar[str] = 'table["city_mean"] = table["city"].map(table.groupby("city")["price"].mean())'
    example: ClassVar[Example | None] = Example(
        params={"columns": ["city"], "reference": "stays", "keep_columns": True},
        table="guest,city,stays\n1,Oslo,yes\n2,Oslo,no\n3,Oslo,yes\n4,Lima,no\n5,Lima,no\n6,,yes\n",
    )

    reference: ColumnName = Field(
        min_length=1, title="Reference", description="The column that says what a category is worth."
    )
    keep_columns: bool = Field(False, title="Keep the columns", description="On: the categories stay.")
    columns: ColumnRule = Field(CATEGORICAL, title="Columns", description="The columns of categories to replace.")

    def build(self, schema: TableSchema) -> Transformer:
        schema.require([self.reference])
        columns = [c for c in dict.fromkeys(self.columns.select(schema)) if c != self.reference]
        if self.columns.names is not None and self.reference in self.columns.names:
            raise InputError(
                _("Column {column!r} cannot be scored by itself.", column=self.reference),
                fix=_("Leave it out of the columns."),
            )
        return Score(columns, self.reference, schema[self.reference].type.is_numeric, self.keep_columns)
