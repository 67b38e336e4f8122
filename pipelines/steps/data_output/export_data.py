"""The step Export data."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field

from pipelines.errors import ParameterError
from pipelines.parameters import Form
from pipelines.steps.base import Behaviour, Context, Inputs, Output, Port, Step

_NOT_A_NAME = re.compile(r"[\x00-\x1f/\\:*?\"<>|]")


class ExportData(Step):
    """Write rows to a file of the run, or keep them as a dataset.

    CSV is UTF-8 with a header, missing values empty. The same as DataFrame.to_csv and DataFrame.to_parquet.
    """

    type = "export_data"
    title = "Export Data"
    category = "Data Output"
    behaviour = Behaviour.SINK
    synonyms = ("save", "write", "to_csv", "to_parquet", "download")

    to: Literal["file", "dataset"] = Field("file", description="A file of the run, or a new version of a dataset.")
    file_name: Annotated[str, Form(when={"to": ("file",)})] = Field(
        "export",
        min_length=1,
        max_length=150,
        description="Name of the file; the format's ending is added where it lacks.",
    )
    format: Annotated[Literal["csv", "parquet"], Form(when={"to": ("file",)})] = Field(
        "csv", description="Form of the file."
    )
    dataset: Annotated[str, Form(when={"to": ("dataset",)})] = Field(
        "", max_length=100, description="Name of the dataset."
    )

    outputs = (Port("table"),)

    def run(self, inputs: Inputs, context: Context) -> Output:
        frame = inputs.table.frame
        if self.to == "dataset":
            if not self.dataset.strip():
                raise ParameterError(
                    "The dataset has no name.", parameter="dataset", fix="Give it one, such as scored-rows."
                )
            kept = context.save_dataset(self.dataset.strip(), frame.reset_index(drop=True))
            return Output(table=inputs.table, notes=(f"{len(frame)} rows kept as dataset {kept}.",))
        name = self.file_name.strip()
        if not name or _NOT_A_NAME.search(name) or name.startswith("."):
            raise ParameterError(
                f"{self.file_name!r} is no file name.", parameter="file_name", fix="Give a name such as scores."
            )
        name = name if name.casefold().endswith(f".{self.format}") else f"{name}.{self.format}"
        context.export(name, lambda target: self._write(frame, target))
        return Output(table=inputs.table, notes=(f"{len(frame)} rows written to {name}.",))

    def _write(self, frame: Any, target: Any) -> None:
        if self.format == "csv":
            frame.to_csv(target, index=False)
        else:
            frame.to_parquet(target, index=False)
