"""Traffic over time, and samples on disk."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from pipelines.serving.access_log import Access, AccessLogs
from pipelines.serving.monitoring import samples
from pipelines.serving.monitoring.samples import Answered, Sampler
from pipelines.serving.monitoring.traffic import traffic
from pipelines.workspace import Home

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def access(minutes: float, status: int = 200, milliseconds: float = 1.0) -> Access:
    return Access(NOW - timedelta(minutes=minutes), "id", "v1", status, 1, milliseconds)


def answered(number: int, rows: int = 1) -> Answered:
    asked = {"dataframe_split": {"columns": ["n", "t"], "data": [[number, None]] * rows}}
    content = {"predictions": [{"Scored Labels": number}] * rows}
    return Answered(
        "e", NOW, str(number), "v1", "models:/m/1", json.dumps(asked).encode(), json.dumps(content).encode()
    )


def test_requests_are_counted_where_they_belong(tmp_path: Path) -> None:
    home = Home.open(tmp_path)
    logs = AccessLogs(home)
    given = [access(200), access(59.5, milliseconds=3), access(30, 404), access(30, 503), access(30, milliseconds=9)]
    for each in given:
        logs.write("e", each)
    logs.close()
    assert [a.status for a in logs.since("e", NOW - timedelta(hours=1))] == [200, 503, 404, 200]
    found = traffic(logs.since("e", NOW - timedelta(hours=1)), "hour", NOW)
    assert (found.whole.requests, found.whole.refused, found.whole.failed) == (4, 1, 1)
    assert (found.whole.p50, found.whole.p95) == tuple(np.percentile([3, 9], [50, 95]))
    assert [b.requests for b in found.buckets] == [1, *[0] * 29, 3, *[0] * 29]
    assert traffic(given, "day", NOW).whole.requests == 5
    assert traffic([], "week", NOW).whole.p50 is None


def test_samples_are_kept_up_to_the_limit_and_forgotten(tmp_path: Path) -> None:
    home = Home.open(tmp_path)
    sampler = Sampler(home, 10)
    for number in range(35):
        sampler.offer(answered(number))
    sampler.close()
    kept = samples.read(home, "e", NOW - timedelta(days=1), None).samples
    assert [s.row["n"] for s in kept] == list(range(20, 35))
    assert kept[-1].prediction == {"Scored Labels": 34}
    assert kept[-1].row == {"n": 34, "t": None}
    assert [s.row["n"] for s in samples.read(home, "e", NOW, 10).samples] == list(range(25, 35))
    assert samples.read(home, "e", NOW + timedelta(seconds=1), 10).samples == []
    again = Sampler(home, 10)
    again.offer(answered(99))
    again.close()
    assert samples.read(home, "e", NOW, 1).samples[0].id == "99"
    samples.forget(home, "e")
    assert samples.read(home, "e", NOW, None).samples == []


def test_a_line_that_a_killed_gateway_left_unfinished_costs_no_other(tmp_path: Path) -> None:
    home = Home.open(tmp_path)
    for number in range(3):
        sampler = Sampler(home, 10)
        sampler.offer(answered(number))
        sampler.close()
        with samples.place(home, "e").open("ab") as file:
            file.write(b'{"time": "2026-11-24T12:0')
    assert [s.row["n"] for s in samples.read(home, "e", NOW, None).samples] == [0, 1, 2]


def test_of_a_long_request_some_rows_are_kept(tmp_path: Path) -> None:
    home = Home.open(tmp_path)
    sampler = Sampler(home, 1000)
    sampler.offer(answered(1, rows=5000))
    sampler.close()
    assert len(samples.read(home, "e", NOW, None).samples) == samples.ROWS_EACH


def test_without_a_limit_nothing_is_kept(tmp_path: Path) -> None:
    home = Home.open(tmp_path)
    sampler = Sampler(home, 0)
    sampler.offer(answered(1))
    sampler.close()
    assert not samples.place(home, "e").parent.exists()


def test_what_cannot_be_kept_up_with_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home.open(tmp_path)
    monkeypatch.setattr(samples, "LONGEST", 10_000)
    sampler = Sampler(home, 100)
    sampler.offer(answered(1, rows=5000))
    sampler.offer(answered(2))
    sampler.close()
    found = samples.read(home, "e", NOW, None)
    assert (found.dropped, [s.id for s in found.samples]) == (1, ["2"])
