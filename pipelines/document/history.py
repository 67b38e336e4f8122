"""Undo and redo of a document while it is edited."""

from __future__ import annotations

from pipelines.document.edits import Edit
from pipelines.document.model import PipelineDocument

LIMIT = 200


class History:
    """The documents before and after the present one.

    Edits in a row with the same merge key (a slider moved, a title typed) are undone together; ``seal()`` ends such a
    row. At most ``limit`` edits are kept.
    """

    def __init__(self, document: PipelineDocument, limit: int = LIMIT) -> None:
        self.document = document
        self._limit = limit
        self._before: list[tuple[PipelineDocument, str]] = []
        self._after: list[tuple[PipelineDocument, str]] = []
        self._merge_key: str | None = None

    def apply(self, edit: Edit) -> PipelineDocument:
        """Make the edit. One that changes nothing is not remembered, and leaves what can be redone."""
        changed = edit.apply(self.document)
        if changed == self.document:
            return self.document
        if edit.merge_key is None or edit.merge_key != self._merge_key:
            self._before.append((self.document, edit.describe()))
            del self._before[: -self._limit]
        elif self._before:
            self._before[-1] = (self._before[-1][0], edit.describe())
        self._after.clear()
        self._merge_key = edit.merge_key
        self.document = changed
        return changed

    def undo(self) -> PipelineDocument:
        """Back to before the last edit; the same document when there is none."""
        if self._before:
            document, text = self._before.pop()
            self._after.append((self.document, text))
            self.document = document
        self._merge_key = None
        return self.document

    def redo(self) -> PipelineDocument:
        """Forward again; the same document when nothing was undone."""
        if self._after:
            document, text = self._after.pop()
            self._before.append((self.document, text))
            self.document = document
        self._merge_key = None
        return self.document

    def seal(self) -> None:
        """The next edit is one of its own, whatever its merge key."""
        self._merge_key = None

    @property
    def undo_text(self) -> str | None:
        """What ``undo`` takes back, in words; None when there is nothing."""
        return self._before[-1][1] if self._before else None

    @property
    def redo_text(self) -> str | None:
        """What ``redo`` does again, in words; None when there is nothing."""
        return self._after[-1][1] if self._after else None
