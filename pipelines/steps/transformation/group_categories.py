"""Group Categories."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field, field_validator

from pipelines.chain.conform import as_text
from pipelines.chain.transformer import Columnwise, Transformer
from pipelines.columns import CATEGORICAL
from pipelines.messages import _
from pipelines.parameters import ColumnRule
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.texts import mapped


class Group(Columnwise):
    """Each category replaced by its group in ``groups``, or by ``default``; without one it stays."""

    def __init__(self, columns: list[str], groups: dict[str, str], default: str | None = None) -> None:
        self.columns = columns
        self.groups = groups
        self.default = default

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        return {c: mapped(columns[c], self._group) for c in self.columns}

    def requires(self, outputs: set[str]) -> set[str]:
        return set(outputs)

    def _group(self, text: str) -> str:
        return self.groups.get(text, text if self.default is None else self.default)


class GroupCategories(Step):
    """Put several categories into one, by a list of your own.

    Like Series.replace, or Series.map with a default. A category is known by its text: 5, 5.0 and "5" are one. A
    missing value stays missing.
    """

    type: ClassVar[str] = "group_categories"
    title: ClassVar[str] = "Group Categories"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_WISE
    synonyms: ClassVar[tuple[str, ...]] = (
        "recode",
        "map",
        "merge categories",
        "levels",
        "lookup",
        "replace",
        "spelling",
    )
    known_as: ClassVar[tuple[str, ...]] = ("Group Categorical Values",)
    equivalent: ClassVar[str] = (
        'table["colour"] = table["colour"].map({"red": "warm", "orange": "warm", "blue": "cold"}).fillna("other")'
    )
    example: ClassVar[Example | None] = Example(
        params={
            "columns": ["colour"],
            "groups": {"warm": ["red", "orange"], "cold": ["blue", "green"]},
            "default": "other",
        },
        table="item,colour\n1,red\n2,orange\n3,blue\n4,grey\n5,\n",
    )

    groups: dict[str, tuple[str, ...]] = Field(
        min_length=1, title="Groups", description="The categories of each group, as in {warm: [red, orange]}."
    )
    default: str | None = Field(
        None, title="Default group", description="For categories that stand in no group. Empty: they stay as they are."
    )
    columns: ColumnRule = Field(CATEGORICAL, title="Columns", description="The columns whose categories to group.")

    @field_validator("groups", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        """YAML reads 5 and true in a list of categories as what they are."""
        if not isinstance(value, dict):
            return value
        return {str(group): [_text(m) for m in _listed(members)] for group, members in value.items()}

    @field_validator("groups")
    @classmethod
    def _one_group_each(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        held = [c for members in value.values() for c in members]
        twice = next((c for c in held if held.count(c) > 1), None)
        if twice is not None:
            raise ValueError(_("the category {name!r} stands in two groups; it can be in one", name=twice))
        return value

    def build(self, schema: TableSchema) -> Transformer:
        columns = list(dict.fromkeys(self.columns.select(schema)))
        return Group(columns, {c: group for group, members in self.groups.items() for c in members}, self.default)


def _listed(members: Any) -> Any:
    return members if isinstance(members, list | tuple) else [members]


def _text(member: Any) -> Any:
    return as_text(member) if isinstance(member, int | float) else member
