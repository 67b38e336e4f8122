"""Which step feeds which port: what the documents' edits and the graph both need to know of step types.

A step type nobody knows counts as one table in, one table out, so that a draft with a mistake still hangs together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pipelines.document.model import StepNode
from pipelines.steps.base import Port, Step
from pipelines.steps.custom import Problem
from pipelines.table import TEST, TRAIN

Kind = Literal["table", "model"]
StepTypes = Mapping[str, type[Step]]

MAIN = "table"  # accepted as the name of any step's first table input
PARTS = (TRAIN, TEST)
KINDS: tuple[Kind, ...] = ("table", "model")
_UNKNOWN = (Port("table"),)


def library() -> StepTypes:
    """Every step type by name."""
    from pipelines.steps.library import STEP_TYPES

    return STEP_TYPES


def problems() -> list[Problem]:
    """What is wrong with files of step types."""
    from pipelines.steps.library import problems

    return problems()


def inputs_of(step_type: type[Step] | None) -> tuple[Port, ...]:
    return _UNKNOWN if step_type is None else step_type.inputs


def further_tables(step_type: type[Step] | None) -> list[str]:
    """The names of its table outputs beyond the first: read as ``step.name``."""
    tables = [p.name for p in (() if step_type is None else step_type.outputs) if p.kind == "table"]
    return tables[1:]


def outputs_kind(step_type: type[Step] | None, kind: Kind) -> bool:
    """Whether the step type gives this kind of thing."""
    return any(p.kind == kind for p in (_UNKNOWN if step_type is None else step_type.outputs))


def main_port(ports: Sequence[Port]) -> Port | None:
    """The first table port: the one the step before feeds."""
    return next((p for p in ports if p.kind == "table"), None)


def find_port(ports: Sequence[Port], name: str) -> Port | None:
    """The port of this name; ``table`` also names the main one."""
    found = next((p for p in ports if p.name == name), None)
    return found or (main_port(ports) if name == MAIN else None)


def split_source(source: str) -> tuple[str, str]:
    """``split.test`` as ``("split", "test")``; a plain id has an empty second half."""
    step, _, part = source.partition(".")
    return step, part


def join_source(step: str, part: str) -> str:
    return f"{step}.{part}" if part else step


def default_source(steps: Sequence[StepNode], index: int, kind: Kind, types: StepTypes) -> str | None:
    """The nearest step before ``index`` that is switched on and gives this kind, and not aside."""
    for node in reversed(steps[:index]):
        if node.enabled and _offers(types.get(node.type), kind):
            return node.id
    return None


def _offers(step_type: type[Step] | None, kind: Kind) -> bool:
    return any(p.kind == kind and not p.aside for p in (_UNKNOWN if step_type is None else step_type.outputs))


def main_source(steps: Sequence[StepNode], index: int, types: StepTypes) -> str | None:
    """What the step at ``index`` reads through its main port, as written or by default; None for a source."""
    node = steps[index]
    port = main_port(inputs_of(types.get(node.type)))
    if port is None:
        return None
    written = node.inputs.get(port.name, node.inputs.get(MAIN))
    return written if written is not None else default_source(steps, index, "table", types)
