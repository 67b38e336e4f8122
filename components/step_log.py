"""What a run told of one step, as lines with their times."""

from __future__ import annotations

from collections.abc import Sequence

from components.wording import count, duration
from pipelines.jobs import JobEvent


def lines(events: Sequence[JobEvent], step: str) -> list[str]:
    """Every event of ``step``: when it began, how it went on, how it ended and why."""
    found = []
    for event in events:
        text = str(event.data.get("text", ""))
        if event.kind == "step" and event.step == step:
            said = _change(event)
        elif text == step or text.startswith(f"{step}: "):
            said = text.removeprefix(step).removeprefix(": ")
        else:
            continue
        if said:
            found.append(f"{event.at.astimezone():%H:%M:%S}  {said}")
    return found


def _change(event: JobEvent) -> str:
    data = event.data
    state = str(data.get("status", ""))
    parts = [state]
    if state == "done":
        parts.append(duration(float(data.get("seconds") or 0)))
    if state in ("done", "reused") and data.get("rows") is not None:
        parts.append(f"{count(data['rows'], 'row')}, {count(data.get('columns') or 0, 'column')}")
    parts += [str(data[n]) for n in ("message", "fix") if data.get(n)]
    parts += [str(n) for n in data.get("notes") or ()]
    if data.get("reason"):
        parts.append(f"not reused: {data['reason']}")
    return ", ".join(parts)
