"""A problem found before anything runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pipelines.document.edits import Edit
from pipelines.messages import Joined

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Diagnostic:
    """What is wrong, where, and what to do.

    ``message`` is a whole sentence that names the step as the analyst sees it; ``fix`` says what to do. ``edits``,
    applied in their order to the document, do it in one click; empty where only the analyst can decide.
    """

    code: str
    severity: Severity
    message: str
    step: str | None = None
    parameter: str | None = None
    fix: str = ""
    edits: tuple[Edit, ...] = ()

    def __str__(self) -> str:
        return Joined([self.message, self.fix])

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "code": self.code,
            "severity": self.severity,
            "step": self.step,
            "parameter": self.parameter,
            "message": self.message,
            "fix": self.fix,
            "edits": [e.to_dict() for e in self.edits],
        }
