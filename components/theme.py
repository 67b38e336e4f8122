"""Colours for what the theme cannot reach (the canvas is an iframe), and the little CSS it cannot express."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import streamlit as st

# What .streamlit/config.toml cannot say: narrow margins, code in text areas, captions that can be read.
CSS = (
    ".stMainBlockContainer{padding-left:1.25rem;padding-right:1.25rem}"
    "[data-testid='stCaptionContainer']{opacity:.85}"
    "button[data-selected='true'] p{color:light-dark(#2457d6,#a9c1ff)}"  # primary on its own tint
    "button[kind='tertiary']:is(:hover,:active,[aria-expanded='true']):not(:disabled)"  # the dark theme darkens these
    "{color:light-dark(#2457d6,#a9c1ff)}"
    "[class*='-mono'] textarea{font-family:'Source Code Pro',ui-monospace,monospace;font-size:12.5px;line-height:1.5;"
    "white-space:pre;overflow-wrap:normal;overflow-x:auto}"
    "[class*='st-key-'][class*='oneline']{flex-wrap:nowrap}"  # buttons stay beside a text, however long
    ".st-key-shortcuts_list code{white-space:nowrap}"
    "[data-testid='stSelectbox'] input,[data-testid='stTextInput'] input{text-overflow:ellipsis}"
    "[data-testid='stToastContainer']{top:auto!important;bottom:1rem;right:auto!important;left:50%;"
    "transform:translateX(-50%)}"  # away from the buttons at the top of a page, and from those of the problems below
    ".stCode .token:is(.string,.char,.attr-value){color:light-dark(#0b6b3a,#7fdcb4)}"  # code that can be read
    ".stCode .token:is(.keyword,.function,.builtin,.class-name,.boolean,.operator){color:light-dark(#2457d6,#a9c1ff)}"
    ".stCode .token:is(.key,.atrule,.number,.property,.constant){color:light-dark(#8f4300,#f0b37e)}"
    ".stCode .token:is(.variable,.parameter,.environment){color:light-dark(#0a6478,#7fd3e6)}"
    ".stCode .token:is(.comment){color:light-dark(#596273,#9aa5b5)}"
    "[class*='st-key-form-'][class*='-more'] button>div>[aria-hidden]{display:none}"  # the menus beside fields: quiet
    "[class*='st-key-form-'][class*='-more'] button [data-testid='stMarkdownContainer'],"  # a name for screen readers
    ".st-key-run_menu-open button [data-testid='stMarkdownContainer']"
    "{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}"
    "[class*='st-key-form-'][class*='-more'] button{padding:0 2px;min-width:0}"
)


@dataclass(frozen=True)
class Palette:
    """The colours of ``.streamlit/config.toml``, by their use; lines and gray are quieter on the canvas."""

    background: str
    surface: str
    raised: str
    text: str
    line: str
    primary: str
    edge: str
    blue: str
    green: str
    red: str
    orange: str
    violet: str
    gray: str

    def named(self) -> dict[str, str]:
        """The colours by their names, as CSS variables have them."""
        return asdict(self)

    def status(self, name: str) -> str:
        """The colour of a step's status."""
        return {
            "queued": self.violet,
            "running": self.blue,
            "done": self.green,
            "reused": self.green,
            "failed": self.red,
            "error": self.red,
            "cancelled": self.orange,
        }.get(name, self.gray)


LIGHT = Palette("#ffffff", "#ffffff", "#f4f6f9", "#1d2530", "#d3dae4", "#2457d6", "#9aa5b5",
                "#2f6fed", "#11875d", "#cf3b3b", "#c96a12", "#7a4fd0", "#aeb7c4")  # fmt: skip
DARK = Palette("#12161d", "#1b212b", "#232b37", "#dfe5ee", "#384354", "#3f6fe0", "#5b6778",
               "#6ea8ff", "#4cc38a", "#ff7b7b", "#f0a35e", "#b393ff", "#566173")  # fmt: skip


def is_dark() -> bool:
    """Whether the visitor sees the dark theme."""
    return st.context.theme.type == "dark"


def palette() -> Palette:
    """The colours of the visitor's theme."""
    return DARK if is_dark() else LIGHT
