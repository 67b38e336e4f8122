"""The pipeline as a picture: streamlit-flow-component, kept still.

The component draws where steps stand and what they read, and gets a new picture only when one of the two changed: that
costs it all of its drawing. What steps say, their status and the selection are written into the picture that is there
(``canvas_bridge``). Positions belong to the document; the browser only reports a drag.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from streamlit_flow import streamlit_flow
from streamlit_flow.elements import StreamlitFlowEdge, StreamlitFlowNode
from streamlit_flow.layouts import ManualLayout
from streamlit_flow.state import StreamlitFlowState

from components import canvas_bridge, theme, wording
from components.canvas_layout import HEIGHT, WIDTH, layout
from components.language import _, said
from components.step_acts import joined
from components.step_view import StepView
from pipelines import messages
from pipelines.document.edits import Edit, PlaceStep, SetInput
from pipelines.document.model import PipelineDocument
from pipelines.graph.order import Edge, Graph, Node

FARTHEST = 0.2  # how small the visitor may make the picture, to see the whole of a long pipeline
Places = Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Intent:
    """What the visitor did on the canvas: selected a step, or made an edit, or both."""

    select: str | None = None
    edit: Edit | None = None


@dataclass
class Shown:
    """What the browser shows. ``revision`` grows with every new picture; ``places``: where the steps stand in it."""

    pipeline: str = ""
    lines: tuple[Any, ...] | None = None
    places: Places = field(default_factory=dict)
    state: StreamlitFlowState | None = None
    fit: bool = True
    revision: int = 0


def show(
    document: PipelineDocument,
    graph: Graph,
    steps: Sequence[StepView],
    *,
    selected: str | None,
    pipeline: str,
    key: str,
    on_intent: Callable[[Intent], None],
    height: int = 500,
) -> None:
    """Draw the steps and what they read. What happens on the canvas gives ``on_intent``."""
    shown: Shown = st.session_state.setdefault(f"{key}.shown", Shown())
    if not steps:
        shown.pipeline = ""
        with st.container(border=True, height=height, key=f"{key}.box"):
            st.caption(_("Each step appears here, with lines from what it reads."))
        return

    def heard(event: Mapping[str, Any]) -> None:
        intent = intent_of(event, graph, shown)
        if intent is not None:
            on_intent(intent)

    colours = theme.palette()
    state = picture(shown, document, graph, pipeline, colours)
    with st.container(gap=None, key=f"{key}.box"):
        streamlit_flow(
            key,
            state,
            layout=ManualLayout(),
            fit_view=shown.fit,
            height=height,
            get_node_on_click=True,
            get_edge_on_click=True,
            allow_new_edges=True,
            min_zoom=FARTHEST,
            hide_watermark=True,
        )
        canvas_bridge.show(
            [_words(s, colours) for s in steps],
            selected=selected,
            colours=colours.named(),
            key=f"{key}.bridge",
            on_event=heard,
        )


def intent_of(event: Mapping[str, Any], graph: Graph, shown: Shown) -> Intent | None:
    """What an event of the bridge means."""
    match event:
        case {"moved": [*moves]}:
            places = {i: (round(x), round(y)) for i, (x, y) in moves if i in graph.document.ids}
            shown.places = {**shown.places, **{i: (float(x), float(y)) for i, (x, y) in places.items()}}  # seen there
            edit = joined(
                [PlaceStep(i, x, y) for i, (x, y) in places.items()],
                messages._("Move {several} steps on the canvas", several=len(places)),
            )
            return Intent(next(iter(places)) if len(places) == 1 else None, edit) if edit is not None else None
        case {"connect": [source, target]}:
            shown.state = None  # the browser has drawn a line of its own; ours takes its place
            if source not in graph or target not in graph or source == target:
                return None
            port = port_for(graph.node(source), graph.node(target))
            return Intent(edit=SetInput(target, port, source)) if port else None
        case {"select": str(chosen)}:
            step = chosen.rpartition(">")[2].partition(".")[0]  # of a line, the step it leads to
            return Intent(select=step) if step in graph.document.ids else None
    return None


def picture(
    shown: Shown, document: PipelineDocument, graph: Graph, pipeline: str, colours: theme.Palette
) -> StreamlitFlowState:
    """The picture that the browser shows, or a new one where it must change."""
    places, edges = _positions(document, graph), _edges(graph, colours)
    lines = (colours, tuple((e.id, e.label) for e in edges))
    known = shown.state if shown.pipeline == pipeline else None
    if known is None or lines != shown.lines or places != shown.places:
        # Other steps than before are fitted into the view, unless the visitor has chosen a view of their own.
        shown.fit = shown.pipeline != pipeline or places.keys() != shown.places.keys()
        shown.pipeline, shown.lines, shown.places = pipeline, lines, places
        shown.revision += 1
        nodes = [_node(s, places[s]) for s in document.ids]
        shown.state = StreamlitFlowState(nodes, edges, timestamp=shown.revision)
    assert shown.state is not None
    return shown.state


def port_for(source: Node, target: Node) -> str | None:
    """The input that a connection drawn from ``source`` to ``target`` means: of its kind, a free one first."""
    kinds = {p.kind for p in source.step_type.outputs} if source.step_type else {"table"}
    ports = [p for p in (target.step_type.inputs if target.step_type else ()) if p.kind in kinds]
    models = [p for p in ports if p.kind == "model"]
    ports = models or ports
    reading = [p for p in ports if (e := target.edges.get(p.name)) is not None and e.step == source.id]
    free = [p for p in ports if p.name not in target.edges]
    return next((p.name for p in (*reading, *free, *ports)), None)


def _positions(document: PipelineDocument, graph: Graph) -> dict[str, tuple[float, float]]:
    pairs = [(e.step, n.id) for n in graph.nodes for e in n.edges.values()]
    found = layout(document.ids, pairs)
    return {s.id: s.position or found[s.id] for s in document.steps}


def _edges(graph: Graph, colours: theme.Palette) -> list[StreamlitFlowEdge]:
    made = []
    for node in graph.nodes:
        ports = {p.name: p for p in (node.step_type.inputs if node.step_type else ())}
        tables = [p for p in ports.values() if p.kind == "table"]
        for name, edge in node.edges.items():
            model = name in ports and ports[name].kind == "model"
            further = not model and len(tables) > 1 and name != tables[0].name
            label = _said_of(edge) or (said(name.replace("_", " ")) if further else "")
            made.append(
                StreamlitFlowEdge(
                    f"{edge.step}.{edge.part or edge.output}>{node.id}.{name}",
                    edge.step,
                    node.id,
                    label=label,
                    label_show_bg=bool(label),
                    label_style={"fontSize": "10px", "fill": colours.text},
                    label_bg_style={"fill": colours.background},
                    style={"stroke": colours.violet if model else colours.edge, "strokeWidth": 1.5},
                )
            )
    return made


def _said_of(edge: Edge) -> str:
    """Which part or table of a step is read, where it gives several."""
    if edge.part:
        return {"train": _("training rows"), "test": _("test rows")}.get(edge.part, edge.part)
    return wording.further_table(edge.output) if edge.output else ""


def _node(step: str, at: tuple[float, float]) -> StreamlitFlowNode:
    return StreamlitFlowNode(
        id=step,
        pos=at,
        data={"content": ""},
        source_position="bottom",
        target_position="top",
        selectable=True,
        connectable=True,
        deletable=False,  # Backspace would take it out of the browser's picture and not tell Python
        style={"width": f"{WIDTH}px", "height": f"{HEIGHT}px", "padding": "0"},
    )


def _words(step: StepView, colours: theme.Palette) -> dict[str, Any]:
    return {
        "id": step.id,
        "title": step.title,
        "below": step.summary or step.category,
        "detail": step.detail,
        "errors": step.errors,
        "warnings": step.warnings,
        "enabled": step.enabled,
        "status": step.status,
        "colour": colours.status(step.status),
    }
