"""Counts of what endpoints do, as Prometheus reads them."""

from __future__ import annotations

from collections import Counter as Counts
from collections.abc import Iterable

import prometheus_client as prometheus

from pipelines.chain.remarks import Remark

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
CONTENT_TYPE = prometheus.CONTENT_TYPE_PLAIN_0_0_4
_WHO = ("endpoint", "deployment")

registry = prometheus.CollectorRegistry()
requests = prometheus.Counter(
    "sekkei_endpoint_requests", "Requests answered.", (*_WHO, "protocol", "status"), registry=registry
)
seconds = prometheus.Histogram(
    "sekkei_endpoint_request_seconds", "From request to answer.", _WHO, buckets=SECONDS, registry=registry
)
rows = prometheus.Counter("sekkei_endpoint_rows", "Rows predicted.", _WHO, registry=registry)
warnings = prometheus.Counter(
    "sekkei_endpoint_warnings", "Rows that something was told about.", (*_WHO, "kind"), registry=registry
)
serving = prometheus.Gauge("sekkei_endpoint_serving", "Whether the deployment answers.", _WHO, registry=registry)


def count(
    endpoint: str,
    deployment: str,
    protocol: str,
    status: int,
    elapsed: float,
    predicted: int | None,
    remarks: Iterable[Remark],
) -> None:
    """Count one request; ``predicted`` rows, None where it is not known."""
    requests.labels(endpoint, deployment, protocol, str(status)).inc()
    seconds.labels(endpoint, deployment).observe(elapsed)
    if status == 200 and predicted:
        rows.labels(endpoint, deployment).inc(predicted)
    for kind, number in _by_kind(remarks).items():
        warnings.labels(endpoint, deployment, kind).inc(number)


def written(deployments: Iterable[tuple[str, str, bool]]) -> bytes:
    """All counts as text; ``deployments``: endpoint, deployment and whether it serves."""
    serving.clear()
    for endpoint, deployment, up in deployments:
        serving.labels(endpoint, deployment).set(up)
    return prometheus.generate_latest(registry)


def _by_kind(remarks: Iterable[Remark]) -> Counts[str]:
    found: Counts[str] = Counts()
    for remark in remarks:
        found[remark.kind.value] += remark.count
    return found
