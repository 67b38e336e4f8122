"""Text to Columns."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from pipelines.chain.transformer import Columnwise, Transformer, array_of
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnName, Form
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.names import free
from pipelines.steps.texts import distinct

Pieces = list[str | None]


class SplitText(Columnwise):
    """Columns of text made of the pieces of one. How many is learned where ``names`` does not say it."""

    def __init__(
        self, column: str, pattern: str, extract: bool, names: list[str], most: int, keep_column: bool
    ) -> None:
        self.column = column
        self.pattern = pattern
        self.extract = extract
        self.names = names
        self.most = most
        self.keep_column = keep_column

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        names = self.names
        if not names:
            _codes, texts = distinct(array_of(frame[self.column]))
            longest = max((len(self._pieces(t, 0)) for t in texts if t is not None), default=1)
            names = [f"{self.column}_{i + 1}" for i in range(min(longest, self.most))]
        taken = {str(c) for c in frame.columns if self.keep_column or c != self.column}
        self.made_ = [free(name, taken) for name in names]

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        codes, texts = distinct(columns[self.column])
        count = len(self.made_)
        found: list[Pieces] = [[None] * count if t is None else self._filled(t, count) for t in texts]
        made = {}
        for i, name in enumerate(self.made_):
            values = pd.array([pieces[i] for pieces in found], dtype="str")
            made[name] = values if isinstance(codes, range) else values.take(np.asarray(codes))
        return made

    def gone(self) -> Collection[str]:
        return () if self.keep_column else (self.column,)

    def requires(self, outputs: set[str]) -> set[str]:
        made = set(self.made_)
        return (outputs - made) | ({self.column} if outputs & made else set())

    def _filled(self, text: str, count: int) -> Pieces:
        pieces = self._pieces(text, count)
        return [*pieces, *[None] * (count - len(pieces))]

    def _pieces(self, text: str, count: int) -> Pieces:
        """The pieces; beyond ``count`` the last holds the rest, 0 means all."""
        if self.extract:
            found = re.search(self.pattern, text)
            return list(found.groups()) if found else []
        if count == 1:
            return [text.strip()]
        return [p.strip() for p in re.split(self.pattern, text, maxsplit=max(count - 1, 0))]


class TextToColumns(Step):
    r"""Take a column of text apart into several columns.

    Like Series.str.split(expand=True), or Series.str.extract for a pattern with groups. How many columns it makes is
    learned from the training rows unless names or groups say it: of a text with more pieces the last column holds the
    rest, one with fewer leaves the last ones missing. Spaces around a piece are dropped. What it makes is text: see
    Edit Metadata for numbers.
    """

    type: ClassVar[str] = "text_to_columns"
    title: ClassVar[str] = "Text to Columns"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.FITTED
    synonyms: ClassVar[tuple[str, ...]] = ("split text", "delimiter", "separate", "extract", "regex", "parse", "tokens")
    equivalent: ClassVar[str] = 'table[["city", "country"]] = table["place"].str.split(",", n=1, expand=True)'
    example: ClassVar[Example | None] = Example(
        params={"column": "place", "delimiter": ",", "names": ["city", "country"]},
        table='guest,place\nMia,"Oslo, Norway"\nNoah,"Lima, Peru"\nAda,Singapore\nLea,\n',
    )

    column: ColumnName = Field(min_length=1, title="Column", description="The column of text.")
    how: Literal["delimiter", "regex", "extract"] = Field(
        "delimiter",
        title="How",
        description="At a delimiter, at what a regular expression finds, or extract: a column for each of its groups.",
    )
    delimiter: Annotated[str, Form(when={"how": ("delimiter",)})] = Field(
        ",", min_length=1, max_length=100, title="Delimiter", description="What stands between the pieces."
    )
    pattern: Annotated[str, Form(when={"how": ("regex", "extract")})] = Field(
        r"\s+", min_length=1, max_length=1000, title="Pattern", description=r"Such as \s+, or (\d+)-(\w+) to extract."
    )
    names: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        (), max_length=1000, title="Names", description="Of the new columns. Empty: as many as needed, numbered from 1."
    )
    max_columns: Annotated[int, Form(when={"how": ("delimiter", "regex")})] = Field(
        20, ge=1, le=1000, title="Most columns", description="Where no names say how many."
    )
    keep_column: bool = Field(False, title="Keep the column", description="On: the column stays beside its pieces.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.how == "delimiter":
            return self
        try:
            groups = re.compile(self.pattern).groups
        except re.error as error:
            raise ValueError(
                _("{text!r} is no regular expression: {error}", text=self.pattern, error=str(error))
            ) from None
        if self.how == "extract" and not groups:
            raise ValueError(_("the pattern has no group; put what to extract in parentheses"))
        if self.how == "extract" and self.names and len(self.names) != groups:
            raise ValueError(
                _("the pattern has {groups} groups but there are {names} names", groups=groups, names=len(self.names))
            )
        if self.how == "regex" and groups:
            raise ValueError(_("the pattern has groups; write them as (?:...) or choose extract"))
        return self

    @property
    def acts_as(self) -> Behaviour:
        return Behaviour.ROW_WISE if self.names or self.how == "extract" else Behaviour.FITTED

    def build(self, schema: TableSchema) -> Transformer:
        schema.require([self.column])
        if len(set(self.names)) != len(self.names):
            raise InputError(_("Two new columns have the same name."), fix=_("Give each a name of its own."))
        pattern = re.escape(self.delimiter) if self.how == "delimiter" else self.pattern
        names = list(self.names)
        if self.how == "extract" and not names:
            compiled = re.compile(pattern)
            known = {number: name for name, number in compiled.groupindex.items()}
            names = [known.get(i, f"{self.column}_{i}") for i in range(1, compiled.groups + 1)]
        return SplitText(self.column, pattern, self.how == "extract", names, self.max_columns, self.keep_column)
