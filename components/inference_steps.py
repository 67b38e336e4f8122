"""An inference pipeline's steps as they are shown: in the list, and as a picture of boxes and lines."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

import streamlit as st

from components import canvas_layout, record_table, step_summary, theme
from components.canvas_layout import HEIGHT, WIDTH
from components.language import N_, _, said
from components.record_table import Heading, cell
from pipelines.document.model import PipelineDocument
from pipelines.graph.order import Graph, Node
from pipelines.inference.derive import resolve_derived
from pipelines.inference.steps import FittedState
from pipelines.steps.base import Behaviour
from pipelines.steps.library import STEP_TYPES

CSS = """
:host{display:block}
.box{display:flex;justify-content:center;align-items:center;box-sizing:border-box;
 border:1px solid var(--st-border-color);border-radius:6px;font-family:var(--st-font);overflow:hidden}
g{cursor:pointer}g:hover rect:first-child{filter:brightness(.97)}
"""
JS = """
export default function({parentElement,data,setTriggerValue}){
  const box=parentElement.querySelector('.box');
  box.style.height=data.height+'px';box.setAttribute('aria-label',data.label);
  box.innerHTML=data.svg;
  box.querySelectorAll('g[data-id]').forEach(g=>{g.onclick=()=>setTriggerValue('open',g.dataset.id)});
}
"""
_component = st.components.v2.component(
    "sekkei_inference_picture", html="<div class='box' role='img'></div>", css=CSS, js=JS
)
HEADINGS = [Heading(N_("Step"), wide=True, sortable=False), Heading(N_("State"), quiet=True, sortable=False)]
MARGIN = 20
FITS = 25  # half-width characters of a title that a box holds
STATES = {
    "source": N_("input"),
    "kept": N_("as it is"),
    "fitted": N_("learned"),
    "model": N_("trained"),
    "score": N_("asks the model"),
    "output": N_("output"),
}


@dataclass(frozen=True)
class Shown:
    """A step as drawn: its title, what it does in a line, and how it stands in the pipeline."""

    id: str
    title: str
    summary: str
    state: str


def shown(document: PipelineDocument) -> list[Shown]:
    """The steps of an inference pipeline in their order."""
    return [_shown(node) for node in resolve_derived(document).nodes]


def _shown(node: Node) -> Shown:
    step = node.step
    title, summary = node.node.title or said(node.title), ""
    if isinstance(step, FittedState):
        known = STEP_TYPES.get(step.of)
        title = node.node.title or (said(known.title) if known else step.of)
    elif step is not None and node.behaviour not in (Behaviour.TRAIN, Behaviour.SCORE):
        summary = step_summary.summary(step)
    return Shown(node.id, title, summary, _state(node))


def _state(node: Node) -> str:
    if isinstance(node.step, FittedState):
        return "fitted"
    return {
        Behaviour.SOURCE: "source",
        Behaviour.TRAIN: "model",
        Behaviour.SCORE: "score",
        Behaviour.SINK: "output",
    }.get(node.behaviour or Behaviour.ROW_WISE, "kept")


def listed(steps: Sequence[Shown], *, selected: str | None, key: str, height: int) -> str | None:
    """Draw the list; the step that the visitor has just chosen."""
    rows = {s.id: [cell(s.title, note=s.summary[:40], hint=s.summary), cell(_(STATES[s.state]))] for s in steps}
    return record_table.show(HEADINGS, rows, label=_("Steps"), selected=selected, key=key, height=height).opened


def picture(
    document: PipelineDocument, steps: Sequence[Shown], *, selected: str | None, key: str, height: int
) -> str | None:
    """Draw the steps and what they read; the step that the visitor has just chosen."""
    data = {
        "svg": svg(resolve_derived(document), steps, selected, theme.palette()),
        "label": _("The steps in order: {steps}", steps=", ".join(s.title for s in steps)),
        "height": height,
    }
    found = _component(key=key, data=data, on_open_change=lambda: None, height="content")
    opened = getattr(found, "open", None)
    return opened if opened in document.ids else None


def svg(graph: Graph, steps: Sequence[Shown], selected: str | None, palette: theme.Palette) -> str:
    """The picture: boxes from the top down, the trained model beside the step that asks it."""
    edges = [(edge.step, node.id, name) for node in graph.nodes for name, edge in node.edges.items()]
    at = canvas_layout.layout([s.id for s in steps], [(a, b) for a, b, _name in edges])
    left, top = min(x for x, _y in at.values()) - MARGIN, min(y for _x, y in at.values()) - MARGIN
    wide = max(x for x, _y in at.values()) + WIDTH + MARGIN - left
    high = max(y for _x, y in at.values()) + HEIGHT + MARGIN - top
    lines = "".join(_line(at[a], at[b], palette, model=name == "model") for a, b, name in edges)
    boxes = "".join(_box(s, at[s.id], s.id == selected, palette) for s in steps)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top} {wide} {high}" width="{1.3 * wide:.0f}" '
        f'height="{1.3 * high:.0f}" style="max-width:100%;max-height:100%">{lines}{boxes}</svg>'
    )


def _line(source: tuple[float, float], target: tuple[float, float], palette: theme.Palette, *, model: bool) -> str:
    x1, y1, x2, y2 = source[0] + WIDTH / 2, source[1] + HEIGHT, target[0] + WIDTH / 2, target[1]
    bend = max(12, abs(y2 - y1) / 2)
    return (
        f'<path d="M{x1:.0f} {y1:.0f}C{x1:.0f} {y1 + bend:.0f} {x2:.0f} {y2 - bend:.0f} {x2:.0f} {y2:.0f}" '
        f'fill="none" stroke="{palette.violet if model else palette.edge}" stroke-width="1.5"/>'
    )


def _box(step: Shown, at: tuple[float, float], selected: bool, palette: theme.Palette) -> str:
    x, y = at
    colour = {
        "source": palette.green,
        "output": palette.green,
        "model": palette.violet,
        "score": palette.violet,
        "fitted": palette.blue,
    }.get(step.state, palette.gray)
    edge = palette.primary if selected else palette.line
    title, below = _cut(step.title), _cut(step.summary or _(STATES[step.state]), 32)
    box = f'width="{WIDTH}" height="{HEIGHT}" rx="7" fill="{palette.surface}" stroke="{edge}"'
    return (
        f'<g data-id="{step.id}"><rect x="{x}" y="{y}" {box} stroke-width="{2 if selected else 1}"/>'
        f'<rect x="{x}" y="{y + 7}" width="4" height="{HEIGHT - 14}" rx="2" fill="{colour}"/>'
        f'<text x="{x + 13}" y="{y + 20}" font-size="13" font-weight="600" fill="{palette.text}">{title}</text>'
        f'<text x="{x + 13}" y="{y + 37}" font-size="11.5" fill="{palette.text}" opacity=".72">{below}</text></g>'
    )


def _cut(text: str, room: int = FITS) -> str:
    """The text as XML, cut to ``room`` half-width characters."""
    used, kept = 0, ""
    for character in text:
        used += 2 if east_asian_width(character) in "WF" else 1
        if used > room:
            return html.escape(kept) + "…"
        kept += character
    return html.escape(kept)
