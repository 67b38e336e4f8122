"""What the catalogue tells of its datasets, and what they may be called."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.schema import Column, ColumnType, TableSchema

MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class ColumnInfo:
    """A column of a stored version; ``missing`` counts its missing values."""

    name: str
    type: str
    missing: int


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """One immutable version of a dataset. ``path`` is its Parquet file, ``bytes`` that file's size."""

    name: str
    version: int
    rows: int
    columns: tuple[ColumnInfo, ...]
    content_hash: str
    source: str
    options: dict[str, Any] | None
    bytes: int
    created_at: datetime
    path: Path

    @property
    def schema(self) -> TableSchema:
        return TableSchema(tuple(Column(c.name, ColumnType(c.type), c.missing > 0) for c in self.columns))


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """A dataset in the list: its newest version in short."""

    name: str
    description: str
    version: int
    versions: int
    rows: int
    columns: int
    bytes: int
    source: str
    created_at: datetime
    updated_at: datetime


def check_name(name: str) -> str:
    """``name`` as a dataset may be called, without the spaces around it. InputError tells what is wrong."""
    rule = _(
        "Use letters, digits, '-', '_', '.' and spaces, beginning with a letter or digit, at most {most}.",
        most=MAX_NAME,
    )
    found = unicodedata.normalize("NFC", name).strip() if isinstance(name, str) else ""
    if not found:
        raise InputError(_("A dataset needs a name."), fix=rule)
    if len(found) > MAX_NAME:
        raise InputError(
            _("The dataset name {found!r} has {length} characters.", found=found[:20] + "…", length=len(found)),
            fix=rule,
        )
    for character in found:
        if character not in "-_. " and unicodedata.category(character)[0] not in "LMN":
            raise InputError(
                _(
                    "The dataset name {found!r} has the character {character!r} in it.",
                    found=found,
                    character=character,
                ),
                fix=rule,
            )
    if not (found[0].isalnum()):
        raise InputError(_("The dataset name {name!r} begins with {first!r}.", name=found, first=found[0]), fix=rule)
    return found
