"""Programs that ask an endpoint, in the languages of those who build on it: each sends the same request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def javascript(url: str, row: Mapping[str, Any]) -> str:
    """A module for Node 18 or newer, which needs nothing else."""
    return (
        f"const body = {body(row)};\n\n"
        f"const answer = await fetch({json.dumps(url)}, {{\n"
        '  method: "POST",\n  headers: {\n'
        '    Authorization: "Bearer " + process.env.SEKKEI_KEY,\n'
        '    "Content-Type": "application/json",\n  },\n'
        "  body: JSON.stringify(body),\n});\n"
        "if (!answer.ok) throw new Error(await answer.text());\n"
        "console.log((await answer.json()).predictions);\n"
    )


def csharp(url: str, row: Mapping[str, Any]) -> str:
    """A program for .NET 7 or newer, which needs nothing else."""
    return (
        "using System;\nusing System.Net.Http;\nusing System.Net.Http.Headers;\nusing System.Text;\n\n"
        f'var body = """\n{body(row)}\n""";\n\n'
        "using var client = new HttpClient();\n"
        "client.DefaultRequestHeaders.Authorization =\n"
        '    new AuthenticationHeaderValue("Bearer", Environment.GetEnvironmentVariable("SEKKEI_KEY"));\n'
        'using var content = new StringContent(body, Encoding.UTF8, "application/json");\n'
        f"using var answer = await client.PostAsync({json.dumps(url)}, content);\n"
        "var text = await answer.Content.ReadAsStringAsync();\n"
        "if (!answer.IsSuccessStatusCode) throw new Exception(text);\n"
        "Console.WriteLine(text);\n"
    )


def r(url: str, row: Mapping[str, Any]) -> str:
    """A script for R 4 or newer with httr2."""
    text = body(row)
    dashes = next("-" * n for n in range(1000) if f"){'-' * n}" + '"' not in text)
    return (
        f'library(httr2)\n\nbody <- r"{dashes}({text}){dashes}"\n\n'
        f"answer <- request({json.dumps(url)}) |>\n"
        '  req_auth_bearer_token(Sys.getenv("SEKKEI_KEY")) |>\n'
        '  req_body_raw(body, type = "application/json") |>\n'
        "  req_perform()\n\n"
        "print(resp_body_json(answer, simplifyVector = TRUE)$predictions)\n"
    )


def power_query(url: str, row: Mapping[str, Any]) -> str:
    """A query for Excel and Power BI; any table with these columns can stand for ``Rows``."""
    names = ", ".join(map(_m, row))
    values = ", ".join(map(_m, row.values()))
    return (
        'let\n    Key = "…",\n'
        f"    Rows = #table(\n        {{{names}}},\n        {{{{{values}}}}}\n    ),\n"
        f"    Answer = Web.Contents({_m(url)}, [\n"
        '        Headers = [#"Authorization" = "Bearer " & Key, #"Content-Type" = "application/json"],\n'
        "        Content = Json.FromValue([dataframe_records = Table.ToRecords(Rows)])\n    ]),\n"
        "    Predictions = Table.FromRecords(Json.Document(Answer)[predictions])\n"
        "in\n    Predictions\n"
    )


def body(row: Mapping[str, Any]) -> str:
    """The request's body."""
    return json.dumps({"dataframe_records": [dict(row)]}, ensure_ascii=False, indent=1)


def _m(value: Any) -> str:
    """A value as Power Query's language writes it."""
    if isinstance(value, Mapping):
        return "[" + ", ".join(f"#{_m(str(n))} = {_m(v)}" for n, v in value.items()) + "]"
    if isinstance(value, list | tuple):
        return "{" + ", ".join(map(_m, value)) + "}"
    if not isinstance(value, str):
        return json.dumps(value)
    text = value.replace("#(", "#(#)(").replace('"', '""')
    return '"' + text.replace("\r", "#(cr)").replace("\n", "#(lf)").replace("\t", "#(tab)") + '"'
