"""How often an endpoint was asked, how often in vain, and how long it took, over time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np

from pipelines.serving.access_log import Access

Span = Literal["hour", "day", "week"]
SPANS: dict[Span, tuple[timedelta, int]] = {
    "hour": (timedelta(hours=1), 60),
    "day": (timedelta(days=1), 48),
    "week": (timedelta(days=7), 56),
}


@dataclass(frozen=True)
class Bucket:
    """A stretch of time. ``refused`` are the requests' own faults (4xx), ``failed`` ours (5xx).

    Latencies in milliseconds, of answered requests alone; None where there was none.
    """

    start: datetime
    requests: int
    refused: int
    failed: int
    p50: float | None
    p95: float | None


@dataclass(frozen=True)
class Traffic:
    """The traffic of a span as a whole, and in buckets of equal length."""

    span: Span
    whole: Bucket
    buckets: tuple[Bucket, ...]


def traffic(requests: Iterable[Access], span: Span, now: datetime) -> Traffic:
    """The traffic in the last hour, day or week before ``now``."""
    length, count = SPANS[span]
    start, width = now - length, length / count
    parts: list[list[Access]] = [[] for _part in range(count)]
    for request in requests:
        if start <= request.time <= now:
            parts[min(int((request.time - start) / width), count - 1)].append(request)
    buckets = tuple(_bucket(start + i * width, part) for i, part in enumerate(parts))
    return Traffic(span, _bucket(start, [r for part in parts for r in part]), buckets)


def _bucket(start: datetime, requests: Sequence[Access]) -> Bucket:
    taken = [r.milliseconds for r in requests if r.status < 400]
    p50, p95 = map(float, np.percentile(taken, [50, 95])) if taken else (None, None)
    refused = sum(400 <= r.status < 500 for r in requests)
    return Bucket(start, len(requests), refused, sum(r.status >= 500 for r in requests), p50, p95)
