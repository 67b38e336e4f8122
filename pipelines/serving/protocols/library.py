"""The one list of protocols."""

from __future__ import annotations

from pipelines.serving.protocols.base import Protocol
from pipelines.serving.protocols.invocations import Invocations

PROTOCOLS: tuple[Protocol, ...] = (Invocations(),)
