"""Enter Data."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import pandas as pd
import pyarrow as pa
from pydantic import Field

from pipelines.datasets.normalise import TEXT, column_names, frame_of, from_text
from pipelines.datasets.options import ReadOptions
from pipelines.datasets.readers import read_one
from pipelines.errors import DatasetFileError, ParameterError, nearest
from pipelines.messages import _, ngettext
from pipelines.parameters import Form
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Port, Step
from pipelines.table import Table


class EnterData(Step):
    """Type in a small table by hand.

    As a grid or as text, like pandas.read_csv: numbers, true/false and dates are recognised, an empty cell is missing.
    Text may be ARFF or SVMLight too.
    """

    type: ClassVar[str] = "enter_data"
    title: ClassVar[str] = "Enter Data"
    category: ClassVar[str] = "Data Input"
    behaviour: ClassVar[Behaviour] = Behaviour.SOURCE
    inputs: ClassVar[tuple[Port, ...]] = ()
    synonyms: ClassVar[tuple[str, ...]] = ("enter data manually", "csv", "inline", "paste", "constant")

    known_as: ClassVar[tuple[str, ...]] = ("Enter Data Manually",)
    equivalent: ClassVar[str] = "table = pd.read_csv(io.StringIO(data))"
    example: ClassVar[Example | None] = Example(
        params={"data": "town,people,code\nOslo,709000,0301\nRoma,,0058\n", "text_columns": ["code"]},
        table="a\n1\n",
    )

    data: Annotated[str, Form(widget="grid")] = Field(
        min_length=1,
        max_length=2_000_000,
        title="Data",
        description="The rows, with the column names in the first line.",
    )
    format: Literal["csv", "tsv", "arff", "svmlight"] = Field(
        "csv", title="Format", description="How the text is written; the grid is for commas."
    )
    header: Annotated[bool, Form(when={"format": ("csv", "tsv")})] = Field(
        True, title="Header", description="Whether the first line holds the column names."
    )
    text_columns: tuple[str, ...] = Field(
        (), title="Text columns", description="Columns that stay text, also where every cell is a number: 0301."
    )
    category_columns: tuple[str, ...] = Field(
        (), title="Category columns", description="Columns that become categories."
    )
    missing: tuple[str, ...] = Field(
        (), title="Missing marks", description="Cells that mean a missing value, such as ?."
    )

    def run(self, inputs: Inputs, context: Context) -> Output:
        return Output(table=Table(self._frame()))

    def summary(self) -> str:
        rows = self.data.strip().count("\n") + (0 if self.header else 1)
        return ngettext("{count} row", "{count:,} rows", count=rows)

    def _frame(self) -> pd.DataFrame:
        frame = self._parsed() if self.format in ("csv", "tsv") else self._from_file()
        for parameter, names in (("text_columns", self.text_columns), ("category_columns", self.category_columns)):
            for name in names:
                if name not in frame:
                    near = nearest(name, list(frame.columns))
                    raise ParameterError(
                        _("The data has no column {column!r}.", column=name),
                        parameter=parameter,
                        fix=_("Did you mean {near!r}?", near=near)
                        if near
                        else _("Its columns are {columns}.", columns=", ".join(frame.columns[:20])),
                    )
        kinds = {n: "category" for n in self.category_columns if not isinstance(frame[n].dtype, pd.CategoricalDtype)}
        return frame.astype(kinds) if kinds else frame

    def _from_file(self) -> pd.DataFrame:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"data.{self.format}"
            path.write_text(self.data.strip() + "\n", "utf-8")
            options = ReadOptions.model_validate({"format": self.format})
            try:
                return read_one(path, options, path.name, None)
            except DatasetFileError as error:
                raise ParameterError(error.message, parameter="data", fix=error.fix) from error

    def _parsed(self) -> pd.DataFrame:
        lines = self._lines()
        names = column_names(lines[0][1] if self.header else [""] * len(lines[0][1]))
        rows = lines[1:] if self.header else lines
        for number, cells in rows:
            if len(cells) != len(names):
                raise ParameterError(
                    _(
                        "Line {line} has {cells} cells, but there are {columns} columns.",
                        line=number,
                        cells=len(cells),
                        columns=len(names),
                    ),
                    parameter="data",
                    fix=_('Put a cell that holds a comma in quotes: "a, b".'),
                )
        options = ReadOptions(missing=self.missing)
        columns = [pa.array([r[i] for _number, r in rows], pa.string()) for i in range(len(names))]
        return frame_of(names, (self._typed(name, cells, options) for name, cells in zip(names, columns, strict=True)))

    def _typed(self, name: str, cells: pa.Array, options: ReadOptions) -> pd.Series:
        if name not in self.text_columns:
            return from_text(cells, options)
        gaps = {"", *self.missing}
        return pd.Series([None if c.strip() in gaps else c for c in cells.to_pylist()], dtype=TEXT)

    def _lines(self) -> list[tuple[int, list[str]]]:
        try:
            delimiter = "," if self.format == "csv" else "\t"
            reader = csv.reader(
                io.StringIO(self.data.strip("\r\n")), delimiter=delimiter, skipinitialspace=True, strict=True
            )
            lines = [(reader.line_num, cells) for cells in reader if cells]
        except csv.Error as error:
            raise ParameterError(
                _("The data cannot be read: {cause}.", cause=str(error)), parameter="data", fix=_("Check the quotes.")
            ) from error
        if len(lines) <= int(self.header):
            raise ParameterError(
                _("The data has no rows."), parameter="data", fix=_("Give at least one line of cells.")
            )
        return lines
