"""Apply SQL."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import Sql
from pipelines.schema import Role
from pipelines.steps import sql
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Port, Step
from pipelines.table import Table

PREVIEW_SECONDS = 5.0


class ApplySql(Step):
    """Make a new table with an SQL query over up to three tables.

    One SELECT in DuckDB's SQL on the tables t1, t2 and t3; like pandas.read_sql. It stands before Split Data, and a
    published model takes its columns as inputs. Roles stay with the columns of t1 that keep their names.
    """

    type: ClassVar[str] = "apply_sql"
    title: ClassVar[str] = "Apply SQL"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.COMBINE
    inputs: ClassVar[tuple[Port, ...]] = (Port("t1"), Port("t2", optional=True), Port("t3", optional=True))
    synonyms: ClassVar[tuple[str, ...]] = ("sql transformation", "query", "duckdb", "group by", "aggregate", "select")
    known_as: ClassVar[tuple[str, ...]] = ("Apply SQL Transformation",)
    equivalent: ClassVar[str] = (
        't1 = table\ntable = duckdb.sql("select city, sum(guests) as guests from t1 group by city order by city").df()'
    )
    example: ClassVar[Example | None] = Example(
        params={"query": "select city, sum(guests) as guests from t1 group by city order by city"},
        table="city,month,guests\nOslo,1,12\nLima,1,30\nOslo,2,28\nLima,2,11\n",
    )

    query: Sql = Field(
        "select * from t1",
        min_length=1,
        max_length=100_000,
        title="Query",
        description="One SELECT. A name with a space or hyphen stands in \"double quotes\", text in 'single' ones.",
    )

    def run(self, inputs: Inputs, context: Context) -> Output:
        if any(t.partition is not None for t in inputs.tables.values()):
            raise InputError(
                _("A query over split rows would mix training and test rows."),
                fix=_("Put Apply SQL before Split Data."),
            )
        frames = {name: table.frame for name, table in inputs.tables.items()}
        frame = sql.select(self.query, frames, PREVIEW_SECONDS if context.preview else None)
        roles: dict[str, Role] = {n: r for n, r in inputs.table.roles.items() if n in frame.columns}
        return Output(table=Table(frame, roles))
