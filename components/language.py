"""The language a visitor reads: chosen by the browser, or by the switch; every text on a page goes through here."""

from __future__ import annotations

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import streamlit as st
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from pipelines import messages

LANGUAGES = {"en": "English", "ja": "日本語"}
LOCALE = Path(__file__).parent / "locale"
_CHOSEN = "language.chosen"


def _(template: str, /, **values: Any) -> str:
    """A text of a page in the visitor's language; ``values`` fill the template's braces, as ``str.format`` does."""
    return said(messages.Message(template, values))


def ngettext(one: str, many: str, /, count: int, **values: Any) -> str:
    """A text about a number of things in the visitor's language: ``ngettext("{count} row", "{count:,} rows", n)``."""
    return said(messages.ngettext(one, many, count=count, **values))


def said(text: str) -> str:
    """What the engine says (a message, a step's title, a parameter's description) in the visitor's language."""
    return messages.translated(text, catalogue(current()))


def current() -> str:
    """The language of this session: as chosen, else the first of the browser's that there is, else English."""
    chosen = st.session_state.get(_CHOSEN) or st.query_params.get("language") or st.context.locale or "en"
    code = str(chosen).partition("-")[0].lower()
    return code if code in LANGUAGES else "en"


def choose(language: str) -> None:
    """Make this the session's language."""
    st.session_state[_CHOSEN] = language


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The texts of a language; English needs none."""
    file = LOCALE / language / "LC_MESSAGES" / "sekkei.po"
    if not file.is_file():
        return gettext.NullTranslations()
    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
