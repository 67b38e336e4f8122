"""Replace Values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from pipelines.chain.conform import as_text
from pipelines.chain.transformer import Columnwise, Transformer, numbers
from pipelines.columns import EVERY
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnRule, Form
from pipelines.schema import ColumnType, TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.checks import WORDS
from pipelines.steps.texts import mapped

TEXTS = (ColumnType.TEXT, ColumnType.CATEGORY, ColumnType.OTHER)
Match = Literal["cell", "part", "regex"]


class Replace(Columnwise):
    """Text or numbers found in ``texts`` and ``numbers`` columns replaced; None for ``replace_with`` is missing."""

    def __init__(
        self,
        texts: list[str],
        numbers: list[str],
        find: list[str],
        match: str,
        replace_with: str | None,
        match_case: bool = True,
    ) -> None:
        self.texts = texts
        self.numbers = numbers
        self.find = find
        self.match = match
        self.replace_with = replace_with
        self.match_case = match_case

    @property
    def columns(self) -> list[str]:
        """The columns whose values it may change."""
        return [*self.texts, *self.numbers]

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        pattern = re.compile("|".join(self._patterns()), 0 if self.match_case else re.IGNORECASE)
        made = {c: _changed(columns[c], lambda text: self._replaced(pattern, text)) for c in self.texts}
        marks = np.array([float(f) for f in self.find if _is_number(f)])
        instead = np.nan if self.replace_with is None else float(self.replace_with) if self.numbers else np.nan
        for name in self.numbers:
            values = np.asarray(numbers(columns[name]))
            found = np.isin(values, marks)
            if found.any():
                result = np.where(found, instead, values)
                made[name] = result.astype(values.dtype) if values.dtype.kind in "iu" and instead % 1 == 0 else result
        return made

    def requires(self, outputs: set[str]) -> set[str]:
        return set(outputs)

    def _patterns(self) -> list[str]:
        return [f if self.match == "regex" else re.escape(f) for f in self.find]

    def _replaced(self, pattern: re.Pattern[str], text: str) -> str | None:
        instead = self.replace_with
        if self.match == "cell":
            return instead if pattern.fullmatch(text) else text
        if instead is None:
            return None if pattern.search(text) else text
        return pattern.sub(instead if self.match == "regex" else lambda found: instead, text)


class ReplaceValues(Step):
    r"""Find values or text and put something else, or nothing, in their place.

    Like Series.replace, or Series.str.replace for part of a text. cell looks at whole cells, also of numbers: marks
    such as ? or -999 become missing. part and regex look inside text; in what replaces a regex, \1 is what its first
    group found. Without a replacement the whole cell becomes missing.
    """

    type: ClassVar[str] = "replace_values"
    title: ClassVar[str] = "Replace Values"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_WISE
    synonyms: ClassVar[tuple[str, ...]] = (
        "find and replace", "substitute", "missing marks", "regex", "set missing value", "null", "clean text",
        "currency signs", "trim spaces",
    )  # fmt: skip
    known_as: ClassVar[tuple[str, ...]] = ("Convert to Dataset",)
    equivalent: ClassVar[str] = 'table = table.replace(["?", "n/a"], None)'
    example: ClassVar[Example | None] = Example(
        params={"find": ["?", "-999"]}, table="city,degrees\nOslo,-4\n?,12\nLima,-999\nKyoto,9\n"
    )

    find: tuple[str, ...] = Field(("?",), min_length=1, title="Find", description="What to look for; any of these.")
    match: Match = Field(
        "cell", title="Look at", description="cell: all of a cell. part: text within it. regex: a regular expression."
    )
    replace_with: Annotated[str | None, Form(widget="text")] = Field(
        None, title="Replace with", description="What takes its place. Empty: the cell becomes missing."
    )
    match_case: bool = Field(True, title="Match case", description="Off: a and A are alike.")
    columns: ColumnRule = Field(EVERY, title="Columns", description="The columns to look in.")

    @model_validator(mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        """YAML reads -999 as a number."""
        if not isinstance(value, dict):
            return value
        given = dict(value)
        if "find" in given:
            found = given["find"] if isinstance(given["find"], list | tuple) else [given["find"]]
            given["find"] = [str(f) if isinstance(f, int | float) else f for f in found]
        if isinstance(given.get("replace_with"), int | float):
            given["replace_with"] = str(given["replace_with"])
        return given

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if any(not f for f in self.find):
            raise ValueError(_("there is nothing to look for in an empty text"))
        if self.match == "regex":
            for text in self.find:
                try:
                    re.compile(text)
                except re.error as error:
                    raise ValueError(
                        _("{text!r} is no regular expression: {error}", text=text, error=str(error))
                    ) from error
            try:
                re.compile("|".join(self.find)).sub(self.replace_with or "", "")
            except (re.error, IndexError) as error:
                raise ValueError(
                    _("{text!r} cannot stand for what is found: {error}", text=self.replace_with, error=str(error))
                ) from error
        return self

    def build(self, schema: TableSchema) -> Transformer:
        chosen = list(dict.fromkeys(self.columns.select(schema)))
        texts = [c for c in chosen if schema[c].type in TEXTS]
        figures = [c for c in chosen if schema[c].type.is_numeric and self.match == "cell"]
        if self.columns.names is not None:
            self._require_all(schema, chosen, [*texts, *figures])
        if self.replace_with is not None and not _is_number(self.replace_with):
            if self.columns.names is not None and figures:
                raise InputError(
                    _(
                        "Column {column!r} holds numbers, so {text!r} cannot stand in it.",
                        column=figures[0],
                        text=self.replace_with,
                    ),
                    fix=_("Give a number, or leave it empty for missing."),
                )
            figures = []
        return Replace(texts, figures, list(self.find), self.match, self.replace_with, self.match_case)

    def _require_all(self, schema: TableSchema, chosen: list[str], fit: list[str]) -> None:
        for name in chosen:
            if name not in fit:
                raise InputError(
                    _(
                        "Column {column!r} holds {kind}, in which nothing can be replaced this way.",
                        column=name,
                        kind=WORDS[schema[name].type],
                    ),
                    fix=_("Leave it out, or make text of it before, with Edit Metadata."),
                )


def _changed(values: Any, change: Callable[[str], str | None]) -> Any:
    """Text with ``change`` made to it; categories stay categories."""
    if not isinstance(values.dtype, pd.CategoricalDtype):
        return mapped(values, change)
    if all(change(t) == t for t in map(as_text, values.categories)):
        return values
    return pd.Categorical(mapped(values, change))


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False
