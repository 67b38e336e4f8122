"""Everything that is wrong with a pipeline, found before it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pipelines.datasets.versions import DatasetVersion
from pipelines.document import ports
from pipelines.errors import SekkeiError
from pipelines.graph.diagnostic import Diagnostic, Severity
from pipelines.graph.order import Graph
from pipelines.graph.rules import RULES, Context
from pipelines.schema import TableSchema
from pipelines.table import Table

__all__ = ["Diagnostic", "Severity", "diagnose"]

_RANK = {"error": 0, "warning": 1, "info": 2}


def diagnose(
    graph: Graph,
    schemas: Mapping[str, TableSchema | None],
    inputs: Mapping[str, TableSchema | None],
    tables: Mapping[str, Table],
    failures: Mapping[str, SekkeiError],
    types: ports.StepTypes | None = None,
    versions: Callable[[str], Sequence[DatasetVersion]] = lambda name: (),
) -> list[Diagnostic]:
    """What every rule finds, in the order of the steps, errors first at each.

    Args:
        graph: the pipeline as written, before ``leak_proof``.
        schemas: the columns that leave each step, where they could be worked out.
        inputs: the columns at each step's main input.
        tables: each step's output on the sample.
        failures: what the steps that failed on the sample said.
        versions: every version of a dataset, oldest first.
    """
    known = ports.library() if types is None else types
    context = Context(graph, schemas, inputs, tables, failures, known, versions)
    for rule in RULES:
        context.found.extend(rule().check(context))
    places = {step: i for i, step in enumerate(graph.document.ids)}
    return sorted(context.found, key=lambda d: (places.get(d.step or "", -1), _RANK[d.severity]))
