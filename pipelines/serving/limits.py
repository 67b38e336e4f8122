"""How often an endpoint may be asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Bucket:
    """So many requests a minute on average, and as many at once after a quiet minute."""

    per_minute: int
    now: Callable[[], float] = time.monotonic
    left: float = field(init=False)
    filled: float = field(init=False)

    def __post_init__(self) -> None:
        self.left, self.filled = float(self.per_minute), self.now()

    def take(self) -> float:
        """0 when the request may go on, else the seconds after which one may."""
        now = self.now()
        self.left = min(self.per_minute, self.left + (now - self.filled) * self.per_minute / 60)
        self.filled = now
        if self.left >= 1:
            self.left -= 1
            return 0.0
        return (1 - self.left) * 60 / self.per_minute


@dataclass
class RateLimits:
    """The buckets of all endpoints, by their id."""

    buckets: dict[str, Bucket] = field(default_factory=dict)

    def take(self, endpoint_id: str, per_minute: int | None) -> float:
        """0 when the endpoint may be asked, else the seconds to wait; without a limit it always may."""
        if per_minute is None:
            return 0.0
        bucket = self.buckets.get(endpoint_id)
        if bucket is None or bucket.per_minute != per_minute:
            bucket = self.buckets[endpoint_id] = Bucket(per_minute)
        return bucket.take()
