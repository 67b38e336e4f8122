"""What can be done with steps in the list or by a shortcut, as edits; several steps are one edit to undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from components import step_clipboard
from pipelines.document.edits import DuplicateStep, Edit, EnableStep, MoveStep, RemoveStep
from pipelines.document.model import PipelineDocument
from pipelines.messages import _, ngettext


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
    return Together(
        tuple(edits), text or _("{first}, and {count} more", first=edits[0].describe(), count=len(edits) - 1)
    )


def paste_text(count: int) -> str:
    """What pasting so many steps is called."""
    return ngettext("Paste {count} step", "Paste {count} steps", count)


def edit_of(act: str, steps: Sequence[str], document: PipelineDocument, *, to: int | None = None) -> Edit | None:
    """The edit that ``act`` on ``steps`` means; None where it would change nothing.

    Args:
        act: ``up``, ``down``, ``move`` (to the place ``to``), ``duplicate``, ``power``, ``remove``.
        steps: ids; those that are not in the document are passed by.
    """
    ids = [s for s in document.ids if s in steps]
    if not ids:
        return None
    several = len(ids)  # the texts below are of two or more: one step is told by its own edit
    match act:
        case "up" if document.index(ids[0]) > 0:
            return joined(
                [MoveStep(s, document.index(s) - 1) for s in ids], _("Move {several} steps up", several=several)
            )
        case "down" if document.index(ids[-1]) < len(document.steps) - 1:
            return joined(
                [MoveStep(s, document.index(s) + 1) for s in reversed(ids)],
                _("Move {several} steps down", several=several),
            )
        case "move" if to is not None:
            return MoveStep(ids[0], to)
        case "duplicate" if len(ids) == 1:
            return DuplicateStep(ids[0])
        case "duplicate":
            copies = step_clipboard.pasted(document, step_clipboard.copied(document, ids), ids[-1])
            return joined(copies, _("Duplicate {several} steps", several=several))
        case "power":
            enabled = not any(document.step(s).enabled for s in ids)
            text = (
                _("Switch {several} steps on", several=several)
                if enabled
                else _("Switch {several} steps off", several=several)
            )
            return joined([EnableStep(s, enabled) for s in ids], text)
        case "remove":
            return joined([RemoveStep(s) for s in ids], _("Remove {several} steps", several=several))
    return None
