"""Where the canvas shows the steps that have no position of their own: layers from the top down, in columns."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH, HEIGHT = 200, 48
GAP_X, GAP_Y = 36, 34
ROWS = 12  # a longer chain goes on in the next column


def layout(steps: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, tuple[float, float]]:
    """The upper left corner of each step, in pixels. ``edges`` lead from earlier to later steps."""
    known = set(steps)
    sources: dict[str, list[str]] = {s: [] for s in steps}
    for source, target in edges:
        if source in known and target in known:
            sources[target].append(source)
    level: dict[str, int] = {}
    for step in steps:
        level[step] = max((level[s] + 1 for s in sources[step] if s in level), default=0)
    _lower_sources(steps, sources, level)
    rows: dict[int, list[str]] = {}
    for step in steps:
        rows.setdefault(level[step], []).append(step)
    return _place(rows)


def _lower_sources(steps: Sequence[str], sources: dict[str, list[str]], level: dict[str, int]) -> None:
    """Put a step that reads nothing right above the first step that reads it, so that its edge stays short."""
    readers: dict[str, list[str]] = {}
    for target, found in sources.items():
        for source in found:
            readers.setdefault(source, []).append(target)
    for step in steps:
        if not sources[step] and readers.get(step):
            level[step] = min(level[r] for r in readers[step]) - 1


def _place(rows: dict[int, list[str]]) -> dict[str, tuple[float, float]]:
    count = max(rows, default=-1) + 1
    columns = -(-count // ROWS) if count > ROWS + 2 else 1
    per_column = -(-count // columns) if columns else 1
    widest = max((len(r) for r in rows.values()), default=1)
    column_width = widest * (WIDTH + GAP_X) + GAP_X
    places: dict[str, tuple[float, float]] = {}
    for level, row in rows.items():
        column, line = divmod(level, per_column)
        left = column * column_width - (len(row) * (WIDTH + GAP_X) - GAP_X) / 2
        for index, step in enumerate(row):
            places[step] = (left + index * (WIDTH + GAP_X), line * (HEIGHT + GAP_Y))
    return places
