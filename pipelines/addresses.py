"""Where the services are: what is written to the workspace, and what of it is still true."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from pipelines.messages import restored, stored
from pipelines.processes import ProcessId
from pipelines.settings import settings
from pipelines.workspace import Home, write_atomic

NAMES = ("worker", "mlflow", "api")
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class ServiceStatus:
    """One service. ``state`` is ``running``, ``starting``, ``restarting``, ``stopped``, or ``external``, not ours.

    ``supervisor`` is the process id of its supervisor, None for a service started alone.
    """

    name: str
    state: str = "stopped"
    url: str | None = None
    pid: int | None = None
    started: float | None = None
    restarts: int = 0
    reason: str = ""
    supervisor: int | None = None

    @property
    def process(self) -> ProcessId | None:
        return ProcessId(self.pid, self.started or 0.0) if self.pid else None

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.is_alive


@dataclass(frozen=True)
class Addresses:
    """Where MLflow's pages and the REST API answer; None while they do not."""

    mlflow_url: str | None
    api_url: str | None


class Services:
    """The services of one workspace, as they are when asked."""

    def __init__(self, home: Home) -> None:
        self.home = home

    def status(self) -> dict[str, ServiceStatus]:
        """``worker``, ``mlflow`` and ``api``."""
        return status(self.home)

    @property
    def mlflow_url(self) -> str | None:
        """Where MLflow's pages are; None while they are not up."""
        return service_addresses(self.home).mlflow_url

    @property
    def api_url(self) -> str | None:
        return service_addresses(self.home).api_url


def status(home: Home) -> dict[str, ServiceStatus]:
    """Every service as it is now; one whose process is gone is ``restarting`` while its supervisor lives."""
    written = read(home)
    found = {name: _checked(written.get(name, ServiceStatus(name)), written) for name in NAMES}
    if settings().tracking_uri:
        uri = settings().tracking_uri
        url = uri if uri.startswith(("http://", "https://")) else None
        found["mlflow"] = ServiceStatus("mlflow", "external", url)
    return found


def service_addresses(home: Home) -> Addresses:
    """The addresses of the services that are up."""
    now = status(home)
    urls = {name: s.url if s.state in ("running", "external") else None for name, s in now.items()}
    return Addresses(urls["mlflow"], urls["api"])


def read(home: Home) -> dict[str, ServiceStatus]:
    """What was written last, true or not; nothing when there is no such file or it cannot be read."""
    try:
        content = restored(json.loads(home.services_file.read_bytes()))
        return {name: ServiceStatus(**entry) for name, entry in content.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def publish(home: Home, changes: Mapping[str, ServiceStatus | None]) -> None:
    """Write the entries given, or remove those that are None; the others stay."""
    with home.lock("services"):
        entries: dict[str, Any] = {name: asdict(s) for name, s in read(home).items()}
        for name, entry in changes.items():
            if entry is None:
                entries.pop(name, None)
            else:
                entries[name] = asdict(entry)
        write_atomic(home.services_file, json.dumps(stored(entries), indent=1).encode())


def _checked(service: ServiceStatus, written: Mapping[str, ServiceStatus]) -> ServiceStatus:
    if service.is_alive or service.state == "stopped":
        return service
    supervisor = written.get("supervisor")
    watched = supervisor is not None and supervisor.is_alive and supervisor.pid == service.supervisor
    return replace(service, state="restarting" if watched else "stopped", url=None, pid=None, started=None)


def web_address(host: str, port: int) -> str:
    """The address that a browser on this machine uses."""
    shown = {"0.0.0.0": LOOPBACK, "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"
