"""Import from Database."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from pipelines.datasets import databases
from pipelines.errors import ParameterError
from pipelines.messages import _
from pipelines.parameters import Form
from pipelines.settings import settings
from pipelines.steps.base import Behaviour, Context, Inputs, Output, Port, Step
from pipelines.table import Table


class ImportDatabase(Step):
    """Read a table or a query's rows from a database.

    The address and account stand in the workspace's connections, never in the pipeline. Read in a transaction that
    never writes. With read: every run, unchanged rows leave the steps behind it reused. Like pandas.read_sql.
    """

    type: ClassVar[str] = "import_database"
    title: ClassVar[str] = "Import from Database"
    category: ClassVar[str] = "Data Input"
    behaviour: ClassVar[Behaviour] = Behaviour.SOURCE
    reads_outside: ClassVar[bool] = True
    inputs: ClassVar[tuple[Port, ...]] = ()
    synonyms: ClassVar[tuple[str, ...]] = ("sql", "query", "postgresql", "sqlite", "mysql", "connection", "read_sql")
    known_as: ClassVar[tuple[str, ...]] = ("Import Data", "Reader")
    equivalent: ClassVar[str] = 'table = pd.read_sql("SELECT * FROM sales", connection)'

    connection: Annotated[str, Form(widget="database")] = Field(
        min_length=1, max_length=60, description="The name of a connection to a database."
    )
    source: Literal["table", "query"] = Field("table", description="A whole table, or what a query gives.")
    table: Annotated[str, Form(when={"source": ("table",)})] = Field(
        "", max_length=200, description="Its name, as table or schema.table."
    )
    query: Annotated[str, Form(widget="sql", when={"source": ("query",)})] = Field(
        "", max_length=100_000, description="One SELECT in the database's own SQL."
    )
    limit: int | None = Field(None, ge=1, title="Row limit", description="At most so many rows. Empty: all.")
    read: Literal["every_run", "once"] = Field(
        "every_run",
        description="Every run asks the database; once keeps the rows until the step is run anew.",
    )

    @property
    def reads_anew(self) -> bool:
        return self.read == "every_run"

    def run(self, inputs: Inputs, context: Context) -> Output:
        asked = self.table.strip() if self.source == "table" else self.query.strip()
        if not asked:
            raise ParameterError(
                _("It is not said which table.") if self.source == "table" else _("There is no query."),
                parameter=self.source,
                fix=_("Name a table of the database.")
                if self.source == "table"
                else _("Write one, such as SELECT * FROM sales."),
            )
        limit, seconds = self.limit, None
        if context.preview:
            limit, seconds = min(limit or settings().sample_rows, settings().sample_rows), databases.PREVIEW_SECONDS
        frame = databases.read(
            self.connection,
            table=asked if self.source == "table" else "",
            query=asked if self.source == "query" else "",
            limit=limit,
            seconds=seconds,
        )
        return Output(
            table=Table(frame),
            notes=(_("{count:,} rows read from {connection}.", count=len(frame), connection=self.connection),),
        )

    def summary(self) -> str:
        return f"{self.connection}: {self.table if self.source == 'table' else ' '.join(self.query.split())}"[:80]
