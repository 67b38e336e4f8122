"""What a step changed: its rows and columns on the sample, beside those that it read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components import wording
from components.language import _, said
from components.markdown import escaped
from pipelines.graph.order import Graph
from pipelines.table import Table

ADDED, RETYPED, LISTED = "＋", "↻", 6


@dataclass(frozen=True)
class Changes:
    """Names of columns by what became of them; ``retyped``: name, type before, type after; ``rows``: more or fewer."""

    added: tuple[str, ...]
    dropped: tuple[str, ...]
    retyped: tuple[tuple[str, str, str], ...]
    rows: int

    @property
    def marks(self) -> dict[str, str]:
        """A sign for each column that is there and changed."""
        return dict.fromkeys(self.added, ADDED) | {name: RETYPED for name, _, _ in self.retyped}


def input_of(graph: Graph, step: str, tables: Mapping[str, Table]) -> Table | None:
    """The sample rows that a step reads at its main input."""
    main = graph.node(step).main if step in graph else None
    return tables.get(main.source) if main is not None else None


def between(before: Table, after: Table) -> Changes:
    """What changed from one table to the next."""
    then = {c.name: c.type.value for c in before.schema}
    now = {c.name: c.type.value for c in after.schema}
    return Changes(
        tuple(n for n in now if n not in then),
        tuple(n for n in then if n not in now),
        tuple((n, then[n], t) for n, t in now.items() if n in then and then[n] != t),
        len(after.frame) - len(before.frame),
    )


def in_words(changes: Changes) -> str:
    """The changes as Markdown, each kind in its colour; empty when there are none."""
    parts = []
    if changes.added:
        added = _("{columns} added", columns=_columns(changes.added))
        parts.append(f":green[{ADDED} {added}]")
    if changes.dropped:
        dropped = _("{columns} dropped", columns=_columns(changes.dropped))
        parts.append(f":red[− {dropped}]")
    if changes.retyped:
        named = [
            _("{name} from {before} to {after}", name=n, before=said(was), after=said(now))
            for n, was, now in changes.retyped
        ]
        parts.append(f":violet[{RETYPED} {_listed(named)}]")
    if changes.rows:
        rows = wording.rows(abs(changes.rows))
        text = _("{rows} added", rows=rows) if changes.rows > 0 else _("{rows} dropped", rows=rows)
        parts.append(f":orange[{text}]")
    return "  ·  ".join(parts)


def _columns(names: Sequence[str]) -> str:
    return _listed(names) if len(names) <= LISTED else wording.columns(len(names))


def _listed(names: Sequence[str]) -> str:
    first, more = escaped(", ".join(names[:LISTED])), len(names) - LISTED
    return _("{names} and {count} more", names=first, count=more) if more > 0 else first
