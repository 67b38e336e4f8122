"""The ways in: start everything, start one service, or make sure that everything is up."""

from __future__ import annotations

import importlib
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import NoReturn

from filelock import FileLock, Timeout

from pipelines.addresses import LOOPBACK, ServiceStatus, publish, service_addresses, status, web_address
from pipelines.processes import ProcessId, die_with_parent, free_port
from pipelines.services.supervisor import Supervisor, environment
from pipelines.settings import settings
from pipelines.workspace import Home

API = "pipelines.serving.gateway:create_app"
"""What makes the API's application from a Home."""


GRACEFUL_SECONDS = 3

_logger = logging.getLogger(__name__)
_spawned: dict[Path, subprocess.Popen[bytes]] = {}
_spawning = threading.Lock()


def ensure_up(home: Home) -> None:
    """Make sure the services of this workspace come up and go with this process. Returns at once; call it freely.

    Where they are up already, the process started here waits, and takes over when they go.
    """
    with _spawning:
        earlier = _spawned.get(home.root)
        if earlier is not None and earlier.poll() is None:
            return
        with (home.logs / "services.log").open("ab") as log:
            _spawned[home.root] = subprocess.Popen(
                [sys.executable, "-m", "pipelines.services", "up", f"--home={home.root}", f"--parent={os.getpid()}"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(home),
                start_new_session=True,
            )


def main_up(home: Home, parent: int | None = None) -> None:
    """Start the services, print their addresses, and run until SIGTERM, SIGINT or the end of process ``parent``.

    In a workspace whose services are up: with a parent, wait to take over; without, print the addresses and return.
    """
    _log_to_stderr()
    watched = ProcessId.of(parent) if parent else None
    if parent and watched is None:
        return
    lock = home.lock("supervisor", timeout=0)
    if not _acquire(lock, watched):
        if watched is None:
            _print_addresses(home, "The services of this workspace are up already.")
        return
    try:
        supervisor = Supervisor(home, parent=watched)
        supervisor.run(on_ready=lambda: _print_addresses(home, "The services are up; Ctrl-C stops them."))
    finally:
        lock.release()


def _acquire(lock: FileLock, watched: ProcessId | None) -> bool:
    while True:
        try:
            lock.acquire()
            return True
        except Timeout:
            if watched is None or not watched.is_alive:
                return False
            time.sleep(1.0)


def main_service(name: str, home: Home, *, port: int | None = None, parent: int | None = None) -> None:
    """Run one service in this process: ``worker``, ``mlflow`` or ``api``.

    With ``parent`` it belongs to a supervisor and ends with it; without, it stands alone and publishes its address.
    """
    if parent:
        die_with_parent(parent)
    _log_to_stderr()
    if name == "worker":
        _alone(home, ServiceStatus("worker", "running"), parent)
        _work(home)
    host = LOOPBACK if name == "mlflow" else settings().host
    port = port or free_port(host, settings().mlflow_port if name == "mlflow" else settings().api_port)
    _alone(home, ServiceStatus(name, "running", web_address(host, port)), parent)
    if name == "mlflow":
        from pipelines.services.mlflow_server import serve

        serve(home, host, port)
    else:
        _serve_api(home, host, port)


def _work(home: Home) -> NoReturn:
    from pipelines.worker import Worker, leave

    try:
        Worker(home).run()
    except Exception:
        _logger.exception("The worker ends.")
        leave(1)
    leave()


def _serve_api(home: Home, host: str, port: int) -> None:
    import uvicorn

    module, _, factory = API.partition(":")
    app = getattr(importlib.import_module(module), factory)(home)
    uvicorn.run(
        app, host=host, port=port, access_log=False, timeout_graceful_shutdown=GRACEFUL_SECONDS, server_header=False
    )


def _alone(home: Home, service: ServiceStatus, parent: int | None) -> None:
    if parent is None:
        me = ProcessId.mine()
        entry = ServiceStatus(service.name, service.state, service.url, me.pid, me.started)
        publish(home, {service.name: entry})


def _print_addresses(home: Home, headline: str) -> None:
    found = service_addresses(home)
    lines = [headline, f"  MLflow  {found.mlflow_url or 'not up'}", f"  API     {found.api_url or 'not up'}"]
    lines.append(f"  worker  {status(home)['worker'].state}")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _log_to_stderr() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
