"""Datasets of the catalogue as sources."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.errors import NotFoundError
from pipelines.execution.context import StepContext
from pipelines.execution.datasets import WholeDatasets
from pipelines.execution.events import ignore
from pipelines.sdk import Workspace
from pipelines.steps.base import Inputs
from pipelines.steps.data_input.dataset import Dataset
from tests.pipelines.steps.cases import Case

CASES = [Case({"dataset": "automobile-price", "version": 1}, runs=False)]

BARE = "it reads a version of the catalogue, as pandas.read_parquet does"


def test_the_newest_version_is_read_unless_one_is_named(workspace: Workspace) -> None:
    for value in (1, 2):
        workspace.datasets.add_frame("numbers", pd.DataFrame({"a": [value]}))
    context = StepContext("d", {}, None, WholeDatasets(workspace.datasets), ignore)  # type: ignore[arg-type]

    def read(**params: object) -> int:
        table = Dataset.model_validate({"dataset": "numbers", **params}).run(Inputs(), context).table
        assert table is not None
        return int(table.frame["a"].iloc[0])

    assert read() == 2
    assert read(version=1) == 1
    with pytest.raises(NotFoundError):
        read(version=3)
    with pytest.raises(NotFoundError, match="numbers"):
        Dataset(dataset="number").run(Inputs(), context)
