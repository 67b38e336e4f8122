"""Steps copied out of one pipeline and into another, as the YAML of a small pipeline."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pipelines.document import codec
from pipelines.document.edits import AddStep, Edit, EnableStep, SetInput, SetNote, SetTitle, new_id
from pipelines.document.model import PipelineDocument, StepNode
from pipelines.document.references import filled

_KEY = "session.clipboard"


def put(text: str) -> None:
    """Keep copied steps for this session's next paste."""
    st.session_state[_KEY] = text


def held() -> str:
    """The copied steps, empty when there are none."""
    return str(st.session_state.get(_KEY, ""))


def copied(document: PipelineDocument, steps: Sequence[str]) -> str:
    """The steps as YAML. Pipeline parameters come along as the values that they have now."""
    chosen = tuple(
        s.model_copy(update={"params": dict(filled(s, document.defaults)), "position": None})
        for s in document.steps
        if s.id in steps
    )
    return codec.dumps(PipelineDocument(name=document.name, steps=chosen))


def pasted(document: PipelineDocument, text: str, after: str | None) -> list[Edit]:
    """The edits that place copied steps behind ``after``, under ids that are free. DocumentError when ``text`` is none.

    An input that named another of the copied steps names its copy; one that named a step that is earlier in this
    pipeline too keeps it; any other reads the step before.
    """
    edits: list[Edit] = []
    names: dict[str, str] = {}
    earlier = document.ids if after is None else document.ids[: document.index(after) + 1]
    grown = document
    for node in codec.loads(text).steps:
        own = node.id if node.id not in grown.ids else new_id(grown, node.id)
        made = [AddStep(node.type, after, node.params, own), *_details(node, own, names, earlier)]
        for edit in made:
            grown = edit.apply(grown)
        edits += made
        names[node.id] = after = own
    return edits


def _details(node: StepNode, own: str, names: dict[str, str], earlier: Sequence[str]) -> list[Edit]:
    found: list[Edit] = []
    if node.title:
        found.append(SetTitle(own, node.title))
    if node.note:
        found.append(SetNote(own, node.note))
    if not node.enabled:
        found.append(EnableStep(own, False))
    for port, written in node.inputs.items():
        step, dot, part = written.partition(".")
        source = names.get(step) or (step if step in earlier else None)
        if source is not None:
            found.append(SetInput(own, port, f"{source}{dot}{part}"))
    return found
