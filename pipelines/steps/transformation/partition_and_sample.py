"""Partition and Sample."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

from pipelines.errors import InputError, ParameterError
from pipelines.messages import _
from pipelines.parameters import Form
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Step, rng
from pipelines.steps.marking import class_codes, group_codes

Mode = Literal["sample", "head", "fold", "folds"]
Deal = Literal["rows", "stratified", "group", "column", "proportions"]
MOST_FOLDS = 50
DEALT = ("fold", "folds")


class PartitionAndSample(Step):
    """Keep a sample of the rows, or deal them into folds that Cross-Validate Model then uses.

    sample: the rows that pandas.DataFrame.sample chooses, in the table's order. folds: as KFold, StratifiedKFold and
    GroupKFold in scikit-learn; a column of fold numbers works as PredefinedSplit. Each row keeps its fold on the way.
    fold deals in the same way, and keeps the rows of one fold, or all but these. Azure's defaults are a rate of 0.01
    and rows dealt in 5 folds. Only training rows are sampled or dealt.
    """

    type: ClassVar[str] = "partition_and_sample"
    title: ClassVar[str] = "Partition and Sample"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_CHANGING
    synonyms: ClassVar[tuple[str, ...]] = (
        *("sampling", "subset", "first rows", "top", "downsample", "stratified sample", "bootstrap"),
        *("assign to folds", "k-fold", "group k-fold", "predefined split", "pick fold"),
    )
    known_as: ClassVar[tuple[str, ...]] = ("Partition and Sample",)
    equivalent: ClassVar[str] = (
        "sample = table.sample(frac=0.1, random_state=0).sort_index()\n\n"
        "from sklearn.model_selection import StratifiedKFold\n"
        "folds = StratifiedKFold(5, shuffle=True, random_state=0).split(table, table['label'])"
    )
    example: ClassVar[Example | None] = Example(
        params={"mode": "sample", "size": 0.5, "stratify": "colour"},
        table="colour,price\nred,4\nred,7\nblue,3\nred,8\nblue,5\nred,9\n",
    )

    mode: Mode = Field(
        "sample",
        title="Do",
        description="sample: keep some rows. head: keep the first ones. fold: deal the rows and keep one fold. folds: "
        "deal the rows for cross-validation.",
    )
    size: Annotated[float, Form(when={"mode": ("sample",)})] = Field(
        0.1,
        gt=0,
        allow_inf_nan=False,
        title="Size",
        description="Below 1 a share of the rows, from 1 up a number of rows, as in pandas' frac and n.",
    )
    replace: Annotated[bool, Form(when={"mode": ("sample",)})] = Field(
        False, title="With replacement", description="Whether a row may be drawn more than once."
    )
    rows: Annotated[int, Form(when={"mode": ("head",)})] = Field(
        10, ge=1, title="Rows", description="How many of the first rows to keep."
    )
    deal: Annotated[Deal, Form(when={"mode": DEALT})] = Field(
        "rows",
        title="Deal",
        description="rows: at random. stratified: with the shares of the classes kept. group: whole groups. column: "
        "the fold of each value of a column. proportions: folds of these sizes.",
    )
    n_folds: Annotated[int, Form(when={"mode": DEALT, "deal": ("rows", "stratified", "group")})] = Field(
        5, ge=2, le=MOST_FOLDS, title="Folds", description="Number of folds."
    )
    shuffle: Annotated[bool, Form(when={"mode": DEALT, "deal": ("rows", "stratified", "group")})] = Field(
        True, title="Shuffle", description="Off: each fold is a run of neighbouring rows."
    )
    proportions: Annotated[tuple[float, ...], Form(when={"mode": DEALT, "deal": ("proportions",)})] = Field(
        (0.5, 0.3, 0.2),
        title="Proportions",
        description="The share of each fold. Where they add up to less than 1, the rest is one more fold.",
    )
    column: Annotated[str, Form(widget="column", when={"mode": DEALT, "deal": ("stratified", "group", "column")})] = (
        Field("", title="Column", description="The column with each row's class (empty: the label), group or fold.")
    )
    fold: Annotated[int, Form(when={"mode": ("fold",)})] = Field(
        1, ge=1, le=MOST_FOLDS, title="Fold", description="The number of the fold to keep, from 1 on."
    )
    complement: Annotated[bool, Form(when={"mode": ("fold",)})] = Field(
        False, title="All others", description="On: keep the rows of all folds but this one."
    )
    stratify: Annotated[str, Form(widget="column", when={"mode": ("sample",)})] = Field(
        "", title="Stratify", description="A column whose shares the sample keeps. Empty: any rows."
    )
    random_state: Annotated[int, Form(when={"mode": ("sample", *DEALT)})] = Field(
        0, ge=0, le=2**32 - 1, title="Seed", description="The same seed chooses the same rows."
    )

    @model_validator(mode="after")
    def _can_be_done(self) -> Self:
        if self.mode == "sample" and self.size > 1 and self.size != int(self.size):
            raise ValueError(_("a size from 1 up is a number of rows, so {size:g} cannot be", size=self.size))
        if self.mode in DEALT and self.deal in ("group", "column") and not self.column:
            raise ValueError(_("name the column to deal by"))
        if self.mode in DEALT and self.deal == "proportions":
            if not self.proportions or min(self.proportions) <= 0 or sum(self.proportions) > 1 + 1e-9:
                raise ValueError(_("proportions are above 0 and add up to at most 1"))
            if len(_sizes(self.proportions)) < 2:
                raise ValueError(_("proportions make at least two folds"))
        return self

    @property
    def acts_as(self) -> Behaviour:
        return Behaviour.FOLDS if self.mode == "folds" else Behaviour.ROW_CHANGING

    def named_columns(self) -> list[tuple[str, str]]:
        if self.mode == "sample":
            return [("stratify", self.stratify)] if self.stratify else []
        by_column = self.mode in DEALT and self.deal in ("stratified", "group", "column")
        return [("column", self.column)] if by_column and self.column else []

    def change(self, frame: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
        schema.require([c for _, c in self.named_columns()])
        if self.mode == "head":
            return frame.head(self.rows)
        if self.mode == "fold":
            return self._of_fold(frame, self.assign(frame, schema).to_numpy())
        places = pd.Series(np.arange(len(frame)))
        if not self.stratify:
            amount: dict[str, Any] = {"frac": self.size} if self.size < 1 else {"n": self._wanted(len(frame))}
            chosen = places.sample(replace=self.replace, random_state=self.random_state, **amount)
            return frame.iloc[np.sort(chosen.to_numpy())]
        codes, _names = pd.factorize(frame[self.stratify], use_na_sentinel=False)
        share = self.size if self.size < 1 else self._wanted(len(frame)) / max(len(frame), 1)
        chosen = places.groupby(codes).sample(frac=share, replace=self.replace, random_state=self.random_state)
        return frame.iloc[np.sort(chosen.to_numpy())]

    def _of_fold(self, frame: pd.DataFrame, folds: np.ndarray) -> pd.DataFrame:
        if self.fold > folds.max():
            raise InputError(
                _("Fold {fold} was asked for, but there are {found}.", fold=self.fold, found=int(folds.max())),
                fix=_("Ask for an earlier fold, or deal more."),
            )
        return frame[folds != self.fold if self.complement else folds == self.fold]

    def _wanted(self, rows: int) -> int:
        wanted = int(self.size)
        if wanted > rows and not (self.replace and rows):
            raise InputError(
                _("A sample of {wanted} rows was asked for, but there are {rows}.", wanted=wanted, rows=rows),
                fix=_("Ask for fewer, or draw with replacement."),
            )
        return wanted

    def assign(self, frame: pd.DataFrame, schema: TableSchema) -> pd.Series:
        schema.require([c for _, c in self.named_columns()])
        if self.deal == "column":
            codes, _names = pd.factorize(frame[self.column], sort=True, use_na_sentinel=True)
            folds = codes + 1
        elif self.deal == "proportions":
            folds = self._by_proportions(len(frame))
        else:
            folds = self._by_splitter(frame, schema)
        found = int(folds.max(initial=0))
        if found < 2 or found > MOST_FOLDS:
            raise InputError(
                _("The rows make {found} folds; there must be 2 to {most}.", found=found, most=MOST_FOLDS),
                fix=_("Choose another column, or take more rows."),
            )
        return pd.Series(folds, index=frame.index, dtype="int64")

    def _by_proportions(self, rows: int) -> np.ndarray:
        sizes = _sizes(self.proportions)
        if rows < len(sizes):
            raise self._too_few(rows, len(sizes))
        ends = np.round(np.cumsum(sizes) * rows).astype(int)
        folds = np.searchsorted(ends, np.arange(rows), side="right") + 1
        return rng(self.random_state).permutation(folds)

    def _by_splitter(self, frame: pd.DataFrame, schema: TableSchema) -> np.ndarray:
        rows, keys = len(frame), None
        if self.deal == "group":
            keys = group_codes(frame[self.column])
            rows = len(np.unique(keys))
        if rows < self.n_folds:
            raise self._too_few(rows, self.n_folds)
        if self.deal == "stratified":
            keys = class_codes(frame[self._label(schema)], self.n_folds)
        kind = {"rows": KFold, "stratified": StratifiedKFold, "group": GroupKFold}[self.deal]
        splitter = kind(self.n_folds, shuffle=self.shuffle, random_state=self.random_state if self.shuffle else None)
        folds = np.zeros(len(frame), dtype=np.int64)
        given = {"groups": keys} if self.deal == "group" else {"y": keys}
        for number, (_training, held_out) in enumerate(splitter.split(np.arange(len(frame)), **given), start=1):
            folds[held_out] = number
        return folds

    def _label(self, schema: TableSchema) -> str:
        name = self.column or schema.label
        if not name:
            raise ParameterError(
                _("There is no label to stratify by."),
                parameter="column",
                fix=_("Put Set Label before, or name a column."),
            )
        return name

    def _too_few(self, rows: int, folds: int) -> InputError:
        if self.deal == "group":
            message = _("There are {rows} groups for {folds} folds.", rows=rows, folds=folds)
        else:
            message = _("There are {rows} rows for {folds} folds.", rows=rows, folds=folds)
        return InputError(message, fix=_("Take fewer folds, or more rows."))


def _sizes(proportions: tuple[float, ...]) -> list[float]:
    """The shares of the folds, with that of the rest."""
    rest = 1 - sum(proportions)
    return [*proportions, *([rest] if rest > 1e-9 else [])]
