"""The lines shown to programmers, really run against a server that tells what it was sent."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from components import consume_code
from components.consume_programs import csharp, javascript, power_query, r

ROW = {"make": 'O\'Neil "x" $HOME 株', "doors": 4, "price": 12.5, "turbo": True, "losses": None}
ODD = ROW | {"a #(lf) b": "two\nlines\tand #(cr)", "end": "(x)-", "x)-": '""', "y": ')-"', "list": [1, [-2.5e-7]]}


class _Echo(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        answer = json.dumps({"predictions": [{"sent": body, "key": self.headers["authorization"]}]}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/endpoints/car-price/invocations"
        server.shutdown()


def _run(command: list[str]) -> str:
    environment = {"SEKKEI_KEY": "sk_1", "PATH": "/usr/bin:/bin", "no_proxy": "*"}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment, timeout=60).stdout


def test_the_python_lines_send_the_row_and_the_key(url: str) -> None:
    printed = _run([sys.executable, "-c", consume_code.python(url, ROW)])
    assert eval(printed) == [{"sent": {"dataframe_records": [ROW]}, "key": "Bearer sk_1"}]


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_the_curl_line_sends_the_same(url: str) -> None:
    printed = _run(["bash", "-c", consume_code.curl(url, ROW) + " --silent"])
    assert json.loads(printed)["predictions"] == [{"sent": {"dataframe_records": [ROW]}, "key": "Bearer sk_1"}]


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node here")
def test_the_javascript_lines_send_the_same(url: str) -> None:
    program = javascript(url, ROW).replace("console.log(", "console.log(JSON.stringify(").rstrip(";\n") + ");"
    node = str(shutil.which("node"))
    printed = _run([node, "--input-type=module", "-e", program])
    assert json.loads(printed) == [{"sent": {"dataframe_records": [ROW]}, "key": "Bearer sk_1"}]


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="there is no R here")
def test_the_r_lines_can_be_run(url: str) -> None:
    if subprocess.run(["Rscript", "-e", "library(httr2)"], capture_output=True).returncode:
        pytest.skip("R has no httr2 here")
    assert "sk_1" in _run(["Rscript", "-e", r(url, ROW)])


def test_c_sharp_and_r_hold_the_same_request() -> None:
    address = "http://127.0.0.1/endpoints/car-price/invocations"
    for program, opening, closing in (
        (csharp(address, ODD), '"""\n', '\n"""'),
        (r(address, ODD), 'r"--(', ')--"'),
    ):
        text = program.split(opening)[1].split(closing)[0]
        assert json.loads(text) == {"dataframe_records": [ODD]}
        assert json.dumps(address) in program


def test_power_query_holds_the_same_row() -> None:
    program = power_query("http://127.0.0.1/", ODD)
    names, values = program.split("#table(\n")[1].split("\n    ),")[0].split(",\n")
    assert _read_m(names.strip()) == list(ODD)
    assert _read_m(values.strip()) == [list(ODD.values())]


def _read_m(text: str) -> Any:
    """Lists and plain values of Power Query's language."""
    marks = {"#(lf)": "\n", "#(cr)": "\r", "#(tab)": "\t", "#(#)": "#"}

    def one(found: re.Match[str]) -> str:
        if found[0][0] != '"':
            return {"{": "[", "}": "]"}[found[0]]
        inner = re.sub(r"#\((lf|cr|tab|#)\)", lambda m: marks[m[0]], found[0][1:-1].replace('""', '"'))
        return json.dumps(inner)

    return json.loads(re.sub(r'"(?:[^"]|"")*"|[{}]', one, text))
