"""Dataset."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from pipelines.parameters import DatasetName, Form
from pipelines.steps.base import Behaviour, Context, Inputs, Output, Port, Step
from pipelines.table import Table


class Dataset(Step):
    """Bring in the rows of a dataset of the catalogue.

    The newest version unless one is named; an endpoint or a batch takes the same columns in their place. Like
    pandas.read_parquet.
    """

    type: ClassVar[str] = "dataset"
    title: ClassVar[str] = "Dataset"
    category: ClassVar[str] = "Data Input"
    behaviour: ClassVar[Behaviour] = Behaviour.SOURCE
    inputs: ClassVar[tuple[Port, ...]] = ()
    synonyms: ClassVar[tuple[str, ...]] = ("import data", "read", "load", "source", "table")

    known_as: ClassVar[tuple[str, ...]] = ("Import Data", "Saved Datasets", "Datasets", "Unpack Zipped Datasets")
    equivalent: ClassVar[str] = 'table = pd.read_parquet("automobile-price.parquet")'

    dataset: DatasetName = Field(min_length=1, title="Dataset", description="Its name in the catalogue.")
    version: Annotated[int | None, Form(widget="version", of="dataset")] = Field(
        None, ge=1, title="Version", description="Empty: the newest when the pipeline runs."
    )

    def run(self, inputs: Inputs, context: Context) -> Output:
        return Output(table=Table(context.dataset(self.dataset, self.version)))
