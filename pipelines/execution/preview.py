"""Design time: the same engine on the datasets' samples gives every step's columns, preview and diagnostics."""

from __future__ import annotations

import time
import warnings
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from pipelines.chain.chain import Chain
from pipelines.document.model import PipelineDocument
from pipelines.document.ports import join_source, split_source
from pipelines.errors import NotFoundError, SekkeiError
from pipelines.execution import isolate
from pipelines.execution.apply import apply
from pipelines.execution.cache import output_key, result_key
from pipelines.execution.context import Datasets, StepContext
from pipelines.execution.events import ignore
from pipelines.execution.plan import keys_of
from pipelines.execution.result import DatasetUse
from pipelines.execution.runner import gather, in_words
from pipelines.graph.diagnostics import Diagnostic, diagnose
from pipelines.graph.order import Graph, Node, leak_proof, resolve
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Output, Report, Step
from pipelines.table import Table

KEPT = 600
CODE_SECONDS = 10.0
OUTSIDE_SECONDS = 60  # so long a sample from another system is taken for what is there now


@dataclass(frozen=True)
class Inspection:
    """What is known of a pipeline before it runs.

    ``tables`` holds each step's output on the sample, ``schemas`` its columns, ``inputs`` the columns that reach its
    main input; a step that could not be worked out is missing from them, and ``failures`` or a diagnostic says why.
    """

    graph: Graph
    tables: dict[str, Table]
    schemas: dict[str, TableSchema]
    inputs: dict[str, TableSchema]
    failures: dict[str, SekkeiError]
    diagnostics: list[Diagnostic]
    findings: dict[str, Report] = field(default_factory=dict)  # what steps found out about the sample

    @property
    def ok(self) -> bool:
        return not any(d.severity == "error" for d in self.diagnostics)

    @property
    def errors(self) -> list[Diagnostic]:
        return [d for d in self.diagnostics if d.severity == "error"]

    def columns_at(self, step: str, port: str = "") -> TableSchema | None:
        """The columns that a step's input has: what its column pickers offer."""
        if not port:
            return self.inputs.get(step)
        node = next((n for n in self.graph.nodes if n.id == step), None)
        edge = node.edges.get(port) if node else None
        return self.schemas.get(edge.source) if edge else None


@dataclass
class Inspector:
    """Inspects documents, remembering what each step gave on the sample, so that an edit costs only what it changes."""

    datasets: Datasets
    _outputs: OrderedDict[str, Output | SekkeiError] = field(default_factory=OrderedDict)

    def inspect(self, document: PipelineDocument) -> Inspection:
        """The columns, sample rows and diagnostics of every step. Never raises for a document that can be read."""
        written = resolve(document)
        graph = leak_proof(written)
        keys: dict[str, str] = {}
        tables: dict[str, Table] = {}
        failures: dict[str, SekkeiError] = {}
        inputs: dict[str, TableSchema] = {}
        findings: dict[str, Report] = {}
        for node in graph.nodes:
            main = _main_table(node, tables)
            if main is not None:
                inputs[node.id] = main.schema
            if node.step is None or not _is_ready(node, keys):
                continue
            found = self._output(node, node.step, graph, keys)
            if isinstance(found, SekkeiError):
                failures[node.id] = found
                keys = {source: key for source, key in keys.items() if split_source(source)[0] != node.id}
                continue
            if found.table is not None:
                tables[node.id] = found.table
            tables |= {join_source(node.id, name): table for name, table in found.others.items()}
            if found.report is not None and found.report.is_finding:
                findings[node.id] = found.report
        schemas = {step: table.schema for step, table in tables.items()}
        diagnostics = diagnose(
            written, schemas, inputs, tables, failures, versions=getattr(self.datasets, "versions", lambda name: ())
        )
        return Inspection(graph, tables, schemas, inputs, failures, diagnostics, findings)

    def table(self, key: str) -> Table:
        output = self._outputs.get(key)
        if isinstance(output, Output) and output.table is not None:
            return output.table
        raise NotFoundError("sample at", key)

    def transformer(self, key: str) -> Any:
        output = self._outputs.get(key)
        return output.transformer if isinstance(output, Output) else None

    def model(self, key: str) -> Chain | None:
        output = self._outputs.get(key)
        return output.model if isinstance(output, Output) else None

    def further(self, key: str) -> list[str]:
        output = self._outputs.get(key)
        return list(output.others) if isinstance(output, Output) else []

    def _output(self, node: Node, step: Step, graph: Graph, keys: dict[str, str]) -> Output | SekkeiError:
        try:
            key = self._key(node, step, keys)
        except SekkeiError as error:
            return error
        keys |= keys_of(node, key)
        found = self._outputs.get(key) or self._work_out(node, step, graph, keys)
        self._remember(key, found)
        return found

    def _remember(self, key: str, found: Output | SekkeiError) -> None:
        """Keep what a step gave, its further tables as results of their own, and forget what was not used longest."""
        others = found.others if isinstance(found, Output) else {}
        for each, output in ((key, found), *((output_key(key, n), Output(table=t)) for n, t in others.items())):
            self._outputs[each] = output
            self._outputs.move_to_end(each)
        while len(self._outputs) > KEPT:
            self._outputs.popitem(last=False)

    def _key(self, node: Node, step: Step, keys: dict[str, str]) -> str:
        extra = "sample"
        if step.acts_as is Behaviour.SOURCE and hasattr(step, "dataset"):
            extra += self.datasets.use(node.id, step.dataset, getattr(step, "version", None)).content_hash
        if step.reads_outside:
            extra += str(int(time.time() // OUTSIDE_SECONDS))
        return result_key(step, [(p, keys[e.source], e.part) for p, e in node.edges.items()], extra)

    def _work_out(self, node: Node, step: Step, graph: Graph, keys: dict[str, str]) -> Output | SekkeiError:
        context = StepContext(
            node.id, {n.id: n.step for n in graph.nodes if n.step}, self, self.datasets, ignore, preview=True
        )
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                given = gather(node, self, keys)
                if step.runs_code:
                    plain = StepContext(node.id, {}, _Nothing(), _Nothing(), ignore, preview=True)
                    return isolate.call(apply, step, given, plain, keys[node.id], timeout=CODE_SECONDS)
                return apply(step, given, context, keys[node.id])
        except SekkeiError as error:
            return error
        except Exception as error:
            return SekkeiError(in_words(error))


class _Nothing:
    """No results and no datasets: what a step sees of the others when it runs at a distance."""

    def use(self, step: str, name: str, version: int | None) -> DatasetUse:
        raise NotFoundError("dataset", name)

    def read(self, name: str, version: int | None) -> pd.DataFrame:
        raise NotFoundError("dataset", name)

    def save(self, name: str, frame: pd.DataFrame, source: str) -> str:
        raise NotFoundError("dataset", name)

    def table(self, key: str) -> Table:
        raise NotFoundError("sample at", key)

    def transformer(self, key: str) -> Any:
        return None


def _main_table(node: Node, tables: dict[str, Table]) -> Table | None:
    ports = node.step_type.inputs if node.step_type else ()
    for port in ports:
        edge = node.edges.get(port.name)
        if port.kind == "table" and edge is not None and edge.source in tables:
            return tables[edge.source]
    return None


def _is_ready(node: Node, keys: dict[str, str]) -> bool:
    """Whether every step before it could be worked out and no required input is missing."""
    assert node.step is not None
    given = all(e.step in keys for e in node.edges.values())
    return given and all(p.optional or p.name in node.edges for p in node.step.inputs)
