"""The language of a visitor; and that no text of the pages goes around it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components import language, wording

ROOT = Path(__file__).parents[2]
SOURCES = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py")), *sorted((ROOT / "components").rglob("*.py"))]
SHOWING = {
    "badge", "bars", "button", "caption", "checkbox", "dialog", "download_button", "empty", "error", "expander",
    "file_uploader", "form_submit_button", "info", "Heading", "link_button", "markdown", "menu_button", "metric",
    "multiselect", "number_input", "page_link", "pills", "popover", "progress", "radio", "row", "section",
    "segmented_control", "selectbox", "slider", "spinner", "subheader", "success", "tabs", "tell", "text", "text_area",
    "text_input", "toast", "toggle", "warning", "Column", "NumberColumn", "TextColumn", "ask",
}  # fmt: skip
TEXTS = {"help", "placeholder", "label", "alt", "alt_text", "empty", "note", "hint", "title", "page_title"}
KEPT = {"MLflow", "CSV", "Parquet", "YAML", "Sekkei", "customer-churn", "format: 1\nname: ...", "Language · 言語",
        "**curl**", "SELECT …", "**Python**", "UTC"}  # fmt: skip
MARKUP = re.compile(r":material/\w+:|:[a-z]+(?:-badge)?\[|<style>.*")
IN_JAVASCRIPT = re.compile(
    r"(?:\.title|\.placeholder|\.textContent|aria-label',|el\('\w+','\w*',)\s*=?\s*[`'\"][A-Z][a-z]+"
)


@pytest.mark.parametrize("file", SOURCES, ids=lambda f: f.relative_to(ROOT).as_posix())
def test_no_text_is_shown_that_no_language_can_say(file: Path) -> None:
    source = file.read_text("utf-8")
    missed = [f"line {line}: {text!r}" for line, text in _plain_texts(ast.parse(source))]
    assert not missed
    assert not IN_JAVASCRIPT.findall(source)
    assert not re.findall(r"f\"[^\"]*\{(?:_|ngettext)\(", source), "the collector does not look into f-strings"


def test_a_text_that_no_language_can_say_is_found() -> None:
    source = 'st.caption("No rows.")\nst.button(_("Go"), help=f"{n} rows" if n else "none")\nst.markdown("**" + name)'
    assert [t for _line, t in _plain_texts(ast.parse(source))] == ["No rows.", " rows", "none"]


def test_the_language_is_the_addresss_and_stays_with_the_session() -> None:
    at = AppTest.from_string("from components import language\nlanguage.follow()\nimport streamlit as st\n"
                             "st.text(language.current())\nlanguage.switch(key='language')")  # fmt: skip
    assert at.run().text[0].value == "en"
    at.query_params["language"] = "ja-JP"
    assert at.run().text[0].value == "ja"
    del at.query_params["language"]  # another page has an address of its own
    assert at.run().text[0].value == "ja"
    assert at.query_params["language"] == "ja"


def test_a_language_that_is_not_there_is_english() -> None:
    at = AppTest.from_string("from components import language\nimport streamlit as st\nst.text(language.current())")
    at.query_params["language"] = "xx"
    assert at.run().text[0].value == "en"


def test_dates_are_written_as_the_language_does(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = datetime(2026, 11, 25, 9, 5, tzinfo=UTC)
    assert wording.when(moment) == "25 Nov 2026, 09:05 UTC"
    monkeypatch.setattr(wording, "current", lambda: "ja")
    assert wording.date(moment) == "2026/11/25"


def test_a_name_that_the_visitor_gave_is_not_translated() -> None:
    assert language.shown(language.N_("Rows")) == "Rows"
    assert language.shown("Rows") == "Rows"


def _plain_texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Literals with words in them that are shown as they stand, with their lines."""
    shown = [n for n in getattr(tree, "body", ()) if getattr(n, "name", "") != "example"]  # those are for tests
    for call in (c for n in shown for c in ast.walk(n)):
        if not isinstance(call, ast.Call) or getattr(getattr(call.func, "value", None), "id", "") == "log":
            continue
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if name in SHOWING and call.args:
            yield from _literals(call.args[0])
        for keyword in call.keywords:
            if keyword.arg in TEXTS and name not in ("_", "ngettext", "row"):
                yield from _literals(keyword.value)


def _literals(node: ast.expr) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Constant(value=str(text)):
            if text not in KEPT and re.search(r"[A-Za-z]{3,}", MARKUP.sub("", text)) and "/" not in text:
                yield node.lineno, text
        case ast.JoinedStr(values=values) | ast.BoolOp(values=values):
            for each in values:
                yield from _literals(each)
        case ast.IfExp(body=body, orelse=other):
            yield from _literals(body)
            yield from _literals(other)
        case ast.BinOp(left=left, right=right):
            yield from _literals(left)
            yield from _literals(right)
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            for each in elements:
                yield from _literals(each)
