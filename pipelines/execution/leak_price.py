"""What a suspect column is worth: the pipeline's score with it and without it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.algorithms.base import Algorithm
from pipelines.columns import Columns
from pipelines.document.model import PipelineDocument, StepNode
from pipelines.errors import ColumnMissingError, InputError, NotFoundError, StepError
from pipelines.execution.cache import ResultStore
from pipelines.execution.context import Datasets
from pipelines.execution.result import DatasetUse, RunResult
from pipelines.execution.runner import Runner
from pipelines.graph.order import Edge, Graph, Node, leak_proof, resolve
from pipelines.messages import _
from pipelines.schema import Role
from pipelines.steps.base import Behaviour, Step
from pipelines.steps.evaluation.evaluate_model import EvaluateModel
from pipelines.steps.scoring.score_model import ScoreModel
from pipelines.steps.training.cross_validate_model import CrossValidateModel
from pipelines.steps.transformation.select_columns import SelectColumns
from pipelines.table import Table

ROWS = 20_000
FOLDS = 3
METRICS = {"classification": ("roc_auc", "accuracy"), "regression": ("r2", "root_mean_squared_error")}
_TRIAL, _SCORED, _DROP = "_trial", "_scored", "_without"


@dataclass(frozen=True)
class LeakPrice:
    """A score with a column and without it, on ``n_rows`` rows measured. ``split``: on the pipeline's own test rows,
    else cross-validated."""

    column: str
    metric: str
    with_column: float
    without_column: float
    n_rows: int
    split: bool

    @property
    def difference(self) -> float:
        """What the column adds to the score."""
        return self.with_column - self.without_column


def leak_price(
    document: PipelineDocument, step_id: str, column: str, datasets: Datasets, rows: int = ROWS
) -> LeakPrice:
    """The score that the algorithm of ``step_id`` reaches with ``column`` and without it.

    The steps before it run on at most ``rows`` rows of each dataset. Measured are the pipeline's own test rows where it
    splits, else 3 folds of a cross-validation. A column that a step before turns into others is kept from that step;
    so is one that it names. Nothing is kept or tracked.

    Raises:
        NotFoundError: there is no such step.
        InputError: it learns no label; ColumnMissingError: ``column`` does not reach it, or is no feature.
        StepError: a step fails, with the column or without it.
    """
    graph = leak_proof(resolve(document))
    if step_id not in graph:
        raise NotFoundError("step", step_id, document.ids)
    node = graph.node(step_id)
    algorithm = _algorithm(node)
    if algorithm is None or algorithm.task not in METRICS or node.main is None:
        raise InputError(
            _("{step} learns no label, so it has no score.", step=node.title), fix=_("Name a step that trains a model.")
        )
    ready = [n for n in (*graph.ancestors(step_id), node) if n.step is not None]
    if len(ready) <= len(graph.ancestors(step_id)):
        raise InputError(_("A step before has mistakes in its parameters."), fix=_("Correct them first."))
    few = FewRows(datasets, rows)
    with tempfile.TemporaryDirectory(prefix="sekkei-leak-price-") as folder:
        store = ResultStore(Path(folder))
        trial, measured, split = _trial(graph, node, algorithm)
        first = _run(trial, few, store)
        second = _run(_without(trial, column, first, store), few, store)
        n_rows = len(store.table(_key(first, measured)).frame)
    mine, other = first.reports[measured].metrics, second.reports[measured].metrics
    metric = next((m for m in METRICS[algorithm.task] if m in mine and m in other), "")
    if not metric:
        raise InputError(_("The rows measured do not allow a score."), fix=_("Use more rows."))
    return LeakPrice(column, metric, mine[metric], other[metric], n_rows, split)


@dataclass(frozen=True)
class FewRows:
    """Datasets of which at most ``rows`` rows are read: the same ones every time, in their order."""

    datasets: Datasets
    rows: int

    def use(self, step: str, name: str, version: int | None) -> DatasetUse:
        return self.datasets.use(step, name, version)

    def read(self, name: str, version: int | None) -> pd.DataFrame:
        frame = self.datasets.read(name, version)
        if len(frame) <= self.rows:
            return frame
        return frame.sample(self.rows, random_state=0).sort_index().reset_index(drop=True)

    def save(self, name: str, frame: pd.DataFrame, source: str) -> str:
        return name


def _algorithm(node: Node) -> Algorithm | None:
    values = [getattr(node.step, n) for n in type(node.step).model_fields] if node.step is not None else []
    return next((v for v in values if isinstance(v, Algorithm)), None)


def _trial(graph: Graph, node: Node, algorithm: Algorithm) -> tuple[Graph, str, bool]:
    """The steps before and the measuring ones behind; the step to be read off; whether the pipeline's split is used."""
    before = graph.ancestors(node.id)
    assert node.main is not None
    split = any(n.behaviour is Behaviour.SPLIT for n in before) and node.behaviour is Behaviour.TRAIN
    if not split:
        validate = _node(_TRIAL, CrossValidateModel(algorithm=algorithm, n_folds=FOLDS), {"table": node.main})
        return replace(graph, nodes=(*before, validate), problems=()), _TRIAL, False
    rows = replace(node.main, part=None)
    score = _node(_SCORED, ScoreModel(), {"table": rows, "model": Edge(node.id)})
    measure = _node(_TRIAL, EvaluateModel(), {"table": Edge(_SCORED)})
    return replace(graph, nodes=(*before, node, score, measure), problems=()), _TRIAL, True


def _without(trial: Graph, column: str, result: RunResult, store: ResultStore) -> Graph:
    """The trial with the column dropped where the last steps that have it as a feature hand it on."""
    having = {source for n in trial.nodes for source in _having(n, column, result, store)}
    if not having:
        raise ColumnMissingError(column, _names(trial, result, store))
    nodes: list[Node] = []
    dropped: set[str] = set()
    for node in trial.nodes:
        last = {e.source: e for e in node.edges.values() if e.source in having} if node.id not in having else {}
        for source in sorted(last.keys() - dropped):
            drop = SelectColumns(columns=Columns(exclude=(column,)))
            nodes.append(_node(_dropping(source), drop, {"table": replace(last[source], part=None)}))
        dropped |= last.keys()
        edges = {p: Edge(_dropping(e.source), e.part) if e.source in last else e for p, e in node.edges.items()}
        step = _not_naming(node, node.step, column) if last and node.step is not None else node.step
        nodes.append(replace(node, edges=edges, step=step))
    return replace(trial, nodes=tuple(nodes))


def _dropping(source: str) -> str:
    return f"{_DROP}_{source.replace('.', '_')}"


def _having(node: Node, column: str, result: RunResult, store: ResultStore) -> list[str]:
    """The tables of a step, as sources, that hand the column on as a feature to others that learn."""
    ends = (Behaviour.TRAIN, Behaviour.SCORE, Behaviour.EVALUATE, Behaviour.SINK)
    if node.behaviour in ends:
        return []
    output = store.output(_key(result, node.id))
    tables = {node.id: output.table, **{f"{node.id}.{n}": t for n, t in output.others.items()}}
    return [s for s, t in tables.items() if t is not None and _is_feature(column, t)]


def _is_feature(column: str, table: Table) -> bool:
    return column in table.frame.columns and table.roles.get(column, Role.FEATURE) is Role.FEATURE


def _names(trial: Graph, result: RunResult, store: ResultStore) -> Sequence[str]:
    found = [n for n in trial.nodes if n.behaviour is Behaviour.SOURCE]
    return [c for n in found for c in store.table(_key(result, n.id)).schema.features]


def _not_naming(node: Node, step: Step, column: str) -> Step:
    """The step without the column in the lists that name it."""
    changed: dict[str, Any] = {}
    for name in type(step).model_fields:
        value = getattr(step, name)
        if isinstance(value, Columns) and column in value.named():
            names = None if value.names is None else tuple(n for n in value.names if n != column)
            kept = tuple(n for n in value.exclude if n != column)
            changed[name] = value.model_copy(update={"names": names, "exclude": kept})
        elif value == column and (name, column) in step.named_columns():
            raise InputError(
                _("{step} needs '{column}', so there is no score without it.", step=node.title, column=column),
                fix=_("Change it first."),
            )
    return step.model_copy(update=changed) if changed else step


def _run(graph: Graph, datasets: Datasets, store: ResultStore) -> RunResult:
    result = Runner(datasets, store).run(graph)
    if result.failure is not None:
        failed = result.failure
        raise StepError(failed.id, f"{failed.title}: {failed.message}", fix=failed.fix, trace=failed.trace)
    return result


def _key(result: RunResult, step_id: str) -> str:
    return next(s.key for s in result.steps if s.id == step_id)


def _node(step_id: str, step: Step, edges: dict[str, Edge]) -> Node:
    return Node(step_id, StepNode(id=step_id, type=step.type), type(step), step, edges)
