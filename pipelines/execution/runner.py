"""Running a pipeline: every step in order, reusing what nothing has changed for."""

from __future__ import annotations

import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from pipelines.chain.chain import Chain
from pipelines.datasets.content import content_hash
from pipelines.document.ports import split_source
from pipelines.errors import InputError, NotFoundError, SekkeiError, storage_error
from pipelines.execution.apply import apply, as_head
from pipelines.execution.cache import LostResultError, ResultStore
from pipelines.execution.context import Datasets, StepContext
from pipelines.execution.events import Sink, StepChanged, ignore
from pipelines.execution.plan import keys_of, step_key
from pipelines.execution.reasons import LastRun
from pipelines.execution.result import DatasetUse, RunResult, Status, StepResult
from pipelines.graph.order import Graph, Node
from pipelines.messages import _, from_plain
from pipelines.steps.base import Behaviour, Inputs, Output, Step
from pipelines.table import Table


@dataclass
class Runner:
    """Runs a resolved pipeline on whole datasets, keeping every step's output in ``store``.

    Steps of ``fresh`` are computed anew, whatever is kept. With a ``last`` run, what is not reused tells why.
    """

    datasets: Datasets
    store: ResultStore
    sink: Sink = ignore
    cancelled: Callable[[], bool] = lambda: False
    exports: Path | None = None
    fresh: frozenset[str] = frozenset()
    last: LastRun | None = None
    _keys: dict[str, str] = field(default_factory=dict)
    _again: int = 3

    def run(self, graph: Graph) -> RunResult:
        """Run all steps. A failed step ends the run; the result tells which, why, and what was done before it.

        When a kept result turns out to be damaged, or is deleted meanwhile, the steps are gone through again.
        """
        while True:
            try:
                return self._run(graph)
            except LostResultError:
                self._again -= 1
                self.store.forget()
                self._keys.clear()

    def _run(self, graph: Graph) -> RunResult:
        began = time.perf_counter()
        result = RunResult(Status.DONE, [_waiting(n) for n in graph.nodes])
        readers = _readers(graph)
        for position, node in enumerate(graph.nodes):
            if self.cancelled():
                result.status = Status.CANCELLED
                break
            found = self._step(node, graph, result)
            result.steps[position] = found
            self.sink(StepChanged(found))
            if found.status is Status.FAILED:
                result.status = Status.FAILED
                break
            self._release(node, readers)
        if result.status is not Status.DONE:
            left = Status.CANCELLED if result.status is Status.CANCELLED else Status.SKIPPED
            result.steps = [s if s.status.is_final else replace(s, status=left) for s in result.steps]
        self.store.flush()
        result.seconds = time.perf_counter() - began
        return result

    def _step(self, node: Node, graph: Graph, result: RunResult) -> StepResult:
        began = time.perf_counter()
        waiting = _waiting(node)
        try:
            step = node.step
            assert step is not None
            ready = self._read_anew(node, step, graph, result) if step.reads_anew else None
            key = self._key(node, step, result, ready)
            self._keys |= keys_of(node, key)
            if step.acts_as is not Behaviour.SINK and node.id not in self.fresh and key in self.store:
                return self._reused(waiting, key, step, result)
            waiting = replace(waiting, reason=self._reason(node, key, result))
            self.sink(StepChanged(replace(waiting, status=Status.RUNNING)))
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                output = as_head(ready, key) if ready else self._apply(node, step, graph, key, result)
            output = replace(output, notes=(*output.notes, *_notes(caught)))
            self.store.put(key, output, replace=node.id in self.fresh)
            self._collect(node.id, output.report, output.model, result)
            return _finished(waiting, Status.DONE, key, output, time.perf_counter() - began)
        except SekkeiError as error:
            if isinstance(error, LostResultError) and self._again:
                raise
            return replace(
                waiting,
                status=Status.FAILED,
                message=error.message,
                fix=error.fix,
                seconds=time.perf_counter() - began,
                trace=getattr(error, "trace", "") or "",
            )
        except MemoryError:
            return replace(
                waiting,
                status=Status.FAILED,
                message=_("There is not enough memory for this step."),
                fix=_("Use fewer rows or columns."),
            )
        except Exception as error:
            return replace(
                waiting,
                status=Status.FAILED,
                message=in_words(error),
                trace=traceback.format_exc(),
                seconds=time.perf_counter() - began,
            )

    def _read_anew(self, node: Node, step: Step, graph: Graph, result: RunResult) -> Output:
        """What a step reads from where no versions are kept; its rows tell whether they are those of before."""
        self.sink(StepChanged(replace(_waiting(node), status=Status.RUNNING)))
        return self._apply(node, step, graph, "", result)

    def _key(self, node: Node, step: Step, result: RunResult, ready: Output | None) -> str:
        content = content_hash(ready.table.frame.items()) if ready and ready.table is not None else ""
        key, use = step_key(node, step, self.datasets, self._keys, content)
        if use is not None:
            result.datasets.append(use)
        return key

    def _reason(self, node: Node, key: str, result: RunResult) -> str:
        if self.last is None:
            return ""
        now = {s.id: s for s in result.steps}
        uses = {d.step: d.content_hash for d in result.datasets}
        return self.last.why_not_reused(node, key, now, uses, node.id in self.fresh)

    def _apply(self, node: Node, step: Step, graph: Graph, key: str, result: RunResult) -> Output:
        context = StepContext(
            node.id, {n.id: n.step for n in graph.nodes if n.step}, self.store, self.datasets, self.sink, self.exports
        )
        output = apply(step, gather(node, self.store, self._keys), context, key)
        result.exports.update(context.exported)
        return output

    def _reused(self, waiting: StepResult, key: str, step: Step, result: RunResult) -> StepResult:
        model = self.store.model(key) if step.acts_as is Behaviour.TRAIN else None
        self._collect(waiting.id, self.store.report(key), model, result)
        meta = self.store.meta(key)
        table = meta["table"] or {}
        return replace(
            waiting,
            status=Status.REUSED,
            key=key,
            rows=table.get("rows"),
            columns=table.get("columns"),
            notes=tuple(from_plain(n) for n in meta["notes"]),
            further=tuple(meta.get("others", ())),
        )

    def _collect(self, step: str, report: object, model: Chain | None, result: RunResult) -> None:
        if report is not None:
            result.reports[step] = report  # type: ignore[assignment]
        if model is not None:
            result.models[step] = model

    def _release(self, node: Node, readers: dict[str, set[str]]) -> None:
        for source in readers.values():
            source.discard(node.id)
        self.store.release(key for source, key in self._keys.items() if not readers[split_source(source)[0]])


class Kept(Protocol):
    """Where outputs are found by key."""

    def table(self, key: str) -> Table: ...

    def model(self, key: str) -> Chain | None: ...

    def further(self, key: str) -> Sequence[str]: ...


def gather(node: Node, store: Kept, keys: Mapping[str, str]) -> Inputs:
    """The inputs of a step from the outputs of those before it."""
    tables: dict[str, Table] = {}
    models: dict[str, Chain] = {}
    used: dict[str, str] = {}
    assert node.step is not None
    for port in node.step.inputs:
        edge = node.edges.get(port.name)
        if edge is None:
            continue
        if edge.output and edge.output not in store.further(keys[edge.step]):
            raise InputError(
                _("{step} gave one table this time, not its table '{output}'.", step=edge.step, output=edge.output),
                fix=_("Let its code return two tables, or read its first one."),
            )
        key = keys[edge.source]
        if port.kind == "model":
            model = store.model(key)
            if model is None:
                raise NotFoundError("model at step", edge.step)
            models[port.name] = model
        else:
            table = store.table(key)
            tables[port.name] = table.only(edge.part) if edge.part else table
            used[port.name] = key
    return Inputs(tables, models, used)


def in_words(error: BaseException) -> str:
    """An unexpected error as one line for an analyst; the trace is kept apart."""
    if (storage := storage_error(error)) is not None:
        return str(storage)
    text = str(error).strip().splitlines()[0] if str(error).strip() else ""
    return _("The step could not be done: {text}", text=text or type(error).__name__)


def _waiting(node: Node) -> StepResult:
    title = node.node.title or (node.step_type.title if node.step_type else node.node.type)
    return StepResult(node.id, node.node.type, title, Status.QUEUED)


def _finished(waiting: StepResult, status: Status, key: str, output: Output, seconds: float) -> StepResult:
    frame = output.table.frame if output.table is not None else None
    return replace(
        waiting,
        status=status,
        key=key,
        seconds=seconds,
        notes=output.notes,
        further=tuple(output.others),
        rows=None if frame is None else len(frame),
        columns=None if frame is None else len(frame.columns),
    )


def _notes(caught: Iterable[warnings.WarningMessage]) -> list[str]:
    """Warnings that libraries gave while the step ran, each once and in one line."""
    texts = [
        str(w.message).strip().splitlines()[0]
        for w in caught
        if not issubclass(w.category, DeprecationWarning | FutureWarning)
    ]
    return list(dict.fromkeys(t for t in texts if t))[:10]


def _readers(graph: Graph) -> dict[str, set[str]]:
    readers: dict[str, set[str]] = {n.id: {n.id} for n in graph.nodes}
    for node in graph.nodes:
        for edge in node.edges.values():
            readers[edge.step].add(node.id)
    return readers


__all__ = ["DatasetUse", "Runner", "gather", "in_words"]
