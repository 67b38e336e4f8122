"""The one list of protocols."""

from __future__ import annotations

from pipelines.serving.protocols.base import Protocol
from pipelines.serving.protocols.invocations import Invocations
from pipelines.serving.protocols.open_inference import OpenInference
from pipelines.serving.protocols.score import Score

PROTOCOLS: tuple[Protocol, ...] = (Invocations(), Score(), OpenInference())
