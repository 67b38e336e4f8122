"""Files by address, from a server of the tests' own on loopback."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator

import pytest

from pipelines.datasets import read, web
from pipelines.errors import DatasetFileError, ForbiddenError, InputError, SekkeiError
from pipelines.settings import settings
from tests.pipelines.steps.trial import SAMPLES


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        content, status, kind = b"", 200, "text/csv"
        headers = {}
        if self.path.startswith("/cars"):
            content = (SAMPLES / "automobile_price.csv").read_bytes()
        elif self.path == "/large.csv":
            content = b"x\n" + b"1\n" * (1 << 20)
        elif self.path.startswith("/to/"):
            status, headers = 302, {"Location": self.path.removeprefix("/to/")}
        else:
            status = 404
        self.send_response(status)
        for name, value in ({"Content-Type": kind, "Content-Length": str(len(content))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def allow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    def _allow(hosts: str, **more: str) -> None:
        monkeypatch.setenv("SEKKEI_HTTP_IMPORT", hosts)
        for name, value in more.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()

    yield _allow
    monkeypatch.undo()
    settings.cache_clear()


def fetch(address: str) -> tuple[int, str]:
    with web.downloaded(address) as (path, name):
        return len(read(path, file_name=name)), name


@pytest.mark.parametrize(
    ("place", "name"), [("cars.csv?key=s", "cars.csv"), ("cars", "cars.csv"), ("to//cars.csv", "cars.csv")]
)
def test_a_listed_host_gives_its_file(port: int, allow, place: str, name: str) -> None:
    allow("example.org, 127.0.0.1")
    assert fetch(f"http://127.0.0.1:{port}/{place}") == (201, name)


def test_it_is_off_unless_set(port: int, allow) -> None:
    allow("")
    with pytest.raises(ForbiddenError, match="SEKKEI_HTTP_IMPORT"):
        fetch(f"http://127.0.0.1:{port}/cars.csv")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "0.0.0.0", "[::ffff:127.0.0.1]", "0x7f.1"],
)
def test_true_means_public_hosts_only(port: int, allow, host: str) -> None:
    allow("true")
    with pytest.raises(SekkeiError, match=r"inside this network|no such host|does not answer"):
        fetch(f"http://{host}:{port}/cars.csv")


def test_another_host_is_refused_also_behind_a_redirect(port: int, allow) -> None:
    allow("127.0.0.1")
    with pytest.raises(ForbiddenError, match="localhost is not allowed"):
        fetch(f"http://localhost:{port}/cars.csv")
    with pytest.raises(ForbiddenError, match="localhost is not allowed"):
        fetch(f"http://127.0.0.1:{port}/to/http://localhost:{port}/cars.csv")
    allow("127.0.0.1,localhost")
    with pytest.raises(ForbiddenError, match="leads on to another host"):
        fetch(f"http://127.0.0.1:{port}/to/http://localhost:{port}/cars.csv")
    with pytest.raises(InputError, match="no address"):
        fetch(f"http://127.0.0.1:{port}/to/file:///etc/passwd")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("ftp://127.0.0.1/x", "no address"),
        ("file:///etc/passwd", "no address"),
        ("http://me:secret@127.0.0.1/x", "a name or a password"),
        ("http://[", "no address"),
    ],
)
def test_other_addresses_are_refused(allow, address: str, told: str) -> None:
    allow("127.0.0.1")
    with pytest.raises(InputError, match=told) as raised:
        fetch(address)
    assert "secret" not in str(raised.value)


def test_what_is_missing_and_what_is_too_large_are_told(port: int, allow) -> None:
    allow("127.0.0.1", SEKKEI_MAX_UPLOAD_MIB="1")
    with pytest.raises(SekkeiError, match="status 404"):
        fetch(f"http://127.0.0.1:{port}/nothing.csv")
    with pytest.raises(DatasetFileError, match="more than 1 MiB"):
        fetch(f"http://127.0.0.1:{port}/large.csv")
