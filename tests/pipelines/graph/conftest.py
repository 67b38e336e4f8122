"""Step types that do nothing but declare, so that order and rules are tested apart from the library's steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Literal

import pytest
from pydantic import Field

from pipelines.algorithms.library import AnyAlgorithm
from pipelines.columns import NUMERIC, Columns
from pipelines.document.codec import loads
from pipelines.graph.diagnostics import Diagnostic, diagnose
from pipelines.graph.order import Graph, resolve
from pipelines.parameters import ColumnName, ColumnRule, DatasetName
from pipelines.steps.base import Behaviour, Port, Step
from pipelines.table import Table


class Dataset(Step):
    type, title, category, behaviour = "dataset", "Dataset", "", Behaviour.SOURCE
    inputs = ()
    dataset: DatasetName = ""
    version: int | None = None


class SetLabel(Step):
    type, title, category, behaviour = "set_label", "Set label", "", Behaviour.ROW_WISE
    column: ColumnName
    ids: ColumnRule = Columns(names=())


class CleanMissingData(Step):
    type, title, category, behaviour = "clean_missing_data", "Clean missing data", "", Behaviour.FITTED
    columns: ColumnRule = NUMERIC
    strategy: Literal["mean", "median", "most_frequent", "drop_rows"] = "median"

    @property
    def acts_as(self) -> Behaviour:
        return Behaviour.ROW_CHANGING if self.strategy == "drop_rows" else Behaviour.FITTED


class NormalizeData(Step):
    type, title, category, behaviour = "normalize_data", "Normalize data", "", Behaviour.FITTED
    columns: ColumnRule = NUMERIC


class SplitData(Step):
    type, title, category, behaviour = "split_data", "Split data", "", Behaviour.SPLIT
    mode: str = "rows"
    column: str = ""
    train_fraction: float = Field(0.7, gt=0, lt=1)
    shuffle: bool = True


class JoinData(Step):
    type, title, category, behaviour = "join_data", "Join data", "", Behaviour.COMBINE
    inputs = (Port("left"), Port("right"))


class ApplySql(Step):
    type, title, category, behaviour = "apply_sql", "Apply SQL", "", Behaviour.COMBINE
    inputs = (Port("t1"), Port("t2", optional=True))


class TrainModel(Step):
    type, title, category, behaviour = "train_model", "Train model", "", Behaviour.TRAIN
    outputs = (Port("model", "model"),)
    algorithm: AnyAlgorithm


class CrossValidateModel(TrainModel):
    type, title, category, behaviour = "cross_validate_model", "Cross-validate model", "", Behaviour.EVALUATE
    outputs = ()
    n_folds: int = Field(5, ge=2)


class ScoreModel(Step):
    type, title, category, behaviour = "score_model", "Score model", "", Behaviour.SCORE
    inputs = (Port("model", "model"), Port("table"))


class EvaluateModel(Step):
    type, title, category, behaviour = "evaluate_model", "Evaluate model", "", Behaviour.EVALUATE
    inputs = (Port("table"), Port("other", optional=True))
    outputs = ()


class SummarizeData(Step):
    type, title, category, behaviour = "summarize_data", "Summarize data", "", Behaviour.EVALUATE
    outputs = (Port("table", aside=True),)


class ExportData(Step):
    type, title, category, behaviour = "export_data", "Export data", "", Behaviour.SINK
    outputs = ()
    name: str = "data"


class ExecutePython(Step):
    type, title, category, behaviour = "execute_python", "Execute Python", "", Behaviour.ROW_CHANGING
    runs_code: ClassVar[bool] = True


class SelectColumns(Step):
    type, title, category, behaviour = "select_columns", "Select columns", "", Behaviour.ROW_WISE
    columns: ColumnRule = Columns()


class EditMetadata(Step):
    type, title, category, behaviour = "edit_metadata", "Edit metadata", "", Behaviour.ROW_WISE
    columns: ColumnRule
    data_type: str = "unchanged"
    role: str = "unchanged"


class GroupCategories(Step):
    type, title, category, behaviour = "group_categories", "Group categories", "", Behaviour.ROW_WISE
    groups: dict[str, tuple[str, ...]]
    columns: ColumnRule = Columns(kind="categorical")


class EncodeCategories(Step):
    type, title, category, behaviour = "encode_categories", "Encode categories", "", Behaviour.FITTED
    method: str = "onehot"
    max_categories: int | None = 100
    columns: ColumnRule = Columns(kind="categorical")


class EncodeByTarget(Step):
    type, title, category, behaviour = "encode_by_target", "Encode by Target", "Transformation", Behaviour.FITTED
    cross_fits = True


class Smote(Step):
    type, title, category, behaviour = "smote", "SMOTE", "Transformation", Behaviour.ROW_CHANGING
    makes_rows = True


class RemoveDuplicateRows(Step):
    type, title, category, behaviour = "remove_duplicate_rows", "Remove duplicate rows", "", Behaviour.ROW_CHANGING
    columns: ColumnRule = Columns()


TYPES: Mapping[str, type[Step]] = {
    t.type: t
    for t in (
        *(Dataset, SetLabel, CleanMissingData, NormalizeData, SplitData, JoinData, ApplySql, TrainModel),
        *(CrossValidateModel, ScoreModel, EvaluateModel, SummarizeData, ExportData, ExecutePython),
        *(SelectColumns, EditMetadata, EncodeCategories, GroupCategories, EncodeByTarget, Smote, RemoveDuplicateRows),
    )
}


@pytest.fixture
def graph() -> Callable[[str], Graph]:
    """The graph of steps written as ``id: type`` with more of a step after it, one a line."""
    return lambda steps: resolve(loads(_document(steps)), TYPES)


@pytest.fixture
def found(graph: Callable[[str], Graph]) -> Callable[..., list[Diagnostic]]:
    """What the rules find in steps, given each step's rows on the sample."""

    def find(
        steps: str,
        tables: Mapping[str, Table] | None = None,
        failures: Mapping | None = None,
        versions: Mapping | None = None,
    ) -> list[Diagnostic]:
        made, tables = graph(steps), tables or {}
        schemas = {step: table.schema for step, table in tables.items()}
        inputs = {n.id: schemas[n.main.step] for n in made.nodes if n.main and n.main.step in schemas}
        history = versions or {}
        return diagnose(made, schemas, inputs, tables, failures or {}, TYPES, lambda name: history.get(name, ()))

    return find


def _document(steps: str) -> str:
    lines = [line.strip() for line in steps.strip().splitlines()]
    return "name: test\nsteps:" + "".join(f"\n  - {{id: {line}}}" for line in lines) + ("" if lines else " []")
