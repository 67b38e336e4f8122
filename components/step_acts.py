"""What can be done with steps in the list or by a shortcut, as edits; several steps are one edit to undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from components import step_clipboard
from pipelines.document.edits import DuplicateStep, Edit, EnableStep, MoveStep, RemoveStep
from pipelines.document.model import PipelineDocument


@dataclass(frozen=True)
class Together(Edit):
    """Several edits that are undone as one. ``text`` says what they do together."""

    edits: tuple[Edit, ...]
    text: str

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        for edit in self.edits:
            document = edit.apply(document)
        return document

    def describe(self) -> str:
        return self.text


@dataclass(frozen=True)
class Replaced(Edit):
    """Another document in the place of this one."""

    document: PipelineDocument
    text: str

    def apply(self, document: PipelineDocument) -> PipelineDocument:
        return self.document

    def describe(self) -> str:
        return self.text


def joined(edits: Sequence[Edit], text: str = "") -> Edit | None:
    """The edits as one; None when there are none. ``text``: default, what the first of them does."""
    if len(edits) < 2:
        return edits[0] if edits else None
    return Together(tuple(edits), text or f"{edits[0].describe()}, and {len(edits) - 1} more")


def edit_of(act: str, steps: Sequence[str], document: PipelineDocument, *, to: int | None = None) -> Edit | None:
    """The edit that ``act`` on ``steps`` means; None where it would change nothing.

    Args:
        act: ``up``, ``down``, ``move`` (to the place ``to``), ``duplicate``, ``power``, ``remove``.
        steps: ids; those that are not in the document are passed by.
    """
    ids = [s for s in document.ids if s in steps]
    if not ids:
        return None
    several = f"{len(ids)} steps"
    match act:
        case "up" if document.index(ids[0]) > 0:
            return joined([MoveStep(s, document.index(s) - 1) for s in ids], f"Move {several} up")
        case "down" if document.index(ids[-1]) < len(document.steps) - 1:
            return joined([MoveStep(s, document.index(s) + 1) for s in reversed(ids)], f"Move {several} down")
        case "move" if to is not None:
            return MoveStep(ids[0], to)
        case "duplicate" if len(ids) == 1:
            return DuplicateStep(ids[0])
        case "duplicate":
            copies = step_clipboard.pasted(document, step_clipboard.copied(document, ids), ids[-1])
            return joined(copies, f"Duplicate {several}")
        case "power":
            enabled = not any(document.step(s).enabled for s in ids)
            return joined([EnableStep(s, enabled) for s in ids], f"Switch {several} {'on' if enabled else 'off'}")
        case "remove":
            return joined([RemoveStep(s) for s in ids], f"Remove {several}")
    return None
