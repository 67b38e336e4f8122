"""Export Data."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from pipelines.datasets import databases, stores
from pipelines.datasets.writers import EXPORTS, ExportFormat
from pipelines.errors import ParameterError
from pipelines.messages import Message, _, ngettext
from pipelines.parameters import Form
from pipelines.schema import Role
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Port, Step

_NOT_A_NAME = re.compile(r"[\x00-\x1f/\\:*?\"<>|]")


class ExportData(Step):
    """Write rows to a file, a database table or a store, or keep them as a dataset.

    Whole or not at all, and never in a preview. CSV is UTF-8 with a header, missing values empty. The same as
    DataFrame.to_csv, to_parquet, to_excel, to_json and to_sql.
    """

    type: ClassVar[str] = "export_data"
    title: ClassVar[str] = "Export Data"
    category: ClassVar[str] = "Data Output"
    behaviour: ClassVar[Behaviour] = Behaviour.SINK
    synonyms: ClassVar[tuple[str, ...]] = ("save", "write", "to_csv", "to_parquet", "to_sql", "download", "s3")
    known_as: ClassVar[tuple[str, ...]] = (
        "Export Data",
        "Writer",
        "Save as Dataset",
        "Convert to CSV",
        "Convert to TSV",
        "Convert to ARFF",
        "Convert to SVMLight",
        "Convert to Dataset",
    )
    equivalent: ClassVar[str] = 'table.to_csv("export.csv", index=False)'
    example: ClassVar[Example | None] = Example(
        params={"to": "file", "file_name": "scores", "format": "csv"}, table="name,score\nMia,0.7\nNoah,\nAda,0.9\n"
    )

    to: Literal["file", "dataset", "database", "store"] = Field(
        "file",
        description="A file of the run, a new version of a dataset, a table of a database, or an S3-compatible store.",
    )
    connection: Annotated[str, Form(widget="database", when={"to": ("database",)})] = Field(
        "", max_length=60, description="The name of a connection to a database."
    )
    table: Annotated[str, Form(when={"to": ("database",)})] = Field(
        "", max_length=200, description="Name of the table, as table or schema.table."
    )
    if_exists: Annotated[Literal["fail", "append", "replace"], Form(when={"to": ("database",)})] = Field(
        "fail", description="What happens where the table exists already."
    )
    store: Annotated[str, Form(widget="store", when={"to": ("store",)})] = Field(
        "", max_length=60, description="The name of a connection to a store."
    )
    folder: Annotated[str, Form(when={"to": ("store",)})] = Field(
        "", max_length=300, description="Folder in the store, below the one of the connection."
    )
    file_name: Annotated[str, Form(when={"to": ("file", "store")})] = Field(
        "export",
        min_length=1,
        max_length=150,
        description="Name of the file; the format's ending is added where it lacks.",
    )
    format: Annotated[ExportFormat, Form(when={"to": ("file", "store")})] = Field(
        "csv", description="Form of the file."
    )
    dataset: Annotated[str, Form(when={"to": ("dataset",)})] = Field(
        "", max_length=100, description="Name of the dataset."
    )

    outputs: ClassVar[tuple[Port, ...]] = (Port("table"),)

    def run(self, inputs: Inputs, context: Context) -> Output:
        write = {
            "file": self._to_file,
            "dataset": self._to_dataset,
            "database": self._to_database,
            "store": self._to_store,
        }[self.to]
        return Output(table=inputs.table, notes=(write(inputs, context),))

    def _to_file(self, inputs: Inputs, context: Context) -> Message:
        name, frame = self._name(), inputs.table.frame
        context.export(name, lambda target: EXPORTS[self.format].write(frame, target, self._label(inputs)))
        return _written(len(frame), name)

    def _to_dataset(self, inputs: Inputs, context: Context) -> Message:
        name, frame = self._given("dataset"), inputs.table.frame
        kept = context.save_dataset(name, frame.reset_index(drop=True))
        return ngettext(
            "{count} row kept as dataset {dataset}.",
            "{count:,} rows kept as dataset {dataset}.",
            count=len(frame),
            dataset=kept,
        )

    def _to_database(self, inputs: Inputs, context: Context) -> Message:
        connection, table, frame = self._given("connection"), self._given("table"), inputs.table.frame
        if not context.preview:
            databases.write(connection, table, frame, self.if_exists)
        return _written(len(frame), f"{connection}: {table}")

    def _to_store(self, inputs: Inputs, context: Context) -> Message:
        name, store, frame = self._name(), self._given("store"), inputs.table.frame
        place = stores.place(self.folder, name)
        if not context.preview:
            label = self._label(inputs)
            stores.write(store, place, lambda target: EXPORTS[self.format].write(frame, target, label))
        return _written(len(frame), f"{store}: {place}")

    def _label(self, inputs: Inputs) -> str | None:
        return next((c.name for c in inputs.table.schema if c.role is Role.LABEL), None)

    def _given(self, parameter: str) -> str:
        value = str(getattr(self, parameter)).strip()
        if not value:
            asked = {
                "dataset": (_("The dataset has no name."), _("Give it one, such as scored-rows.")),
                "table": (_("The table has no name."), _("Give it one, such as scored_rows.")),
                "connection": (_("It is not said which database."), _("Choose a connection.")),
                "store": (_("It is not said which store."), _("Choose a connection.")),
            }
            raise ParameterError(asked[parameter][0], parameter=parameter, fix=asked[parameter][1])
        return value

    def _name(self) -> str:
        name = self.file_name.strip()
        if not name or _NOT_A_NAME.search(name) or name.startswith("."):
            raise ParameterError(
                _("{name!r} is no file name.", name=self.file_name),
                parameter="file_name",
                fix=_("Give a name such as scores."),
            )
        ending = EXPORTS[self.format].ending
        return name if name.casefold().endswith(ending) else f"{name}{ending}"


def _written(rows: int, place: str) -> Message:
    return ngettext("{count} row written to {place}.", "{count:,} rows written to {place}.", count=rows, place=place)
