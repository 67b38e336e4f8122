"""What a run will do, told before it runs: each step's key, and which results are kept already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import median

from pipelines.document import ports
from pipelines.errors import SekkeiError
from pipelines.execution.cache import ResultStore, output_key, result_key
from pipelines.execution.context import Datasets
from pipelines.execution.result import DatasetUse, Status, StepResult
from pipelines.graph.order import Graph, Node
from pipelines.steps.base import Behaviour, Step


def step_key(
    node: Node, step: Step, datasets: Datasets, keys: Mapping[str, str], content: str = ""
) -> tuple[str, DatasetUse | None]:
    """The key of a step's result, from the keys of the steps it reads; and the dataset version it reads, if any.

    ``content`` is the hash of the rows, for a step that reads anew.
    """
    use = None
    if step.acts_as is Behaviour.SOURCE and hasattr(step, "dataset"):
        use = datasets.use(node.id, step.dataset, getattr(step, "version", None))
    inputs = [(port, keys[e.source], e.part) for port, e in node.edges.items()]
    return result_key(step, inputs, use.content_hash if use is not None else content), use


def keys_of(node: Node, key: str) -> dict[str, str]:
    """The keys of all that a step gives, by source: of its result, and of its further tables."""
    further = ports.further_tables(node.step_type)
    return {node.id: key} | {ports.join_source(node.id, name): output_key(key, name) for name in further}


def reusable(graph: Graph, datasets: Datasets, store: ResultStore, fresh: frozenset[str] = frozenset()) -> set[str]:
    """The steps whose results are kept, so that a run would not work them out; never those of ``fresh``."""
    keys: dict[str, str] = {}
    found: set[str] = set()
    for node in graph.nodes:
        if node.step is None or node.step.reads_anew or any(e.step not in keys for e in node.edges.values()):
            continue
        try:
            keys |= keys_of(node, step_key(node, node.step, datasets, keys)[0])
        except SekkeiError:  # a dataset that is not there
            continue
        if node.behaviour is not Behaviour.SINK and node.id not in fresh and keys[node.id] in store:
            found.add(node.id)
    return found


def typical_seconds(runs: Iterable[Iterable[StepResult]]) -> dict[tuple[str, str], float]:
    """What each step, by id and type, took in earlier runs: the median of those in which it was worked out."""
    seconds: dict[tuple[str, str], list[float]] = {}
    for steps in runs:
        for step in steps:
            if step.status is Status.DONE:
                seconds.setdefault((step.id, step.type), []).append(step.seconds)
    return {step: median(found) for step, found in seconds.items()}
