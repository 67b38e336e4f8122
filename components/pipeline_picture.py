"""A pipeline as a small picture: its steps as blocks coloured by category, what reads what as lines."""

from __future__ import annotations

import html
from base64 import b64encode

import streamlit as st

from components import canvas_layout
from components.canvas_layout import GAP_X, GAP_Y, HEIGHT, WIDTH
from components.theme import Palette
from pipelines.document.model import PipelineDocument
from pipelines.graph.order import Node, resolve
from pipelines.steps.base import Behaviour

MARGIN = 24
LEAST = 8  # steps that the width is measured for, so that blocks of shorter pipelines are not larger


def show(document: PipelineDocument, palette: Palette, *, height: int, label: str) -> None:
    """Draw the picture, as wide as its place at most; ``label`` says what it shows."""
    data = b64encode(svg(document, palette).encode()).decode()
    st.html(
        f'<img src="data:image/svg+xml;base64,{data}" alt="{html.escape(label)}" '
        f'style="display:block;height:{height}px;max-width:100%">'
    )


def svg(document: PipelineDocument, palette: Palette) -> str:
    """The picture, from left to right."""
    graph = resolve(document)
    edges = [(edge.step, node.id) for node in graph.nodes for edge in node.edges.values()]
    places = canvas_layout.layout([n.id for n in graph.nodes], edges, columns=False)
    at = {
        step: (2 * HEIGHT * y / (HEIGHT + GAP_Y), 1.5 * HEIGHT * x / (WIDTH + GAP_X)) for step, (x, y) in places.items()
    }
    left, top = min(x for x, _ in at.values()), min(y for _, y in at.values())
    right, bottom = max(x for x, _ in at.values()) + HEIGHT, max(y for _, y in at.values()) + HEIGHT
    right = max(right, left + LEAST * 2 * HEIGHT)
    box = f"{left - MARGIN} {top - MARGIN} {right - left + 2 * MARGIN} {bottom - top + 2 * MARGIN}"
    lines = "".join(_line(at[a], at[b], palette) for a, b in edges)
    blocks = "".join(_block(at[n.id], n, palette) for n in graph.nodes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" preserveAspectRatio="xMinYMid meet">'
        f"{lines}{blocks}</svg>"
    )


def _line(source: tuple[float, float], target: tuple[float, float], palette: Palette) -> str:
    (x1, y1), (x2, y2) = source, target
    x1, y1, y2 = x1 + HEIGHT, y1 + HEIGHT / 2, y2 + HEIGHT / 2
    bend = (x2 - x1) / 2
    return (
        f'<path d="M{x1:.0f} {y1:.0f}C{x1 + bend:.0f} {y1:.0f} {x2 - bend:.0f} {y2:.0f} {x2:.0f} {y2:.0f}" '
        f'fill="none" stroke="{palette.edge}" stroke-width="4"/>'
    )


def _block(place: tuple[float, float], node: Node, palette: Palette) -> str:
    x, y = place
    return f'<rect x="{x:.0f}" y="{y:.0f}" width="{HEIGHT}" height="{HEIGHT}" rx="12" fill="{_colour(node, palette)}"/>'


def _colour(node: Node, palette: Palette) -> str:
    match node.behaviour:
        case Behaviour.SOURCE | Behaviour.SINK:
            return palette.green
        case Behaviour.SPLIT:
            return palette.orange
        case Behaviour.TRAIN | Behaviour.SCORE:
            return palette.violet
        case Behaviour.EVALUATE:
            return palette.red
        case _:
            return palette.blue
