"""OpenTelemetry traces of requests, where the settings say where to send them; else nothing is made."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pipelines.settings import settings

_logger = logging.getLogger(__name__)


class Tracing:
    """Makes spans. The exporter is a library of its own; without it, or without an address, spans are not made."""

    def __init__(self) -> None:
        self.provider = _provider(settings().otlp_endpoint) if settings().otlp_endpoint else None
        self.tracer = self.provider.get_tracer("sekkei") if self.provider is not None else None

    @contextmanager
    def span(self, name: str, headers: Mapping[str, str] | None = None) -> Iterator[Any]:
        """A span while the block runs, the child of the caller's where its headers name one; None without tracing."""
        if self.tracer is None:
            yield None
            return
        from opentelemetry.propagate import extract
        from opentelemetry.trace import SpanKind

        context = extract(headers) if headers is not None else None
        kind = SpanKind.SERVER if headers is not None else SpanKind.CLIENT
        with self.tracer.start_as_current_span(name, context=context, kind=kind) as span:
            yield span

    def close(self) -> None:
        """Send what is left."""
        if self.provider is not None:
            self.provider.shutdown()


def _provider(endpoint: str) -> Any:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        _logger.warning("No traces are made: install opentelemetry-exporter-otlp-proto-http.")
        return None
    provider = TracerProvider(resource=Resource.create({"service.name": "sekkei"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
    return provider
