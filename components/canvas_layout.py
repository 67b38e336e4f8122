"""Where the canvas shows the steps that have no position of their own: layers from the top down, in columns."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH, HEIGHT = 200, 48
GAP_X, GAP_Y = 36, 24
PANE = (520, 460)  # of the canvas in a window 1280 wide, within its margins; a chain too long for it goes on beside it
READABLE = 0.6  # of the size of its text; a smaller picture has more columns
LARGEST = 1.0  # a short pipeline is not blown up: its text is that of the list


def layout(
    steps: Sequence[str], edges: Sequence[tuple[str, str]], *, columns: bool = True
) -> dict[str, tuple[float, float]]:
    """The upper left corner of each step, in pixels. ``edges`` lead from earlier to later steps.

    ``columns``: a long chain goes on beside itself.
    """
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
    return _place(rows, columns)


def _lower_sources(steps: Sequence[str], sources: dict[str, list[str]], level: dict[str, int]) -> None:
    """Put a step that reads nothing right above the first step that reads it, so that its edge stays short."""
    readers: dict[str, list[str]] = {}
    for target, found in sources.items():
        for source in found:
            readers.setdefault(source, []).append(target)
    for step in steps:
        if not sources[step] and readers.get(step):
            level[step] = min(level[r] for r in readers[step]) - 1


def _place(rows: dict[int, list[str]], columns: bool) -> dict[str, tuple[float, float]]:
    widest = max((len(r) for r in rows.values()), default=1)
    column_width = widest * (WIDTH + GAP_X) + GAP_X
    count = max(rows, default=0) + 1
    per_column = _per_column(count, column_width) if columns else count
    places: dict[str, tuple[float, float]] = {}
    for level, row in rows.items():
        column, line = divmod(level, per_column)
        left = column * column_width - (len(row) * (WIDTH + GAP_X) - GAP_X) / 2
        for index, step in enumerate(row):
            places[step] = (left + index * (WIDTH + GAP_X), line * (HEIGHT + GAP_Y))
    return places


def _per_column(count: int, width: int) -> int:
    """How many of ``count`` layers stand in a column of this width: the fewest columns that can be read, if any can."""

    def scale(columns: int) -> float:
        return min(1.0, PANE[0] / (columns * width), PANE[1] / (-(-count // columns) * (HEIGHT + GAP_Y)))

    choices = range(1, count + 1)
    return -(-count // next((c for c in choices if scale(c) >= READABLE), max(choices, key=scale)))
