"""The lines shown to programmers, really run against a server that tells what it was sent."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from components import consume_code

ROW = {"make": 'O\'Neil "x" $HOME 株', "doors": 4, "price": 12.5, "turbo": True, "losses": None}


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
