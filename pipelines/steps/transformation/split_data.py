"""Split Data."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator
from sklearn.model_selection import train_test_split

from pipelines.errors import InputError, ParameterError
from pipelines.parameters import Form
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Step
from pipelines.table import TEST, TRAIN


class SplitData(Step):
    """Mark each row as a training or a test row.

    The same rows as sklearn.model_selection.train_test_split. The table goes on whole; what follows learns from the
    training rows only, and evaluation looks at the test rows.
    """

    type: ClassVar[str] = "split_data"
    title: ClassVar[str] = "Split Data"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.SPLIT
    synonyms: ClassVar[tuple[str, ...]] = ("train test split", "partition", "holdout", "sample", "train_test_split")

    train_fraction: Annotated[float, Form(widget="slider")] = Field(
        0.7, gt=0, lt=1, title="Training share", description="The share of the rows to learn from."
    )
    random_state: int = Field(0, ge=0, le=2**32 - 1, title="Seed", description="The same seed marks the same rows.")
    shuffle: bool = Field(
        True, title="Shuffle", description="Off: the first rows are for training, the last for testing."
    )
    stratify: Annotated[bool | str, Form(widget="column", when={"shuffle": (True,)})] = Field(
        False, title="Stratify", description="Keep the shares of the classes: true for those of the label, or a column."
    )

    @model_validator(mode="after")
    def _stratified_rows_are_shuffled(self) -> Self:
        if self.stratify and not self.shuffle:
            raise ValueError("rows that keep their order cannot be stratified; switch shuffle on or stratify off")
        return self

    def named_columns(self) -> list[tuple[str, str]]:
        return [("stratify", self.stratify)] if isinstance(self.stratify, str) and self.stratify else []

    def assign(self, frame: pd.DataFrame, schema: TableSchema) -> pd.Series:
        if len(frame) < 2:
            rows = "no rows" if not len(frame) else "one row"
            raise InputError(f"There is {rows} to split.", fix="Check the steps before that drop rows.")
        classes = self._classes(frame, schema) if self.stratify else None
        try:
            train, _ = train_test_split(
                np.arange(len(frame)),
                train_size=self.train_fraction,
                random_state=self.random_state if self.shuffle else None,
                shuffle=self.shuffle,
                stratify=classes,
            )
        except ValueError as error:
            raise InputError(
                f"The {len(frame)} rows cannot be split with {self.train_fraction:g} for training: {_first(error)}.",
                fix="Choose another train_fraction, or switch stratify off.",
            ) from None
        marks = np.full(len(frame), TEST, dtype=object)
        marks[train] = TRAIN
        return pd.Series(marks, index=frame.index, dtype="str")

    def _classes(self, frame: pd.DataFrame, schema: TableSchema) -> np.ndarray:
        name = self.stratify if isinstance(self.stratify, str) else schema.label
        if name is None:
            raise ParameterError(
                "There is no label to stratify by.", parameter="stratify", fix="Put Set Label before, or name a column."
            )
        schema.require([name])
        codes, distinct = pd.factorize(frame[name], sort=True, use_na_sentinel=True)
        counts = np.bincount(codes[codes >= 0], minlength=len(distinct))
        if len(counts) and counts.min() < 2:
            alone = distinct[int(counts.argmin())]
            raise InputError(
                f"Only one row has {name} = {alone}, so its class cannot be in both parts.",
                fix="Take the row out, choose another column, or switch stratify off.",
            )
        return np.where(codes < 0, len(distinct), codes)


def _first(error: ValueError) -> str:
    return str(error).splitlines()[0].split(". ")[0].rstrip(".")
