"""The language a visitor reads: chosen by the browser, or by the switch; every text on a page goes through here."""

from __future__ import annotations

import gettext
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import streamlit as st
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pipelines import messages
from pipelines.messages import Message

LANGUAGES = {"en": "English", "ja": "日本語"}
LOCALES = {"en": "en_GB", "ja": "ja_JP"}  # how dates are written
DATES = {"en": "yMMMd", "ja": "yMd"}
LOCALE = Path(__file__).parent / "locale"
_CHOSEN = "language.chosen"
_CURRENT = "language.current"
_PARAMETER = "language"

JS = "export default function({data}){document.documentElement.lang=data.language}"
_settled: ContextVar[str] = ContextVar("language", default="")
"""As in the session's state, which takes longer to read: a run asks for each of its texts, in a thread of its own."""

_document = st.components.v2.component("sekkei_language", html="<span></span>", js=JS)


def _(template: str, /, **values: Any) -> str:
    """A text of a page in the visitor's language; ``values`` fill the template's braces, as ``str.format`` does."""
    return said(Message(template, values))


def ngettext(one: str, many: str, /, count: int, **values: Any) -> str:
    """A text about a number of things in the visitor's language: ``ngettext("{count} row", "{count:,} rows", n)``."""
    return said(messages.ngettext(one, many, count=count, **values))


def N_(template: str, /) -> str:  # noqa: N802 - gettext's own name for it
    """A text that stands before there is a visitor, as in a module's table; ``said`` puts it into a language."""
    return Message(template)


def said(text: str, language: str = "") -> str:
    """What the engine says (a message, a step's title, a parameter's description) in the visitor's language."""
    language = language or current()
    return str(text) if language == "en" else messages.translated(text, catalogue(language))


def shown(text: str) -> str:
    """A message in the visitor's language; any other text, such as a name that the visitor gave, as it is."""
    return said(text) if isinstance(text, Message) else text


def current() -> str:
    """The language of this session: as chosen, else the first of the browser's that there is, else English."""
    if get_script_run_ctx(suppress_warning=True) is None:  # nobody reads: a test, or the server starting
        return "en"
    return _settled.get() or st.session_state.get(_CURRENT) or _first()


def choose(language: str) -> None:
    """Make this the session's language, and tell it in the page's address, which a reload asks for."""
    st.session_state[_CHOSEN] = language
    _settle(language)
    if st.query_params.get(_PARAMETER) != language:
        st.query_params[_PARAMETER] = language


def follow() -> None:
    """Settle the language of this run, before anything is drawn. app.py calls it."""
    wanted = st.session_state.get(_CHOSEN) or _asked(st.query_params.get(_PARAMETER))
    if wanted is not None:
        choose(wanted)  # another page has another address
    else:
        _settle(_first())


def _settle(language: str) -> None:
    st.session_state[_CURRENT] = language
    _settled.set(language)


def switch(*, key: str) -> None:
    """Draw the menu of languages, and tell the browser which one the page is in."""

    def picked() -> None:
        if found := st.session_state.get(key):
            choose(found)

    language = current()
    st.menu_button(
        LANGUAGES[language],
        list(LANGUAGES),
        key=key,
        format_func=LANGUAGES.__getitem__,
        icon=":material/translate:",
        type="tertiary",
        help="Language · 言語",
        on_click=picked,
    )
    _document(key=f"{key}.document", data={"language": language}, height="content")


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


def _first() -> str:
    return _asked(st.query_params.get(_PARAMETER)) or _asked(st.context.locale) or "en"


def _asked(text: Any) -> str | None:
    """The language that a wish such as ``ja-JP`` means, if there is one."""
    code = str(text or "").partition("-")[0].lower()
    return code if code in LANGUAGES else None
