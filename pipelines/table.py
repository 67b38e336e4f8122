"""What travels between steps: a table that knows its roles and its history."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from pipelines.schema import Role, TableSchema, schema_of

TRAIN, TEST = "train", "test"


@dataclass(frozen=True, slots=True)
class Applied:
    """A step applied to a table since its head; ``key`` finds its result, ``input_key`` what it was given."""

    step: str
    key: str
    input_key: str


@dataclass(frozen=True, slots=True)
class Scored:
    """What a scored table needs to be evaluated: the task, the classes and who scored it."""

    task: str
    label: str | None
    classes: tuple[object, ...] = ()
    model: str = ""


@dataclass(frozen=True)
class Table:
    """Rows with roles.

    ``partition`` marks each row ``train`` or ``test`` by the frame's index, None before a split. ``folds`` numbers each
    row's fold from 1, 0 for one that is in none; None where no step dealt folds. ``history`` lists the steps applied
    since ``head``, the result where the rows still looked as their source gives them. The index is unique: a step that
    keeps, drops or repeats rows keeps for each the index of the row it came from.
    """

    frame: pd.DataFrame
    roles: dict[str, Role] = field(default_factory=dict)
    partition: pd.Series | None = None
    history: tuple[Applied, ...] = ()
    head: str = ""
    scored: Scored | None = None
    folds: pd.Series | None = None

    @cached_property
    def schema(self) -> TableSchema:
        """Types, missing values and roles of the columns, read from the rows."""
        return schema_of(self.frame, self.roles)

    @property
    def label(self) -> str | None:
        return self._named(Role.LABEL)

    @property
    def weight(self) -> str | None:
        return self._named(Role.WEIGHT)

    def _named(self, role: Role) -> str | None:
        return next((n for n, r in self.roles.items() if r is role and n in self.frame.columns), None)

    @property
    def training(self) -> pd.DataFrame:
        """The rows a step may learn from: those marked ``train``, or all before a split."""
        return self.rows(TRAIN)

    def narrow(self, names: list[str]) -> Table:
        """This table with these of its columns."""
        if len(names) == len(self.frame.columns):
            return self
        places = [int(self.frame.columns.get_loc(n)) for n in names]  # type: ignore[arg-type]  # a list is slower
        return replace(self, frame=self.frame.take(places, axis=1))

    def rows(self, part: str) -> pd.DataFrame:
        """The rows of one partition; all rows when the table has none."""
        if self.partition is None:
            return self.frame
        return self.frame[self.marked(part)]

    def marked(self, part: str) -> np.ndarray:
        """Which rows are marked as of one partition; the table must have one."""
        assert self.partition is not None
        return np.asarray(self.partition.array == part, dtype=bool)

    def only(self, part: str) -> Table:
        """This table with the rows of one partition, which stay marked."""
        if self.partition is None:
            return self
        mask = self.marked(part)
        folds = None if self.folds is None else self.folds[mask]
        return replace(self, frame=self.frame[mask], partition=self.partition[mask], folds=folds)

    def with_frame(self, frame: pd.DataFrame, roles: dict[str, Role] | None = None) -> Table:
        """The same table with other rows or columns.

        Each row keeps the marks of the row it came from, by index; a repeated index is made unique afterwards.
        """
        partition, folds = (_at(marks, frame.index) for marks in (self.partition, self.folds))
        if not frame.index.is_unique:
            frame = frame.reset_index(drop=True)
            partition, folds = (m if m is None else m.reset_index(drop=True) for m in (partition, folds))
        kept = {n: r for n, r in (self.roles if roles is None else roles).items() if n in frame.columns}
        return replace(self, frame=frame, partition=partition, folds=folds, roles=kept)


def _at(marks: pd.Series | None, index: pd.Index) -> pd.Series | None:
    """The marks of rows, for rows that came from them."""
    return marks if marks is None or index.equals(marks.index) else marks.reindex(index)
