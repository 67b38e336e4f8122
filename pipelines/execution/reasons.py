"""Why a step was not reused: what changed since the pipeline's last run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipelines.document.model import PipelineDocument
from pipelines.execution.result import Status, StepResult
from pipelines.graph.order import Graph, Node, leak_proof, resolve
from pipelines.messages import _, enumerated, listed, ngettext
from pipelines.steps.base import Behaviour

SHOWN = 3


@dataclass(frozen=True)
class LastRun:
    """What is known of the pipeline's last run: the document that ran, its steps by id, and the content hash of the
    dataset version that each source read."""

    document: PipelineDocument
    steps: Mapping[str, StepResult]
    datasets: Mapping[str, str]

    @cached_property
    def graph(self) -> Graph:
        return leak_proof(resolve(self.document))

    def why_not_reused(
        self, node: Node, key: str, now: Mapping[str, StepResult], datasets: Mapping[str, str], fresh: bool
    ) -> str:
        """The reason in words, such as 'its parameter strategy changed'.

        Args:
            node: the step, in the graph that runs.
            key: the key of its result.
            now: the steps of this run, as far as they are.
            datasets: the content hashes that the sources of this run read.
            fresh: whether the step is to be computed anew by request.
        """
        if fresh:
            again = any(now[e.step].status is Status.DONE for e in node.edges.values() if e.step in now)
            return _("the step before it ran again") if again else _("it was asked to run again")
        if node.behaviour is Behaviour.SINK:
            return _("it writes its file in every run")
        before = self.steps.get(node.id)
        if before is None:
            return _("it was not part of the last run") if node.id in self.document.ids else _("it is new")
        if not before.key or before.status not in (Status.DONE, Status.REUSED):
            return _("the last run did not finish it")
        if before.key == key:
            return _("its result was not kept")
        return self._changed(node, now, datasets)

    def _changed(self, node: Node, now: Mapping[str, StepResult], datasets: Mapping[str, str]) -> str:
        then = self.graph.node(node.id) if node.id in self.graph else None
        if then is None or then.step is None or node.step is None:
            return ""
        if then.step_type is not node.step_type:
            return _("it is another kind of step now")
        names = list(_differing(then.step.model_dump(mode="json"), node.step.model_dump(mode="json")))
        if names:
            return ngettext(
                "its parameter {names} changed",
                "its parameters {names} changed",
                count=len(names),
                names=enumerated(names, SHOWN) if len(names) > SHOWN else listed(names),
            )
        if self.datasets.get(node.id) != datasets.get(node.id):
            return _("the dataset has a new version")
        if dict(then.edges) != dict(node.edges):
            return _("it reads another step now")
        if any(now[e.step].status is Status.DONE for e in node.edges.values() if e.step in now):
            return _("the step before it ran again")
        if any(now[e.step].key != self._key(e.step) for e in node.edges.values() if e.step in now):
            return _("the step before it has another result")
        return _("it is worked out in a new way")

    def _key(self, step: str) -> str:
        found = self.steps.get(step)
        return found.key if found is not None else ""


def _differing(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        groups = isinstance(before, Mapping) and isinstance(after, Mapping)
        if groups and before.get("type") == after.get("type"):  # type: ignore[union-attr]
            yield from _differing(before, after, f"{prefix}{name}.")  # type: ignore[arg-type]
        else:
            yield f"{prefix}{name}"
