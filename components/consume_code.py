"""How a program asks an endpoint: the same row in each language, with the same answer."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from components.consume_programs import body, csharp, javascript, power_query, r
from components.language import _


def show(url: str, row: Mapping[str, Any], *, hint: str, describe: Callable[[], bytes], key: str) -> None:
    """Draw the address and the ways; the key itself is never shown again, so its place is named, and ``hint`` its end.

    ``describe`` gives the endpoint's OpenAPI document.
    """
    st.markdown("**" + _("Address") + "**")
    st.code(url, language=None)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        said = _("Put the endpoint's key into SEKKEI_KEY. Rows may also be sent as text/csv with a header line.")
        st.caption(said + (" " + _("The key ends in {hint}.", hint=f"`{hint}`") if hint else ""))
        st.space("stretch")
        st.download_button(
            _("OpenAPI"),
            data=describe,
            file_name="swagger.json",
            mime="application/json",
            on_click="ignore",
            icon=":material/description:",
            type="tertiary",
            key=f"{key}_openapi",
            help=_(
                "What it asks for and answers, for tools that write clients; programs find it at {url}.",
                url=swagger(url),
            ),
        )
    for tab, (language, write) in zip(st.tabs(list(WAYS), key=f"{key}_way"), WAYS.values(), strict=True):
        tab.code(write(url, row), language=language, height=420)


def swagger(url: str) -> str:
    """Where the gateway gives the endpoint's OpenAPI document to whoever has the key."""
    return url.removesuffix("invocations") + "swagger.json"


def curl(url: str, row: Mapping[str, Any]) -> str:
    """A command for a shell."""
    return (
        f"curl -X POST {shlex.quote(url)} \\\n"
        '  -H "Authorization: Bearer $SEKKEI_KEY" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        f"  -d {shlex.quote(body(row))}"
    )


def python(url: str, row: Mapping[str, Any]) -> str:
    """A program that needs nothing but Python."""
    given = ",\n".join(f"    {k!r}: {v!r}" for k, v in row.items())
    return (
        "import json\nimport os\nimport urllib.request\n\n"
        f"row = {{\n{given},\n}}\n"
        f"request = urllib.request.Request(\n    {url!r},\n"
        '    data=json.dumps({"dataframe_records": [row]}).encode(),\n'
        '    headers={\n        "Authorization": "Bearer " + os.environ["SEKKEI_KEY"],\n'
        '        "Content-Type": "application/json",\n    },\n)\n'
        "with urllib.request.urlopen(request) as answer:\n"
        '    print(json.load(answer)["predictions"])\n'
    )


WAYS: dict[str, tuple[str, Callable[[str, Mapping[str, Any]], str]]] = {
    "curl": ("bash", curl),
    "Python": ("python", python),
    "JavaScript": ("javascript", javascript),
    "C#": ("csharp", csharp),
    "R": ("r", r),
    "Power Query": ("powerquery", power_query),
}
