"""Enter Data."""

from __future__ import annotations

import csv
import io
from typing import Annotated, ClassVar

import pandas as pd
import pyarrow as pa
from pydantic import Field

from pipelines.datasets.normalise import column_names, frame_of, from_text
from pipelines.datasets.options import ReadOptions
from pipelines.errors import ParameterError
from pipelines.parameters import Form
from pipelines.steps.base import Behaviour, Context, Inputs, Output, Port, Step
from pipelines.table import Table


class EnterData(Step):
    """Type in a small table by hand.

    Comma-separated text, like pandas.read_csv: numbers, true/false and dates are recognised, an empty cell is missing.
    """

    type: ClassVar[str] = "enter_data"
    title: ClassVar[str] = "Enter Data"
    category: ClassVar[str] = "Data Input"
    behaviour: ClassVar[Behaviour] = Behaviour.SOURCE
    inputs: ClassVar[tuple[Port, ...]] = ()
    synonyms: ClassVar[tuple[str, ...]] = ("enter data manually", "csv", "inline", "paste", "constant")

    data: Annotated[str, Form(widget="grid")] = Field(
        min_length=1, max_length=2_000_000, title="Data", description="The rows, as comma-separated text."
    )
    header: bool = Field(True, title="Header", description="Whether the first line holds the column names.")
    missing: tuple[str, ...] = Field(
        (), title="Missing marks", description="Cells that mean a missing value, such as ?."
    )

    def run(self, inputs: Inputs, context: Context) -> Output:
        return Output(table=Table(self._frame()))

    def summary(self) -> str:
        return f"{self.data.strip().count(chr(10)) + (0 if self.header else 1):,} rows"

    def _frame(self) -> pd.DataFrame:
        lines = self._lines()
        names = column_names(lines[0][1] if self.header else [""] * len(lines[0][1]))
        rows = lines[1:] if self.header else lines
        for number, cells in rows:
            if len(cells) != len(names):
                raise ParameterError(
                    f"Line {number} has {len(cells)} cells, but there are {len(names)} columns.",
                    parameter="data",
                    fix='Put a cell that holds a comma in quotes: "a, b".',
                )
        options = ReadOptions(missing=self.missing)
        columns = (from_text(pa.array([r[i] for _, r in rows], pa.string()), options) for i in range(len(names)))
        return frame_of(names, columns)

    def _lines(self) -> list[tuple[int, list[str]]]:
        try:
            reader = csv.reader(io.StringIO(self.data.strip("\r\n")), skipinitialspace=True, strict=True)
            lines = [(reader.line_num, cells) for cells in reader if cells]
        except csv.Error as error:
            raise ParameterError(
                f"The data cannot be read: {error}.", parameter="data", fix="Check the quotes."
            ) from error
        if len(lines) <= int(self.header):
            raise ParameterError("The data has no rows.", parameter="data", fix="Give at least one line of cells.")
        return lines
