"""All problems of a kind, each by its own fix."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipelines.document.model import PipelineDocument
from pipelines.graph.diagnostic import Diagnostic

MOST = 200  # fixes; a fix that brings another problem of its kind would go on for ever


def mended(
    document: PipelineDocument, code: str, diagnose: Callable[[PipelineDocument], Sequence[Diagnostic]]
) -> PipelineDocument:
    """``document`` with every problem of the kind ``code`` that has a fix fixed.

    One after the other: what a fix changes, the next one has to see, such as two columns that one step leaves out.
    """
    tried: set[tuple[str | None, str]] = set()
    while len(tried) < MOST:
        left = (d for d in diagnose(document) if d.code == code and d.edits and (d.step, d.message) not in tried)
        found = next(left, None)
        if found is None:
            break
        tried.add((found.step, found.message))
        for edit in found.edits:
            document = edit.apply(document)
    return document
