"""Split Data."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator
from sklearn.model_selection import GroupShuffleSplit, train_test_split

from pipelines.errors import InputError, ParameterError
from pipelines.messages import _
from pipelines.parameters import Form
from pipelines.schema import TableSchema
from pipelines.steps import sql
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.marking import class_codes, group_codes, matches, moments
from pipelines.table import TEST, TRAIN

Mode = Literal["rows", "expression", "pattern", "time", "group", "ratings"]


class SplitData(Step):
    """Mark each row as a training or a test row.

    rows: as sklearn.model_selection.train_test_split. expression, pattern: rows that fit are for training, as Azure's
    relative and regular expression. time: what comes first is for training. group: as GroupShuffleSplit, no group is in
    both parts. ratings: as Azure's recommender split, each of some users has rows in both parts. The table goes on
    whole; what follows learns from the training rows only, and evaluation looks at the test rows.
    """

    type: ClassVar[str] = "split_data"
    title: ClassVar[str] = "Split Data"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.SPLIT
    synonyms: ClassVar[tuple[str, ...]] = (
        *("train test split", "partition", "holdout", "sample", "train_test_split"),
        *("group split", "time split", "out of time", "regular expression", "relative expression", "split rows"),
        "recommender split",
        "stratify",
    )
    known_as: ClassVar[tuple[str, ...]] = ("Split Data",)
    equivalent: ClassVar[str] = (
        "from sklearn.model_selection import train_test_split\n\n"
        "train, test = train_test_split(table, train_size=0.7, random_state=0)"
    )
    example: ClassVar[Example | None] = Example(
        params={"mode": "time", "column": "day", "train_fraction": 0.5},
        table="day,sold\n2026-01-03,7\n2026-01-01,5\n2026-01-04,6\n2026-01-02,9\n",
    )

    mode: Mode = Field(
        "rows",
        title="By",
        description="rows: at random or in order. expression, pattern: those that fit. time: the last ones test. "
        "group: whole groups. ratings: some of each user's.",
    )
    train_fraction: Annotated[float, Form(widget="slider", when={"mode": ("rows", "time", "group", "ratings")})] = (
        Field(
            0.7,
            gt=0,
            lt=1,
            title="Training share",
            description="The share of the rows to learn from; of the groups, where whole groups are split.",
        )
    )
    training_users: Annotated[float, Form(when={"mode": ("ratings",)})] = Field(
        0.5, ge=0, lt=1, title="Users of training alone", description="The share of users with no row for testing."
    )
    random_state: Annotated[int, Form(when={"mode": ("rows", "group", "ratings")})] = Field(
        0, ge=0, le=2**32 - 1, title="Seed", description="The same seed marks the same rows."
    )
    shuffle: Annotated[bool, Form(when={"mode": ("rows",)})] = Field(
        True, title="Shuffle", description="Off: the first rows are for training, the last for testing."
    )
    stratify: Annotated[bool | str, Form(widget="column", when={"mode": ("rows",), "shuffle": (True,)})] = Field(
        False, title="Stratify", description="Keep the shares of the classes: true for those of the label, or a column."
    )
    column: Annotated[str, Form(widget="column", when={"mode": ("pattern", "time", "group", "ratings")})] = Field(
        "", title="Column", description="The column with the text, the time, the group or the user."
    )
    expression: Annotated[str, Form(widget="expression", when={"mode": ("expression",)})] = Field(
        "",
        max_length=10_000,
        title="Condition",
        description='Rows for which it holds are for training, as in SQL: "Month" < 10.',
    )
    pattern: Annotated[str, Form(when={"mode": ("pattern",)})] = Field(
        "",
        max_length=1000,
        title="Regular expression",
        description="Rows whose text has a match are for training, as re.search finds it.",
    )
    moment: Annotated[str, Form(when={"mode": ("time",)})] = Field(
        "",
        max_length=40,
        title="Test from",
        description="Rows from this date or number on are for testing, such as 2026-01-01. Empty: by the share.",
    )

    @model_validator(mode="after")
    def _has_what_its_mode_needs(self) -> Self:
        if self.mode == "rows" and self.stratify and not self.shuffle:
            raise ValueError(_("rows that keep their order cannot be stratified; switch shuffle on or stratify off"))
        if self.mode == "expression" and not self.expression.strip():
            raise ValueError(_('write the condition that training rows fulfil, such as "Month" < 10'))
        if self.mode in ("pattern", "time", "group", "ratings") and not self.column:
            raise ValueError(_("name the column to split by"))
        if self.mode == "pattern":
            _compiled(self.pattern)
        return self

    @property
    def marks_by_value(self) -> bool:
        return self.mode != "rows"

    def named_columns(self) -> list[tuple[str, str]]:
        if self.mode == "rows":
            return [("stratify", self.stratify)] if isinstance(self.stratify, str) and self.stratify else []
        return [] if self.mode == "expression" else [("column", self.column)]

    def assign(self, frame: pd.DataFrame, schema: TableSchema) -> pd.Series:
        if len(frame) < 2:
            raise InputError(
                _("There is one row to split.") if len(frame) else _("There are no rows to split."),
                fix=_("Check the steps before that drop rows."),
            )
        schema.require([column for _, column in self.named_columns()])
        match self.mode:
            case "rows":
                training = self._rows(frame, schema)
            case "expression":
                training = sql.condition(self.expression, frame)
            case "pattern":
                training = matches(frame[self.column], _compiled(self.pattern))
            case "time":
                training = self._earlier(frame[self.column], schema)
            case "group":
                training = self._groups(frame[self.column])
            case "ratings":
                training = self._ratings(frame[self.column])
        return pd.Series(np.where(training, TRAIN, TEST), index=frame.index, dtype="str")

    def _rows(self, frame: pd.DataFrame, schema: TableSchema) -> np.ndarray:
        classes = self._classes(frame, schema) if self.stratify else None
        try:
            train, _test = train_test_split(
                np.arange(len(frame)),
                train_size=self.train_fraction,
                random_state=self.random_state if self.shuffle else None,
                shuffle=self.shuffle,
                stratify=classes,
            )
        except ValueError as error:
            raise self._impossible(len(frame), error) from None
        return _mask(len(frame), train)

    def _earlier(self, values: pd.Series, schema: TableSchema) -> np.ndarray:
        """The rows before the moment, else those before the first that the share leaves for testing.

        Rows of one moment stay together.
        """
        times, moment = moments(values, self.moment, "moment")
        if moment is None:
            ordered = np.sort(times)
            moment = ordered[int(self.train_fraction * len(ordered))]
        return np.asarray(times < moment)

    def _groups(self, values: pd.Series) -> np.ndarray:
        splitter = GroupShuffleSplit(1, train_size=self.train_fraction, random_state=self.random_state)
        try:
            train, _test = next(splitter.split(np.arange(len(values)), groups=group_codes(values)))
        except ValueError as error:
            raise self._impossible(int(values.nunique()), error) from None
        return _mask(len(values), train)

    def _ratings(self, values: pd.Series) -> np.ndarray:
        """All rows of some users, and of the others as many as the share says, at random, but at least one."""
        random = np.random.default_rng(self.random_state)
        users = group_codes(values)
        sizes = np.bincount(users)
        order = np.lexsort((random.random(len(users)), users))
        place = np.empty(len(users), dtype=np.int64)
        place[order] = np.arange(len(users)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        whole = random.permutation(len(sizes)) < round(self.training_users * len(sizes))
        return np.asarray(whole[users] | (place < self.train_fraction * sizes[users]))

    def _impossible(self, count: int, error: ValueError) -> InputError:
        values = {"count": count, "share": self.train_fraction, "reason": _first(error)}
        if self.mode == "group":
            return InputError(
                _("The {count} groups cannot be split with {share:g} for training: {reason}.", **values),
                fix=_("Choose another train_fraction, or a column with more groups."),
            )
        return InputError(
            _("The {count} rows cannot be split with {share:g} for training: {reason}.", **values),
            fix=_("Choose another train_fraction, or switch stratify off."),
        )

    def _classes(self, frame: pd.DataFrame, schema: TableSchema) -> np.ndarray:
        name = self.stratify if isinstance(self.stratify, str) else schema.label
        if name is None:
            raise ParameterError(
                _("There is no label to stratify by."),
                parameter="stratify",
                fix=_("Put Set Label before, or name a column."),
            )
        return class_codes(frame[name], 2)


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        found = re.compile(pattern)
    except re.error as error:
        raise ValueError(
            _("{pattern!r} is no regular expression: {error}", pattern=pattern, error=str(error))
        ) from error
    if not pattern:
        raise ValueError(_("write the regular expression that training rows match"))
    return found


def _mask(count: int, places: np.ndarray) -> np.ndarray:
    found = np.zeros(count, dtype=bool)
    found[places] = True
    return found


def _first(error: ValueError) -> str:
    return str(error).splitlines()[0].split(". ")[0].rstrip(".")
