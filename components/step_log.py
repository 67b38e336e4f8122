"""What a run told of one step, as lines with their times."""

from __future__ import annotations

from collections.abc import Sequence

from components import status
from components.language import _, said
from components.wording import columns, duration, listed, rows
from pipelines.jobs import JobEvent
from pipelines.messages import from_plain


def lines(events: Sequence[JobEvent], step: str) -> list[str]:
    """Every event of ``step``: when it began, how it went on, how it ended and why."""
    found = []
    for event in events:
        text = from_plain(event.data.get("text", ""))
        if event.kind == "step" and event.step == step:
            words = _change(event)
        elif text == step or text.startswith(f"{step}: "):
            words = said(text).removeprefix(step).removeprefix(": ")
        else:
            continue
        if words:
            found.append(f"{event.at.astimezone():%H:%M:%S}  {words}")
    return found


def _change(event: JobEvent) -> str:
    data = event.data
    state = str(data.get("status", ""))
    parts = [status.word(state).lower()] if state else []
    if state == "done":
        parts.append(duration(float(data.get("seconds") or 0)))
    if state in ("done", "reused") and data.get("rows") is not None:
        parts += [rows(data["rows"]), columns(data.get("columns") or 0)]
    parts += [said(from_plain(data[n])) for n in ("message", "fix") if data.get(n)]
    parts += [said(from_plain(n)) for n in data.get("notes") or ()]
    if data.get("reason"):
        parts.append(_("not reused: {text}", text=said(from_plain(data["reason"]))))
    return listed(parts)
