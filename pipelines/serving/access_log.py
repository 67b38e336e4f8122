"""The access log of an endpoint: one JSON line a request, with how it went and nothing of what was in it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from logging import LogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path

from pipelines.workspace import Home

MAX_BYTES = 10_000_000
KEPT = 5
_BLOCK = 64 * 1024


@dataclass(frozen=True)
class Access:
    """One request. ``deployment`` is empty, and ``rows`` None, where it was refused before they were known."""

    time: datetime
    id: str
    deployment: str
    status: int
    rows: int | None
    milliseconds: float


@dataclass
class AccessLogs:
    """The access logs of a workspace's endpoints. Whoever writes is one process, whoever reads any."""

    home: Home
    _open: dict[str, _File] = field(default_factory=dict)

    def write(self, endpoint: str, access: Access) -> None:
        """Append a line; a disk that is full costs the line, not the request."""
        file = self._open.get(endpoint)
        if file is None:
            file = self._open[endpoint] = _File(self.path(endpoint), maxBytes=MAX_BYTES, backupCount=KEPT)
        line = vars(access) | {"time": access.time.isoformat(timespec="milliseconds")}
        file.line(json.dumps(line, ensure_ascii=False))

    def read(self, endpoint: str, limit: int = 100) -> list[Access]:
        """The last requests, newest first."""
        found = []
        for line in self._lines(endpoint):
            with contextlib.suppress(ValueError, TypeError):
                found.append(_read(line))
            if len(found) >= limit:
                break
        return found

    def since(self, endpoint: str, moment: datetime) -> Iterator[Access]:
        """The requests from ``moment`` on, newest first."""
        for line in self._lines(endpoint):
            with contextlib.suppress(ValueError, TypeError):
                access = _read(line)
                if access.time < moment:
                    return
                yield access

    def path(self, endpoint: str) -> Path:
        """The newest file; earlier ones are beside it, numbered."""
        return self.home.logs / f"access-{endpoint}.jsonl"

    def close(self) -> None:
        for file in self._open.values():
            file.close()
        self._open.clear()

    def _lines(self, endpoint: str) -> Iterator[bytes]:
        """Every line that is kept, the last first."""
        newest = self.path(endpoint)
        for path in (newest, *(newest.with_name(f"{newest.name}.{n}") for n in range(1, KEPT + 1))):
            with contextlib.suppress(OSError):
                yield from _backwards(path)


class _File(RotatingFileHandler):
    def __init__(self, path: Path, **options: int) -> None:
        super().__init__(path, encoding="utf-8", delay=True, **options)  # type: ignore[arg-type]

    def line(self, text: str) -> None:
        self.handle(LogRecord("access", 20, "", 0, text, None, None))

    def handleError(self, record: LogRecord) -> None:  # noqa: N802 - logging's own name
        """A line that cannot be written is let go."""


def _read(line: bytes) -> Access:
    values = json.loads(line)
    return Access(**values | {"time": datetime.fromisoformat(values["time"]).astimezone(UTC)})


def _backwards(path: Path) -> Iterator[bytes]:
    """The lines of a file from its end, read in blocks."""
    with path.open("rb") as file:
        at, rest = file.seek(0, 2), b""
        while at > 0:
            size = min(_BLOCK, at)
            at -= size
            file.seek(at)
            lines = (file.read(size) + rest).split(b"\n")
            rest = lines[0]
            yield from (line for line in reversed(lines[1:]) if line)
        if rest:
            yield rest
