"""Samples of what endpoints were asked and answered, kept on this machine: one JSON line a row.

The gateway offers each answered request and goes on; a thread of its own takes them apart and writes, a little later,
when the answer has left. What it cannot keep up with is dropped and counted.
"""

from __future__ import annotations

import contextlib
import json
import logging
import random
import shutil
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.settings import settings
from pipelines.workspace import Home

MOST_WAITING = 1000
MOST_WAITING_BYTES = 32 * 2**20
LONGEST = 4 * 2**20  # of a request or an answer; longer ones are dropped
ROWS_EACH = 100
FILE_BYTES = 64 * 2**20
LATER_SECONDS = 0.1
LEAVE_SECONDS = 5.0

_logger = logging.getLogger(__name__)
_chance = random.Random()  # noqa: S311 - which rows of a long request are kept, no secret


@dataclass(frozen=True)
class Sample:
    """One row as the model was asked it, and its prediction. ``number``: which row of its request, from 1."""

    time: datetime
    id: str
    deployment: str
    model: str
    row: dict[str, Any]
    prediction: dict[str, Any]
    number: int | None = None


@dataclass(frozen=True)
class Answered:
    """An answered request as it went to the model server and came back."""

    endpoint: str
    time: datetime
    id: str
    deployment: str
    model: str
    asked: bytes
    content: bytes

    @property
    def size(self) -> int:
        return len(self.asked) + len(self.content)


@dataclass
class Sampler:
    """Keeps samples of the endpoints of a workspace. One process writes; with ``limit`` 0 nothing is kept."""

    home: Home
    limit: int = field(default_factory=lambda: settings().monitor_rows)
    _waiting: deque[Answered] = field(default_factory=deque)
    _bytes: int = 0
    _dropped: dict[str, int] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None
    _closed: threading.Event = field(default_factory=threading.Event)

    def offer(self, answered: Answered) -> None:
        """Have an answered request sampled, soon and elsewhere; dropped and counted where too many wait."""
        if not self.limit:
            return
        with self._changed:
            full = len(self._waiting) >= MOST_WAITING or self._bytes + answered.size > MOST_WAITING_BYTES
            if full or self._closed.is_set() or max(len(answered.asked), len(answered.content)) > LONGEST:
                self._dropped[answered.endpoint] = self._dropped.get(answered.endpoint, 0) + 1
                return
            self._waiting.append(answered)
            self._bytes += answered.size
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="samples", daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Write what waits, and end; takes a few seconds at most."""
        with self._changed:
            self._closed.set()
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(LEAVE_SECONDS)

    def _work(self) -> None:
        while self._wait():
            self._closed.wait(LATER_SECONDS)
            with self._changed:
                taken, self._waiting, self._bytes = self._waiting, deque(), 0
            for answered in taken:
                with self._changed:
                    dropped = self._dropped.pop(answered.endpoint, 0)
                try:
                    self._write(answered, dropped)
                except Exception:  # a disk that is full costs the sample, and no other one
                    _logger.exception("A sample of endpoint %s could not be kept.", answered.endpoint)

    def _wait(self) -> bool:
        """Wait for something to write; False when there is none to come."""
        with self._changed:
            while not self._waiting and not self._closed.is_set():
                self._changed.wait()
            return bool(self._waiting)

    def _write(self, answered: Answered, dropped: int) -> None:
        head = {"time": answered.time.isoformat(timespec="milliseconds"), "id": answered.id}
        head |= {"deployment": answered.deployment, "model": answered.model}
        lines: list[dict[str, Any]] = [{"time": head["time"], "dropped": dropped}] if dropped else []
        lines += [head | {"row": row, "prediction": p, "number": n} for n, row, p in _pairs(answered)]
        if not lines:
            return
        path = place(self.home, answered.endpoint)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if answered.endpoint not in self._counts:
            _mend(path)
            self._counts[answered.endpoint] = _count(path)
        size = path.stat().st_size if path.exists() else 0
        if not size:
            self._counts[answered.endpoint] = 0
        if self._counts[answered.endpoint] + len(lines) > self.limit or size > FILE_BYTES:
            path.replace(_earlier(path)) if size else None
            self._counts[answered.endpoint] = 0
        count = self._counts.pop(answered.endpoint)  # known again once all is written
        with path.open("ab") as file:
            file.write("".join(json.dumps(line) + "\n" for line in lines).encode())
        self._counts[answered.endpoint] = count + len(lines)


@dataclass(frozen=True)
class Sampled:
    """The samples of an endpoint, the oldest first, and how many requests were dropped meanwhile."""

    samples: list[Sample]
    dropped: int


def read(home: Home, endpoint: str, since: datetime, limit: int | None) -> Sampled:
    """The newest ``limit`` samples of an endpoint, or all, from ``since`` on."""
    newest = place(home, endpoint)
    found: deque[Sample] = deque(maxlen=limit)
    dropped = 0
    for line in (*_lines(_earlier(newest)), *_lines(newest)):
        with contextlib.suppress(ValueError, TypeError, KeyError):
            values = json.loads(line)
            values["time"] = datetime.fromisoformat(values["time"]).astimezone(UTC)
            if values["time"] < since:
                continue
            if "dropped" in values:
                dropped += values["dropped"]
            else:
                found.append(Sample(**values))
    return Sampled(list(found), dropped)


def forget(home: Home, endpoint: str) -> None:
    """Delete the samples of an endpoint, and the true values that were given for them."""
    shutil.rmtree(truth_folder(home, endpoint), ignore_errors=True)
    newest = place(home, endpoint)
    for path in (newest, _earlier(newest)):
        path.unlink(missing_ok=True)


def place(home: Home, endpoint: str) -> Path:
    """The newest file; an earlier one is beside it."""
    return home.root / "samples" / f"{endpoint}.jsonl"


def truth_folder(home: Home, endpoint: str) -> Path:
    """Where true values that were given for an endpoint are kept."""
    return home.root / "samples" / f"{endpoint}.truth"


def _earlier(newest: Path) -> Path:
    return newest.with_name(f"{newest.name}.1")


def _pairs(answered: Answered) -> list[tuple[int, dict[str, Any], dict[str, Any]]]:
    """Rows with their numbers and predictions; of a long request some, chosen by chance; none in an unknown form."""
    try:
        table, predictions = json.loads(answered.asked)["dataframe_split"], json.loads(answered.content)["predictions"]
        names, data = table["columns"], table["data"]
    except (ValueError, KeyError, TypeError):
        return []
    if not isinstance(predictions, list) or len(predictions) != len(data):
        return []
    every = range(len(data))
    chosen = every if len(data) <= ROWS_EACH else sorted(_chance.sample(every, ROWS_EACH))
    return [(i + 1, dict(zip(names, data[i], strict=True)), _prediction(predictions[i])) for i in chosen]


def _prediction(given: Any) -> dict[str, Any]:
    return given if isinstance(given, dict) else {"Scored Labels": given}


def _mend(path: Path) -> None:
    """Take off a line that a killed process, or a full disk, left unfinished: the next one would be lost with it."""
    if not path.exists():
        return
    with path.open("rb+") as file:
        size = sum(len(line) for line in file if line.endswith(b"\n"))
        file.truncate(size)


def _count(path: Path) -> int:
    return sum(1 for _line in _lines(path))


def _lines(path: Path) -> Iterator[bytes]:
    with contextlib.suppress(OSError), path.open("rb") as file:
        yield from file


__all__ = ["Answered", "Sample", "Sampled", "Sampler", "forget", "place", "read", "truth_folder"]
