"""The services behind the studio: worker, MLflow server and API, started, watched and taken down together."""

from pipelines.services.addresses import Addresses, Services, ServiceStatus, service_addresses, status
from pipelines.services.entry import ensure_up, main_service, main_up

__all__ = [
    "Addresses",
    "ServiceStatus",
    "Services",
    "ensure_up",
    "main_service",
    "main_up",
    "service_addresses",
    "status",
]
