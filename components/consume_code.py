"""How a program asks an endpoint: the same row by curl and by Python, with the same answer."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

import streamlit as st

from components.language import _


def show(url: str, row: Mapping[str, Any], *, key: str) -> None:
    """Draw the address and the two ways; the key itself is never shown again, so its place is named."""
    st.markdown("**" + _("Address") + "**")
    st.code(url, language=None)
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**curl**")
        st.code(curl(url, row), language="bash", height=420)
    with right:
        st.markdown("**Python**")
        st.code(python(url, row), language="python", height=420)
    st.caption(_("Put the endpoint's key into SEKKEI_KEY. Rows may also be sent as text/csv with a header line."))


def curl(url: str, row: Mapping[str, Any]) -> str:
    """A command for a shell."""
    body = json.dumps({"dataframe_records": [dict(row)]}, ensure_ascii=False, indent=1)
    return (
        f"curl -X POST {shlex.quote(url)} \\\n"
        '  -H "Authorization: Bearer $SEKKEI_KEY" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        f"  -d {shlex.quote(body)}"
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
