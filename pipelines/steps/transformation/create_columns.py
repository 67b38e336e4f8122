"""Create Columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field, field_validator

from pipelines.chain.transformer import Columnwise, Transformer
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import Sql
from pipelines.schema import Role, TableSchema
from pipelines.steps import expressions
from pipelines.steps.base import Behaviour, Example, Step

FORMULA = re.compile(r'(?P<name>"(?:[^"]|"")+"|[^="\s][^="]*?)\s*=\s*(?P<expression>.*)')


class Derive(Columnwise):
    """Columns computed from the others of their row; one that is computed from a column not there stays as it is.

    ``made`` and ``read`` have the SQL types of the new columns and of those they are computed from.
    """

    def __init__(self, formulas: dict[str, str], made: dict[str, str], read: dict[str, dict[str, str]]) -> None:
        self.formulas = formulas
        self.made = made
        self.read = read

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        chosen = {n: e for n, e in self.formulas.items() if all(r in columns for r in self.read[n])}
        read = {name: kind for n in chosen for name, kind in self.read[n].items()}
        return expressions.compute(chosen, self.made, read, columns, rows) if chosen else {}

    def requires(self, outputs: set[str]) -> set[str]:
        computed = outputs & set(self.formulas)
        return (outputs - computed) | {name for n in computed for name in self.read[n]}


class CreateColumns(Step):
    """Create columns from an expression over the other columns of the row.

    Like DataFrame.eval or assign, written as what follows SELECT in DuckDB's SQL: price / "engine-size". Every
    expression sees the table as it came in. Sums over rows, windows, queries, chance and the time of day are refused,
    as a model must give one row the same answer alone and among others.
    """

    type: ClassVar[str] = "create_columns"
    title: ClassVar[str] = "Create Columns"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_WISE
    synonyms: ClassVar[tuple[str, ...]] = (
        "derived column", "formula", "expression", "calculated column", "mutate", "assign", "feature engineering",
    )  # fmt: skip
    known_as: ClassVar[tuple[str, ...]] = ("Apply SQL Transformation", "Apply Math Operation")
    equivalent: ClassVar[str] = (
        'table["per_room"] = table["price"] / table["rooms"]\n'
        'table["large"] = np.where(table["size"] > 60, "yes", "no")'
    )
    example: ClassVar[Example | None] = Example(
        params={"columns": "per_room = price / rooms\nlarge = case when size > 60 then 'yes' else 'no' end"},
        table="size,rooms,price\n31,1,95\n45,2,142\n64,3,\n92,4,284\n",
    )

    columns: Sql = Field(
        min_length=1,
        max_length=100_000,
        title="Columns",
        description="A line for each new column, as in per_room = price / rooms. A line that begins with a space "
        "goes on with the one above. Names with a space or a hyphen stand in \"double quotes\", text in 'single' ones.",
    )

    @field_validator("columns")
    @classmethod
    def _can_be_read(cls, value: str) -> str:
        formulas(value)
        return value

    def build(self, schema: TableSchema) -> Transformer:
        wanted = formulas(self.columns)
        read = {name: expressions.reads([e], schema) for name, e in wanted.items()}
        label = next((c.name for c in schema if c.role is Role.LABEL), None)
        for name, columns in read.items():
            if label in columns and name != label:
                raise InputError(
                    _("{column!r} is computed from the label, which is not known when the model is used.", column=name),
                    fix=_("Compute it from other columns, or before Set Label."),
                )
        return Derive(wanted, expressions.kinds(wanted, schema), read)


def formulas(text: str) -> dict[str, str]:
    """The expression of each new column by its name; ValueError tells the line that cannot be read."""
    found: dict[str, list[str]] = {}
    name = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        if name and line[0].isspace():
            found[name].append(line)
            continue
        begin = FORMULA.fullmatch(line.strip())
        if begin is None:
            raise ValueError(f"line {number} is not a name, =, and an expression: {line.strip()[:60]!r}")
        name = begin["name"][1:-1].replace('""', '"') if begin["name"].startswith('"') else begin["name"]
        if name in found:
            raise ValueError(f"line {number} makes the column {name!r} again; give it another name")
        found[name] = [begin["expression"]]
    written = {n: "\n".join(lines) for n, lines in found.items()}
    empty = next((n for n, expression in written.items() if not expression.strip()), None)
    if empty is not None:
        raise ValueError(f"the column {empty!r} has no expression after =")
    return written
