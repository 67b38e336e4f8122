"""The pipeline as a picture: streamlit-flow-component, kept still.

The browser answers everything Python draws with an event of its own, and its clock decides which of two pictures is
newer. So Python draws anew only when its picture differs from the browser's, and reads each event once, before
anything is drawn (``pull``). Positions belong to the document; the browser only reports a drag.
"""

from __future__ import annotations

import html
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit_flow import streamlit_flow
from streamlit_flow.elements import StreamlitFlowEdge, StreamlitFlowNode
from streamlit_flow.layouts import ManualLayout
from streamlit_flow.state import StreamlitFlowState

from components import theme
from components.canvas_layout import HEIGHT, WIDTH, layout
from components.language import _
from components.step_view import StepView
from pipelines.document.edits import Edit, PlaceStep, SetInput
from pipelines.document.model import PipelineDocument
from pipelines.graph.order import Graph, Node

TITLE = "streamlit_flow.streamlit_flow"  # the iframe's
KEYS = """
export default function({data}){
  const frame=document.querySelector(`iframe[title="${data.frame}"]`);
  if(!frame||frame.dataset.keys)return;
  frame.dataset.keys='1';
  const listen=()=>frame.contentWindow?.addEventListener('keydown',e=>{
    if(e.key.startsWith('Arrow')&&!e.altKey||e.key==='Tab')return;
    const {key,code,keyCode,ctrlKey,metaKey,shiftKey,altKey}=e;
    document.body.dispatchEvent(new KeyboardEvent('keydown',
      {key,code,keyCode,ctrlKey,metaKey,shiftKey,altKey,bubbles:true,cancelable:true}))});
  listen();frame.addEventListener('load',listen);
}
"""
_keys = st.components.v2.component(
    "sekkei_canvas_keys", html="<span></span>", js=KEYS
)  # shortcuts work inside the iframe too
MOVED = 1.0  # pixels; less is the browser's rounding


@dataclass(frozen=True)
class Intent:
    """What the visitor did on the canvas: selected a step, or made an edit."""

    select: str | None = None
    edit: Edit | None = None


@dataclass
class _Shown:
    """What the browser shows, as far as Python knows."""

    picture: Any = None
    positions: dict[str, tuple[float, float]] = field(default_factory=dict)
    steps: frozenset[str] = frozenset()
    selected: str | None = None
    sent: int = 0
    seen: int = 0
    fitted: bool = False
    pipeline: str = ""


def pull(graph: Graph, *, key: str) -> Intent | None:
    """What happened on the canvas since it was drawn, once. Call it before anything is drawn."""
    shown: _Shown = st.session_state.setdefault(f"{key}.shown", _Shown())
    value = st.session_state.get(key)
    if not value or value["timestamp"] <= shown.seen:
        return None
    shown.seen = value["timestamp"]
    chosen = value["selectedId"]
    if chosen is None:
        return _dragged(value, shown)
    if chosen.startswith("st-flow-edge_"):
        return _connected(value, chosen, graph, shown)
    if ">" in chosen:
        chosen = chosen.rpartition(">")[2].partition(".")[0]
    else:
        shown.selected = chosen  # the browser shows this selection already
    return Intent(select=chosen) if chosen in graph.document.ids else None


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
    """Draw the steps and what they read. What happens on the canvas gives ``on_intent``, and the page is drawn anew.

    The browser answers every picture, and most answers say nothing new: they cost a run of this part alone.
    """

    def part() -> None:
        intent = pull(graph, key=key)
        if intent is not None and (intent.edit is not None or intent.select != selected):
            on_intent(intent)
            st.rerun()
        _draw(document, graph, steps, selected=selected, pipeline=pipeline, key=key, height=height)

    st.fragment(part, key=f"{key}.part")()


def _draw(
    document: PipelineDocument,
    graph: Graph,
    steps: Sequence[StepView],
    *,
    selected: str | None,
    pipeline: str,
    key: str,
    height: int,
) -> None:
    shown: _Shown = st.session_state.setdefault(f"{key}.shown", _Shown())
    if shown.pipeline != pipeline:
        shown.pipeline, shown.picture, shown.fitted = pipeline, None, False
    if not steps:
        shown.picture, shown.fitted = None, False
        with st.container(border=True, height=height, key=f"{key}.box"):
            st.caption(_("Each step appears here, with lines from what it reads."))
        return
    colours = theme.palette()
    edges = _edges(graph, steps, colours)
    positions = _positions(document, graph)
    picture = (tuple(steps), tuple(sorted(e.id for e in edges)), theme.is_dark(), tuple(positions.items()))
    if picture != shown.picture or selected != shown.selected:
        shown.picture, shown.selected = picture, selected
        shown.positions = positions
        shown.sent = max(int(time.time() * 1000), shown.seen) + 1  # always above the browser's own last time
    fit = not shown.fitted or shown.steps != frozenset(positions)
    shown.steps = frozenset(positions)
    nodes = [_node(s, positions[s.id], s.id == selected, colours, first=i == 0) for i, s in enumerate(steps)]
    with st.container(gap=None, key=f"{key}.box"):
        streamlit_flow(
            key,
            StreamlitFlowState(nodes, edges, timestamp=shown.sent),
            layout=ManualLayout(),
            fit_view=fit,  # only for other steps than before: it moves the visitor's view
            height=height,
            get_node_on_click=True,
            get_edge_on_click=True,
            allow_new_edges=True,
            min_zoom=0.2,
            hide_watermark=True,
        )
        _keys(key=f"{key}.keys", data={"frame": TITLE})
    shown.fitted = True


def _dragged(value: dict[str, Any], shown: _Shown) -> Intent | None:
    """A drag, if exactly one step stands elsewhere; anything else is an echo of what Python drew."""
    now = {n["id"]: (float(n["position"]["x"]), float(n["position"]["y"])) for n in value["nodes"]}
    if now.keys() != shown.positions.keys():
        return None
    moved = [
        i
        for i, (x, y) in now.items()
        if abs(x - shown.positions[i][0]) > MOVED or abs(y - shown.positions[i][1]) > MOVED
    ]
    if len(moved) != 1:
        return None
    step = moved[0]
    x, y = round(now[step][0]), round(now[step][1])
    shown.positions = shown.positions | {step: (float(x), float(y))}
    if shown.picture is not None:  # the browser shows it there already
        shown.picture = (*shown.picture[:3], tuple(shown.positions.items()))
    shown.selected = step  # the browser marks what is dragged
    return Intent(select=step, edit=PlaceStep(step, x, y))


def _connected(value: dict[str, Any], chosen: str, graph: Graph, shown: _Shown) -> Intent | None:
    shown.picture = None  # the browser has drawn an edge of its own; draw ours in its place
    made = next((e for e in value["edges"] if e["id"] == chosen), None)
    if made is None or made["source"] not in graph or made["target"] not in graph or made["source"] == made["target"]:
        return None
    port = port_for(graph.node(made["source"]), graph.node(made["target"]))
    return Intent(edit=SetInput(made["target"], port, made["source"])) if port else None


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


def _edges(graph: Graph, steps: Sequence[StepView], colours: theme.Palette) -> list[StreamlitFlowEdge]:
    running = {s.id for s in steps if s.status == "running"}
    made = []
    for node in graph.nodes:
        ports = {p.name: p for p in (node.step_type.inputs if node.step_type else ())}
        tables = [p for p in ports.values() if p.kind == "table"]
        for name, edge in node.edges.items():
            model = name in ports and ports[name].kind == "model"
            label = (
                edge.part or edge.output or (name if not model and len(tables) > 1 and name != tables[0].name else "")
            )
            made.append(
                StreamlitFlowEdge(
                    f"{edge.step}.{edge.part or edge.output}>{node.id}.{name}",
                    edge.step,
                    node.id,
                    animated=node.id in running,
                    label=label,
                    label_show_bg=bool(label),
                    label_style={"fontSize": "10px", "fill": colours.text},
                    label_bg_style={"fill": colours.background},
                    style={"stroke": colours.violet if model else colours.edge, "strokeWidth": 1.5},
                )
            )
    return made


def _node(
    step: StepView, at: tuple[float, float], selected: bool, colours: theme.Palette, *, first: bool
) -> StreamlitFlowNode:
    title, below = _plain(step.title), _plain(step.summary or step.category)
    badge = (
        f'<em style="color:{colours.red}">{step.errors}</em>'
        if step.errors
        else (f'<em style="color:{colours.orange}">{step.warnings}</em>' if step.warnings else "")
    )
    facts = f"<i>{_plain(step.detail)}</i>" if step.detail else ""
    style = f"<style>{_css(colours)}</style>" if first else ""
    return StreamlitFlowNode(
        id=step.id,
        pos=at,
        data={"content": f'{style}<div class="sk"><b>{title}</b>{badge}<div><small>{below}</small>{facts}</div></div>'},
        source_position="bottom",
        target_position="top",
        selectable=True,
        connectable=True,
        deletable=False,  # Backspace would take it out of the browser's picture and not tell Python
        selected=selected,
        style={  # always given: the component's default is one dict shared by all
            "width": f"{WIDTH}px",
            "padding": "0",
            "textAlign": "left",
            "fontSize": "12px",
            "background": colours.surface,
            "color": colours.text,
            "borderWidth": "1px 1px 1px 4px",
            "borderStyle": "solid",
            "borderColor": f"{colours.line} {colours.line} {colours.line} {colours.status(step.status)}",
            "borderRadius": "7px",
            "opacity": "1" if step.enabled else ".45",
        },
    )


def _plain(text: str) -> str:
    """Text that neither Markdown nor HTML reads anything into."""
    return "".join(c if c.isalnum() or c in " ,." else f"&#{ord(c)};" for c in html.unescape(text)[:60])


@cache
def _font() -> str:
    """The address of Streamlit's own font, seen from the component's page."""
    folder = Path(st.__file__).parent / "static" / "static" / "media"
    found = next(iter(sorted(folder.glob("SourceSansVF-Upright*.woff2"))), None)
    return f"../../static/media/{found.name}" if found else ""


def _css(c: theme.Palette) -> str:
    """The iframe's own look, which no argument of the component reaches."""
    return (
        f"@font-face{{font-family:'Source Sans';src:url('{_font()}') format('woff2');font-weight:200 900}}"
        "body{font-family:'Source Sans',system-ui,sans-serif}"
        f".react-flow{{border:1px solid {c.line};border-radius:6px;box-sizing:border-box}}"
        f".react-flow__node .markdown-node{{padding:0;height:{HEIGHT - 2}px;overflow:hidden}}"
        ".markdown-node .sk,.markdown-node .sk *{margin:0}"
        ".sk{position:relative;padding:6px 9px 0 9px;line-height:17px}"
        ".sk b,.sk small,.sk i{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}"
        ".sk b{display:block;font-weight:600;font-size:13px;line-height:17px;padding-right:14px}"
        ".sk div{display:flex;gap:8px;font-size:11.5px;line-height:15px}"
        ".sk small{flex:1 1 20px;min-width:20px;opacity:.72;font-size:inherit}"
        ".sk i{flex:0 1 auto;font-style:normal;font-variant-numeric:tabular-nums;opacity:.85}"
        ".sk em{position:absolute;right:9px;top:6px;font-style:normal;font-weight:700;font-size:12px}"
        f".react-flow__node.selected{{box-shadow:0 0 0 2px {c.primary} !important}}"
        f".react-flow__node:hover{{box-shadow:0 2px 8px rgb(0 0 0/.18)}}"
        f".react-flow__handle{{width:8px;height:8px;background:{c.surface};border:1.5px solid {c.edge}}}"
        f".react-flow__handle:hover{{background:{c.primary};border-color:{c.primary}}}"
        f".react-flow__controls{{box-shadow:none;border:1px solid {c.line};border-radius:6px;overflow:hidden}}"
        f".react-flow__controls-button{{background:{c.surface};border-bottom:1px solid {c.line};fill:{c.text}}}"
        f".react-flow__controls-button:hover{{background:{c.raised}}}"
        ".react-flow__controls-interactive{display:none}"
        f".react-flow__background pattern circle{{fill:{c.line}}}"
    )
